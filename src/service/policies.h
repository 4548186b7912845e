#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "mail/address.h"
#include "record/codec.h"
#include "signature/attach.h"
#include "store/store.h"

namespace paraph::service {

/// Which kinds a signature may have.
struct Kinds {
  bool text = true, html = true, image = true, voice = true;
  friend bool operator==(const Kinds&, const Kinds&) = default;
};

/// Whose policies hold for an account: the domain of its address.
inline std::string domain_of(std::string_view address) { return std::string(address.substr(address.rfind('@') + 1)); }

/// What becomes of mail from elsewhere that fails a check (incoming_policy.h).
enum class OnFail { Tag, Quarantine, Reject };

/// What holds for one account: its own settings over its domain's over the default (docs/POLICY.md).
struct Policy {
  bool signature = true;   ///< off: as if the user had none
  bool mandatory = false;  ///< what cannot be signed is refused
  Kinds kinds;
  Kinds external_kinds;  ///< of these, what leaves the owner's domain
  signature::OnReply replies = signature::OnReply::Full;
  signature::Recipients recipient_class = signature::Recipients::Internet;  ///< of mail that it gets
  bool wrap_signed = false;
  bool text_before_quote = false;
  bool greeting_off_suspends = true;  ///< a voice signature that is switched off in Greetings is not attached
  std::optional<bool> save_sent;      ///< nullopt: as the configuration says
  OnFail dmarc = OnFail::Quarantine;  ///< at the most, where the author's domain asks for more
  OnFail spf = OnFail::Tag;
  friend bool operator==(const Policy&, const Policy&) = default;
};

enum class Origin { Default, Domain, Account };
std::string_view name_of(Origin origin);  ///< "default", "domain", "account"

/// What a domain gives its users who have no text of their own (signature/template.h); "" : none.
struct DomainTemplate {
  std::string text, html;
  bool empty() const { return text.empty() && html.empty(); }
  friend bool operator==(const DomainTemplate&, const DomainTemplate&) = default;
};
/// The one in use, and the one before it: what was sent with that is still known (spec 2.7).
struct DomainTemplates {
  DomainTemplate now, before;
  friend bool operator==(const DomainTemplates&, const DomainTemplates&) = default;
};

struct EffectiveSetting {
  std::string key, value;
  Origin origin = Origin::Default;
};

/// Policies as they are stored, with a copy in memory of what was asked for lately: a deposit that finds both rows
/// there asks the store nothing. One per process, so that a change takes effect with the next message. Any event loop.
class Policies {
 public:
  explicit Policies(store::Store& store) : store_(store) {}

  /// What holds for an account. Codes of the store, Corrupt.
  Task<Result<Policy>> of(AccountId account, std::string domain);
  /// Every key in the order of docs/POLICY.md, for a domain, or for `account` in it.
  Task<Result<std::vector<EffectiveSetting>>> show(std::string domain, std::optional<AccountId> account);

  /// What holds for mail to a recipient elsewhere: `recipient_class` of their own address, else of their domain, else
  /// the default. Codes of the store, Corrupt.
  Task<Result<Policy>> of_recipient(mail::Address recipient);
  /// Its one key, for a domain elsewhere or an address there.
  Task<Result<std::vector<EffectiveSetting>>> show_recipient(std::string recipient);

  using Changes = std::vector<std::pair<std::string, std::string>>;
  /// Sets keys of a domain or of one account; the value "default" takes a key back. All or nothing. BadInput names the
  /// key and its values. NotFound: no such account any more. Conflict: somebody else changed it at once.
  Task<Result<void>> set(std::string domain, std::optional<AccountId> account, Changes changes);

  /// The same for a domain elsewhere or an address there, whether or not anybody is known there. BadInput too: it is
  /// neither, or a key is set that says nothing about mail to others. Exists: the domain is local.
  Task<Result<void>> set_recipient(std::string recipient, Changes changes);

  /// The templates of a domain, empty ones when it has none. Kept with its policy. Codes of the store, Corrupt.
  Task<Result<DomainTemplates>> templates_of(std::string domain);
  /// Sets them from the next message on; absent parts stay, an empty one is taken away. BadInput, TooLarge: filled with
  /// any user's fields it would be no signature. NotFound: no such domain. Conflict: somebody else changed it at once.
  Task<Result<void>> set_template(std::string domain, std::optional<std::string> text, std::optional<std::string> html);

  /// What is remembered of a domain that goes away.
  void forget(std::string_view domain);

 private:
  using Edits = std::vector<std::pair<std::string, std::optional<std::string>>>;  ///< nullopt: the key goes
  Task<Result<void>> write(std::string domain, std::optional<AccountId> account, Edits edits);
  Task<Result<void>> write_row(store::Batch batch, std::string row, Edits edits);
  using TwoRows = std::pair<record::Settings, record::Settings>;  ///< the second stands over the first
  Task<Result<TwoRows>> load(AccountId account, std::string domain);
  Task<Result<TwoRows>> load_recipient(std::string recipient);
  Task<Result<TwoRows>> load_rows(std::vector<std::string> keys);

  store::Store& store_;
  std::mutex mutex_;
  std::unordered_map<std::string, record::Settings> rows_;  ///< by key of the store; under mutex_
  std::uint64_t changes_ = 0;                               ///< under mutex_: what was read before one is not kept
};

/// How a key of a policy is shown, by the settings that may hold it. Pure.
std::vector<EffectiveSetting> show_settings(const record::Settings& domain, const record::Settings& account);
/// Is this a setting that Policies::set() would take? BadInput: names the key, and its values when it is known.
Result<void> check_setting(std::string_view key, std::string_view value);
/// `account` over `domain` over the default. Unknown keys and values (of a newer server) count as not set. Pure.
Policy effective_policy(const record::Settings& domain, const record::Settings& account);

}  // namespace paraph::service
