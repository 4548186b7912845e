#include "service/policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "record/keys.h"
#include "service/account_guard.h"

namespace paraph::service {
namespace {

constexpr std::size_t kRowsMax = 16'384;
constexpr std::string_view kAllKinds = "text,html,image,voice";

std::optional<bool> on_off(std::string_view value) {
  if (value == "on") return true;
  if (value == "off") return false;
  return std::nullopt;
}

/// A comma list of kinds, or "none".
std::optional<Kinds> kinds_of(std::string_view value) {
  Kinds kinds{.text = false, .html = false, .image = false, .voice = false};
  if (value == "none") return kinds;
  for (const auto name : split(value, ',')) {
    bool* kind = name == "text"    ? &kinds.text
                 : name == "html"  ? &kinds.html
                 : name == "image" ? &kinds.image
                 : name == "voice" ? &kinds.voice
                                   : nullptr;
    if (kind == nullptr || std::exchange(*kind, true)) return std::nullopt;
  }
  return kinds;
}

template <bool Policy::* member>
bool take_on_off(Policy& policy, std::string_view value) {
  const auto on = on_off(value);
  if (on) policy.*member = *on;
  return on.has_value();
}

template <Kinds Policy::* member>
bool take_kinds(Policy& policy, std::string_view value) {
  const auto kinds = kinds_of(value);
  if (kinds) policy.*member = *kinds;
  return kinds.has_value();
}

bool take_replies(Policy& policy, std::string_view value) {
  using signature::OnReply;
  const std::pair<std::string_view, OnReply> names[] = {
      {"full", OnReply::Full}, {"text", OnReply::Text}, {"none", OnReply::None}};
  for (const auto& [name, replies] : names) {
    if (value != name) continue;
    policy.replies = replies;
    return true;
  }
  return false;
}

bool take_class(Policy& policy, std::string_view value) {
  using signature::Recipients;
  const std::pair<std::string_view, Recipients> names[] = {
      {"internet", Recipients::Internet}, {"vpim", Recipients::Vpim}, {"vvm", Recipients::Vvm}};
  for (const auto& [name, recipients] : names) {
    if (value != name) continue;
    policy.recipient_class = recipients;
    return true;
  }
  return false;
}

bool take_text_place(Policy& policy, std::string_view value) {
  policy.text_before_quote = value == "before-quote";
  return policy.text_before_quote || value == "end";
}

bool take_save_sent(Policy& policy, std::string_view value) {
  policy.save_sent = on_off(value);
  return policy.save_sent.has_value();
}

template <OnFail Policy::* member>
bool take_on_fail(Policy& policy, std::string_view value) {
  const std::pair<std::string_view, OnFail> names[] = {
      {"tag", OnFail::Tag}, {"quarantine", OnFail::Quarantine}, {"reject", OnFail::Reject}};
  for (const auto& [name, on_fail] : names) {
    if (value != name) continue;
    policy.*member = on_fail;
    return true;
  }
  return false;
}

struct Key {
  std::string_view name;
  std::string_view standard;  ///< the default's value
  std::string_view values;    ///< for people
  bool (*take)(Policy&, std::string_view);
};

constexpr Key kKeys[] = {
    {"signature", "on", "on or off", &take_on_off<&Policy::signature>},
    {"mandatory", "off", "on or off", &take_on_off<&Policy::mandatory>},
    {"kinds", kAllKinds, "a list of text, html, image and voice, or none", &take_kinds<&Policy::kinds>},
    {"external-kinds", kAllKinds, "a list of text, html, image and voice, or none",
     &take_kinds<&Policy::external_kinds>},
    {"replies", "full", "full, text or none", &take_replies},
    {"class", "internet", "internet, vpim or vvm", &take_class},
    {"wrap-signed", "off", "on or off", &take_on_off<&Policy::wrap_signed>},
    {"text-place", "end", "end or before-quote", &take_text_place},
    {"greeting-off-suspends", "on", "on or off", &take_on_off<&Policy::greeting_off_suspends>},
    {"save-sent", "as configured", "on or off", &take_save_sent},
    {"dmarc", "quarantine", "tag, quarantine or reject", &take_on_fail<&Policy::dmarc>},
    {"spf", "tag", "tag, quarantine or reject", &take_on_fail<&Policy::spf>},
};

const Key* find_key(std::string_view name) {
  const auto* found = std::ranges::find(kKeys, name, &Key::name);
  return found == std::end(kKeys) ? nullptr : found;
}

/// The value a key has in `settings`, when it is one that this server knows.
const std::string* known_value(const Key& key, const record::Settings& settings) {
  const auto found = settings.find(key.name);
  Policy ignored;
  return found != settings.end() && key.take(ignored, found->second) ? &found->second : nullptr;
}

Result<record::Settings> parse_row(const std::optional<std::string>& octets) {
  if (!octets) return record::Settings();
  return record::parse_settings(*octets);
}

}  // namespace

std::string_view name_of(Origin origin) {
  return origin == Origin::Account ? "account" : origin == Origin::Domain ? "domain" : "default";
}

Result<void> check_setting(std::string_view key, std::string_view value) {
  const auto* known = find_key(key);
  if (known == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& one : kKeys) names.push_back(one.name);
    return fail(Code::BadInput,
                fmt::format("{} is no key of a policy: the keys are {}", printable(key, 60), fmt::join(names, ", ")));
  }
  Policy ignored;
  if (value == "default" || known->take(ignored, value)) return {};
  return fail(Code::BadInput,
              fmt::format("{} is {}, or default, and not {}", key, known->values, printable(value, 60)));
}

