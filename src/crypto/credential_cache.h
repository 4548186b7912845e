#pragma once
#include <chrono>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "crypto/password.h"
#include "crypto/random.h"

namespace paraph::crypto {

/// Remembers for a while which password was found right for which account, so that a client that comes back does not
/// cost an Argon2id each time. Keeps no password: a MAC under a key that lives as long as the process. The MAC covers
/// the verifier, so a changed password makes what is remembered worthless at once, whoever changed it. Callable from
/// any thread, never blocks for long. One entry an account; the oldest goes first.
class CredentialCache {
 public:
  struct Options {
    std::size_t accounts_max = 10'000;
    std::chrono::seconds lifetime = std::chrono::minutes(10);
  };

  /// `clock` outlives the cache; `random` is asked here only.
  CredentialCache(const Clock& clock, Random& random, Options options);
  CredentialCache(const Clock& clock, Random& random) : CredentialCache(clock, random, Options()) {}

  /// True: `password` was found right against this very verifier less than a lifetime ago. False: ask check_password().
  bool knows(std::string_view account, const Verifier& verifier, std::string_view password) const;
  /// After check_password() said yes.
  void remember(std::string_view account, const Verifier& verifier, std::string_view password);
  /// The account is gone, or may not log in any more.
  void forget(std::string_view account);
  std::size_t size() const;

 private:
  struct Entry {
    std::string account;
    std::string mac;
    Time since;
  };
  using Entries = std::list<Entry>;  // oldest first

  std::string mac(std::string_view account, const Verifier& verifier, std::string_view password) const;

  const Clock& clock_;
  const Options options_;
  const std::string key_;
  mutable std::mutex mutex_;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_account_;
};

}  // namespace paraph::crypto
