#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "record/codec.h"
#include "record/numbers.h"
#include "service/limits.h"
#include "store/store.h"

namespace paraph::service {

/// Is it a name of a domain: letters, digits and hyphens in labels (RFC 5321 §2.3.5), UTF-8 in internationalized ones?
bool is_domain(std::string_view domain);

/// Domains and accounts: who is local, who may log in. Any event loop. Holds no copies: everything is asked of the
/// store.
class Accounts {
 public:
  Accounts(store::Store& store, const Clock& clock, const Limits& limits);

  Task<Result<void>> add_domain(std::string domain);  ///< Exists
  /// With its DKIM keys. NotFound; Conflict while accounts are in it.
  Task<Result<void>> remove_domain(std::string domain);
  Task<Result<std::vector<std::string>>> domains();
  /// False too when the store does not answer: for whoever then refuses.
  Task<bool> is_local_domain(std::string domain);
  /// For whoever sends mail elsewhere when it is not. Codes of the store.
  Task<Result<bool>> is_local(std::string domain);

  struct NewAccount {
    std::string address, name, tel;  ///< `tel` (E.164, or empty) becomes an address too: +8613800138000@DOMAIN
    record::Verifier verifier;       ///< made by crypto/password.h: the caller pays for Argon2id on a pool
  };
  /// Makes the account with INBOX, Sent, Drafts, Trash, Junk and Greetings. Exists; NotFound: not a local domain;
  /// BadInput.
  Task<Result<AccountId>> add(NewAccount account);
  /// Removes the account with all its mailboxes, messages and signatures, in bounded batches. From the first one on
  /// nobody finds it.
  Task<Result<void>> remove(std::string address);
  /// Ends the removals that a crash cut short. Call once, before listening. Returns how many there were.
  Task<Result<std::size_t>> finish_removals();
  Task<Result<void>> set_verifier(std::string address, record::Verifier verifier);
  Task<Result<void>> set_signature_on(AccountId account, bool on);
  /// 0: no limit.
  Task<Result<void>> set_quota(AccountId account, std::uint64_t bytes, std::uint64_t messages);
  /// In order of address, at most `accounts_max` after `after`.
  Task<Result<std::vector<record::Account>>> list(std::string after, std::size_t accounts_max);
  /// By any of its addresses (case-insensitive; also the bare local part when exactly one domain is local). NotFound.
  Task<Result<record::Account>> find(std::string address);
  Task<Result<record::Account>> load(AccountId account);
  /// May `account` write as `from` (From, MAIL FROM)? Its own addresses only, for now.
  static bool may_send_as(const record::Account& account, std::string_view from);

 private:
  Task<Result<void>> change(AccountId account, std::function<void(record::Account&)> apply);
  Task<Result<void>> remove_rows(AccountId account);

  store::Store& store_;
  const Clock& clock_;
  const Limits& limits_;
  record::Numbers numbers_;
};

}  // namespace paraph::service
