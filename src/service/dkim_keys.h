#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "crypto/signing_key.h"
#include "store/store.h"

namespace paraph::service {

/// A key that messages from a domain are signed with.
struct DkimKey {
  std::string domain;
  std::string selector;
  crypto::SigningKey key;
  Time created;
};

/// Topic of the store's watch(): some key came or went. No mailbox or account has it.
inline constexpr std::uint64_t kDkimTopic = UINT64_MAX;

/// The keys of `domain`, of all domains when it is empty, in order of domain and selector. Corrupt; codes of the store.
Task<Result<std::vector<DkimKey>>> load_dkim_keys(store::Store& store, std::string domain);

/// Erases the keys of a domain that is not local any more, in bounded batches.
Task<Result<void>> remove_dkim_keys(store::Store& store, std::string domain);

/// Keys made for domains. Any event loop.
class DkimKeys {
 public:
  /// RSA takes its time: on a pool, where there is one.
  using MakeKey = std::function<Task<Result<crypto::SigningKey>>(crypto::KeyKind)>;

  DkimKeys(store::Store& store, const Clock& clock, MakeKey make_key)
      : store_(store), clock_(clock), make_key_(std::move(make_key)) {}

  /// Makes one RSA and one Ed25519 key with selectors of today's date, such as p20261128r and p20261128e (with a number
  /// after it when there is one already). From now on messages are signed with these; the older ones are kept, for what
  /// they signed. NotFound: the domain is not served here. Returns the two new keys.
  Task<Result<std::vector<DkimKey>>> create(std::string domain);

  /// As load_dkim_keys().
  Task<Result<std::vector<DkimKey>>> list(std::string domain) { return load_dkim_keys(store_, std::move(domain)); }

 private:
  store::Store& store_;
  const Clock& clock_;
  MakeKey make_key_;
};

/// The line of a zone file to publish for it.
Result<std::string> format_dkim_zone_line(const DkimKey& key);

}  // namespace paraph::service