Policy effective_policy(const record::Settings& domain, const record::Settings& account) {
  Policy policy;
  if (domain.empty() && account.empty()) return policy;
  for (const auto& key : kKeys) {
    const auto* value = known_value(key, account);
    if (value == nullptr) value = known_value(key, domain);
    if (value != nullptr) key.take(policy, *value);
  }
  return policy;
}

std::vector<EffectiveSetting> show_settings(const record::Settings& domain, const record::Settings& account) {
  std::vector<EffectiveSetting> shown;
  for (const auto& key : kKeys) {
    EffectiveSetting one{.key = std::string(key.name), .value = std::string(key.standard)};
    if (const auto* value = known_value(key, domain)) one = {one.key, *value, Origin::Domain};
    if (const auto* value = known_value(key, account)) one = {one.key, *value, Origin::Account};
    shown.push_back(std::move(one));
  }
  return shown;
}

Task<Result<Policies::TwoRows>> Policies::load(AccountId account, std::string domain) {
  std::vector<std::string> keys{record::domain_policy_key(lowered(domain)), record::account_policy_key(account)};
  co_return co_await load_rows(std::move(keys));
}

Task<Result<Policies::TwoRows>> Policies::load_rows(std::vector<std::string> keys) {
  std::uint64_t changes = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto of_domain = rows_.find(keys[0]);
    const auto of_account = rows_.find(keys[1]);
    if (of_domain != rows_.end() && of_account != rows_.end())
      co_return std::pair(of_domain->second, of_account->second);
    changes = changes_;
  }
  PARAPH_CO_TRY(const auto rows, co_await store_.get_many(keys));
  PARAPH_CO_TRY(auto of_domain, parse_row(rows[0]));
  PARAPH_CO_TRY(auto of_account, parse_row(rows[1]));
  const std::lock_guard lock(mutex_);
  if (changes == changes_) {
    if (rows_.size() + 2 > kRowsMax) rows_.clear();
    rows_.insert_or_assign(keys[0], of_domain);
    rows_.insert_or_assign(keys[1], of_account);
  }
  co_return std::pair(std::move(of_domain), std::move(of_account));
}

Task<Result<Policy>> Policies::of(AccountId account, std::string domain) {
  PARAPH_CO_TRY(const auto settings, co_await load(account, std::move(domain)));
  co_return effective_policy(settings.first, settings.second);
}

Task<Result<std::vector<EffectiveSetting>>> Policies::show(std::string domain, std::optional<AccountId> account) {
  PARAPH_CO_TRY(const auto settings, co_await load(account.value_or(AccountId{}), std::move(domain)));
  co_return show_settings(settings.first, settings.second);
}

Task<Result<void>> Policies::set(std::string domain, std::optional<AccountId> account, Changes changes) {
  Edits edits;
  for (auto& [key, value] : changes) {
    PARAPH_CO_CHECK(check_setting(key, value));
    edits.emplace_back(std::move(key), value == "default" ? std::nullopt : std::optional(std::move(value)));
  }
  auto written = co_await write(std::move(domain), account, std::move(edits));
  co_return written;
}

Task<Result<void>> Policies::write(std::string domain, std::optional<AccountId> account, Edits edits) {
  store::Batch batch;
  const auto domain_row = record::domain_key(lowered(domain));
  if (account) {
    PARAPH_CO_CHECK(co_await expect_account(store_, batch, *account));
  } else {
    PARAPH_CO_TRY(auto there, co_await store_.get(domain_row));
    if (!there) co_return fail(Code::NotFound, fmt::format("{} is not a local domain", printable(domain)));
    batch.expects.push_back({domain_row, std::move(there)});
  }
  auto row = account ? record::account_policy_key(*account) : record::domain_policy_key(lowered(domain));
  auto written = co_await write_row(std::move(batch), std::move(row), std::move(edits));
  co_return written;
}

Task<Result<void>> Policies::write_row(store::Batch batch, std::string row, Edits edits) {
  PARAPH_CO_TRY(auto before, co_await store_.get(row));
  PARAPH_CO_TRY(auto settings, parse_row(before));
  for (auto& [key, value] : edits) {
    if (value) {
      settings.insert_or_assign(key, std::move(*value));
    } else {
      settings.erase(key);
    }
  }
  batch.expects.push_back({row, std::move(before)});
  auto after = settings.empty() ? std::nullopt : std::optional(record::format_settings(settings));
  batch.writes.push_back({row, std::move(after)});
  auto done = co_await store_.commit(std::move(batch));
  // Also after a failure, since it may have been applied. What is read from here on is the new row.
  const std::lock_guard lock(mutex_);
  ++changes_;
  rows_.erase(row);
  co_return done;
}

void Policies::forget(std::string_view domain) {
  const std::lock_guard lock(mutex_);
  ++changes_;
  rows_.erase(record::domain_policy_key(lowered(domain)));
}

}  // namespace paraph::service
