#include "service/accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "mime/address_list.h"
#include "record/keys.h"
#include "service/change_feed.h"
#include "service/dkim_keys.h"
#include "service/mailbox_names.h"
#include "service/mailbox_rows.h"
#include "service/signature_rows.h"

namespace paraph::service {
namespace {

constexpr std::size_t kDomainBytesMax = 253;
constexpr std::size_t kDomainsMax = 10'000;
constexpr int kTriesMax = 32;

struct Default {
  std::string_view name;
  mail::SpecialUse use;
};
constexpr std::array kDefaults{
    Default{kInbox, mail::SpecialUse::None},     Default{"Sent", mail::SpecialUse::Sent},
    Default{"Drafts", mail::SpecialUse::Drafts}, Default{"Trash", mail::SpecialUse::Trash},
    Default{"Junk", mail::SpecialUse::Junk},     Default{"Greetings", mail::SpecialUse::Greetings}};

Result<mail::Address> checked_address(std::string_view text) {
  mail::Address address;
  if (!mime::parse_address(text, address) || !is_domain(address.domain)) {
    return fail(Code::BadInput, fmt::format("\"{}\" is not an address of the form user@domain", printable(text)));
  }
  return address;
}

/// E.164: "+" and up to 15 digits.
bool is_tel(std::string_view tel) {
  return tel.size() >= 3 && tel.size() <= 16 && tel.front() == '+' && std::ranges::all_of(tel.substr(1), is_digit);
}

std::vector<std::string> address_keys_of(const record::Account& account) {
  std::vector<std::string> addresses = account.aliases;
  addresses.push_back(account.address);
  std::vector<std::string> keys;
  for (const auto& address : addresses) keys.push_back(record::address_key(lowered(address)));
  return keys;
}

std::unexpected<Error> no_account(std::string_view address) {
  return fail(Code::NotFound, fmt::format("no account {}", printable(address)));
}

}  // namespace

bool is_domain(std::string_view domain) {
  if (domain.empty() || domain.size() > kDomainBytesMax || !is_utf8(domain)) return false;
  return std::ranges::all_of(split(domain, '.'), [](std::string_view label) {
    const auto fits = [](char c) {
      return c < 0 || is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' || c == '_';
    };
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, fits);
  });
}

Accounts::Accounts(store::Store& store, const Clock& clock, const Limits& limits)
    : store_(store), clock_(clock), limits_(limits), numbers_(store, 16) {}

// --- domains

Task<Result<void>> Accounts::add_domain(std::string domain) {
  domain = lowered(domain);
  if (!is_domain(domain)) co_return fail(Code::BadInput, fmt::format("\"{}\" is not a domain name", printable(domain)));
  store::Batch batch;
  std::string key = record::domain_key(domain);
  batch.expects.push_back({key, std::nullopt});
  batch.writes.push_back({std::move(key), record::format_domain(domain)});
  auto done = co_await store_.commit(std::move(batch));
  if (!done && done.error().code == Code::Conflict) co_return fail(Code::Exists, domain + " is a local domain already");
  co_return done;
}

Task<Result<void>> Accounts::remove_domain(std::string domain) {
  domain = lowered(domain);
  const bool local = co_await is_local_domain(domain);
  if (!local) co_return fail(Code::NotFound, fmt::format("{} is not a local domain", printable(domain)));
  store::Scan all = record::all_with(record::addresses_prefix());
  const std::string ending = "@" + domain;
  for (;;) {
    PARAPH_CO_TRY(const auto rows, co_await store_.scan(all));
    if (std::ranges::any_of(rows, [&](const auto& row) { return row.key.ends_with(ending); })) {
      co_return fail(Code::Conflict, fmt::format("there are accounts in {}: remove them first", domain));
    }
    if (rows.size() < all.entries_max) break;
    all.from = rows.back().key + '\0';
  }
  store::Batch batch;
  batch.writes.push_back({record::domain_key(domain), std::nullopt});
  batch.writes.push_back({record::domain_policy_key(domain), std::nullopt});
  PARAPH_CO_CHECK(co_await store_.commit(std::move(batch)));
  // Now that the domain is gone, no key can be made any more. (A crash before this is for `paraph check` to mend.)
  co_return co_await remove_dkim_keys(store_, domain);
}

Task<Result<std::vector<std::string>>> Accounts::domains() {
  store::Scan all = record::all_with(record::domains_prefix());
  all.entries_max = kDomainsMax;
  PARAPH_CO_TRY(const auto rows, co_await store_.scan(std::move(all)));
  std::vector<std::string> names;
  for (const auto& row : rows) {
    PARAPH_CO_TRY(auto name, record::parse_domain(row.value));
    names.push_back(std::move(name));
  }
  co_return names;
}

Task<bool> Accounts::is_local_domain(std::string domain) {
  const auto local = co_await is_local(std::move(domain));
  co_return local && *local;
}

Task<Result<bool>> Accounts::is_local(std::string domain) {
  if (domain.empty() || domain.size() > kDomainBytesMax) co_return false;
  PARAPH_CO_TRY(const auto found, co_await store_.get(record::domain_key(lowered(domain))));
  co_return found.has_value();
}

// --- adding

Task<Result<AccountId>> Accounts::add(NewAccount account) {
  PARAPH_CO_TRY(const auto address, checked_address(account.address));
  if (!account.tel.empty() && !is_tel(account.tel)) {
    co_return fail(Code::BadInput, fmt::format("\"{}\" is not a telephone number: write +, the country and the number",
                                               printable(account.tel)));
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (!is_utf8(account.name) || account.name.size() > limits_.account_name_bytes_max ||
      std::ranges::any_of(account.name, is_control)) {
    co_return fail(Code::BadInput, "the name is not UTF-8, holds controls, or is too long");
  }
  const std::string domain_key = record::domain_key(lowered(address.domain));
  PARAPH_CO_TRY(auto domain, co_await store_.get(domain_key));
  if (!domain) {
    co_return fail(Code::NotFound,
                   fmt::format("{0} is not a local domain: `paraph domain add {0}` first", printable(address.domain)));
  }
  PARAPH_CO_TRY(const auto number, co_await numbers_.next("account"));
  record::Account added{.id = AccountId{number},
                        .address = address.text(),
                        .name = std::move(account.name),
                        .tel = account.tel,
                        .verifier = std::move(account.verifier)};
  if (!account.tel.empty()) added.aliases.push_back(account.tel + "@" + address.domain);

  store::Batch batch;
  batch.expects.push_back({domain_key, std::move(domain)});
  batch.writes.push_back({record::account_key(added.id), record::format_account(added)});
  for (auto& key : address_keys_of(added)) {
    batch.expects.push_back({key, std::nullopt});
    batch.writes.push_back({std::move(key), record::number_value(added.id.value)});
  }
  for (const auto& box : kDefaults) {
    PARAPH_CO_TRY(const auto id, co_await numbers_.next("mailbox"));
    write_new_mailbox(batch, added.id, new_mailbox(MailboxId{id}, std::string(box.name), box.use, true, clock_.now()));
  }
  auto done = co_await store_.commit(std::move(batch));
  if (!done && done.error().code == Code::Conflict) {
    co_return fail(Code::Exists,
                   fmt::format("there is an account with the address {}{} already", printable(added.address),
                               added.aliases.empty() ? "" : " or " + added.aliases.front()));
  }
  if (!done) co_return fail(std::move(done));
  co_return added.id;
}

// --- finding

Task<Result<record::Account>> Accounts::load(AccountId account) {
  PARAPH_CO_TRY(const auto octets, co_await store_.get(record::account_key(account)));
  if (!octets) co_return fail(Code::NotFound, "no such account");
  PARAPH_CO_TRY(auto found, record::parse_account(*octets));
  if (found.removing) co_return fail(Code::NotFound, "the account is being removed");
  co_return found;
}

Task<Result<record::Account>> Accounts::find(std::string address) {
  std::string key = lowered(address);
  if (key.find('@') == std::string::npos) {
    PARAPH_CO_TRY(const auto local, co_await domains());
    if (local.size() != 1) co_return no_account(address);
    key += "@" + local.front();
  }
  if (key.size() + 1 > store::kKeyBytesMax) co_return no_account(address);
  PARAPH_CO_TRY(const auto value, co_await store_.get(record::address_key(key)));
  if (!value) co_return no_account(address);
  const auto id = record::parse_number_value(*value);
  if (!id) co_return fail(Code::Corrupt, "an address leads nowhere: run `paraph check`");
  co_return co_await load(AccountId{*id});
}

Task<Result<std::vector<record::Account>>> Accounts::list(std::string after, std::size_t accounts_max) {
  std::vector<record::Account> found;
  store::Scan all = record::all_with(record::addresses_prefix());
  if (!after.empty()) all.from = record::address_key(lowered(after)) + '\0';
  while (found.size() < accounts_max) {
    PARAPH_CO_TRY(const auto rows, co_await store_.scan(all));
    for (const auto& row : rows) {
      const auto id = record::parse_number_value(row.value);
      if (!id || found.size() == accounts_max) continue;
      auto account = co_await load(AccountId{*id});
      if (!account && account.error().code != Code::NotFound) co_return fail(std::move(account));
      // An account is listed under its first address only.
      if (account && record::address_key(lowered(account->address)) == row.key) found.push_back(std::move(*account));
    }
    if (rows.size() < all.entries_max) break;
    all.from = rows.back().key + '\0';
  }
  co_return found;
}

bool Accounts::may_send_as(const record::Account& account, std::string_view from) {
  return iequals(account.address, from) ||
         std::ranges::any_of(account.aliases, [&](const auto& alias) { return iequals(alias, from); });
}

// --- changing

Task<Result<void>> Accounts::change(AccountId id, std::function<void(record::Account&)> apply) {
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const std::string key = record::account_key(id);
    PARAPH_CO_TRY(auto octets, co_await store_.get(key));
    if (!octets) co_return fail(Code::NotFound, "no such account");
    PARAPH_CO_TRY(auto account, record::parse_account(*octets));
    apply(account);
    store::Batch batch;
    batch.expects.push_back({key, std::move(octets)});
    batch.writes.push_back({key, record::format_account(account)});
    batch.topics.push_back(account_topic(id));
    auto done = co_await store_.commit(std::move(batch));
    if (done || done.error().code != Code::Conflict) co_return done;
  }
  co_return fail(Code::Unavailable, "the account changes too quickly now: try again");
}

Task<Result<void>> Accounts::set_verifier(std::string address, record::Verifier verifier) {
  PARAPH_CO_TRY(const auto account, co_await find(address));
  const auto apply = [&](record::Account& changed) { changed.verifier = verifier; };
  co_return co_await change(account.id, apply);
}

Task<Result<void>> Accounts::set_signature_on(AccountId account, bool on) {
  const auto apply = [on](record::Account& changed) { changed.signature_on = on; };
  co_return co_await change(account, apply);
}

Task<Result<void>> Accounts::set_quota(AccountId account, std::uint64_t bytes, std::uint64_t messages) {
  const auto apply = [bytes, messages](record::Account& changed) {
    changed.quota_bytes = bytes;
    changed.quota_messages = messages;
  };
  co_return co_await change(account, apply);
}

// --- removing

Task<Result<void>> Accounts::remove(std::string address) {
  PARAPH_CO_TRY(const auto account, co_await find(address));
  // From here on nobody finds it, and finish_removals() ends what a crash cuts short.
  const auto mark = [](record::Account& changed) { changed.removing = true; };
  PARAPH_CO_CHECK(co_await change(account.id, mark));
  co_return co_await remove_rows(account.id);
}

Task<Result<void>> Accounts::remove_rows(AccountId id) {
  store::Scan boxes = record::all_with(record::mailboxes_prefix(id));
  for (;;) {
    PARAPH_CO_TRY(const auto rows, co_await store_.scan(boxes));
    for (const auto& row : rows) {
      PARAPH_CO_CHECK(co_await remove_mailbox(store_, id, MailboxId{record::last_number(row.key, 8)}));
    }
    if (rows.empty()) break;
  }
  PARAPH_CO_CHECK(co_await remove_signatures(store_, id));
  const std::string key = record::account_key(id);
  PARAPH_CO_TRY(const auto octets, co_await store_.get(key));
  if (!octets) co_return Result<void>();
  PARAPH_CO_TRY(const auto account, record::parse_account(*octets));
  store::Batch batch;
  batch.expects.push_back({key, octets});
  batch.writes.push_back({key, std::nullopt});
  for (auto& address : address_keys_of(account)) batch.writes.push_back({std::move(address), std::nullopt});
  batch.writes.push_back({record::quota_bytes_key(id), std::nullopt});
  batch.writes.push_back({record::quota_messages_key(id), std::nullopt});
  batch.writes.push_back({record::account_policy_key(id), std::nullopt});
  batch.topics.push_back(account_topic(id));
  co_return co_await store_.commit(std::move(batch));
}

Task<Result<std::size_t>> Accounts::finish_removals() {
  std::size_t finished = 0;
  store::Scan all = record::all_with(record::accounts_prefix());
  for (;;) {
    PARAPH_CO_TRY(const auto rows, co_await store_.scan(all));
    for (const auto& row : rows) {
      const auto account = record::parse_account(row.value);
      if (!account || !account->removing) continue;
      PARAPH_CO_CHECK(co_await remove_rows(account->id));
      ++finished;
    }
    if (rows.size() < all.entries_max) co_return finished;
    all.from = rows.back().key + '\0';
  }
}

}  // namespace paraph::service
