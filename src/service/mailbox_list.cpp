#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "record/keys.h"
#include "service/account_guard.h"
#include "service/change_feed.h"
#include "service/mailbox_names.h"
#include "service/mailbox_rows.h"
#include "service/mailboxes_inside.h"

namespace paraph::service {
namespace {

Result<std::string> checked_name(const std::string& name) {
  std::string normal = normal_mailbox_name(name);
  if (is_mailbox_name(normal)) return normal;
  return fail(Code::BadInput, "a mailbox name is UTF-8 without controls, '*', '%' and empty levels, and not too long");
}

using Names = std::set<std::string, std::less<>>;

Names names_of(const std::vector<MailboxRecord>& records) {
  Names names;
  for (const auto& record : records) names.insert(record.box.name);
  return names;
}

/// The rows of the names: a name that one mailbox gives up may be another's new one (a/b to a, with a child a/b/b).
void write_names(store::Batch& batch, AccountId account, const std::vector<MailboxEdit>& edits) {
  std::map<std::string, std::optional<std::string>> rows;
  for (const auto& edit : edits) rows.try_emplace(record::mailbox_name_key(account, edit.before().name));
  for (const auto& edit : edits) {
    std::string key = record::mailbox_name_key(account, edit.now().name);
    if (!rows.contains(key)) batch.expects.push_back({key, std::nullopt});
    rows[std::move(key)] = record::number_value(edit.now().id.value);
  }
  for (auto& [key, value] : rows) batch.writes.push_back({key, std::move(value)});
}

}  // namespace

// --- CREATE

Task<Result<mail::Mailbox>> Mailboxes::Inside::try_create(AccountId account, const std::string& name,
                                                          mail::SpecialUse use) {
  store::Batch batch;
  PARAPH_CO_CHECK(co_await expect_account(store, batch, account));
  PARAPH_CO_TRY(const auto existing, co_await load_all(account));
  const Names taken = names_of(existing);
  if (taken.contains(name)) co_return fail(Code::Exists, "there is such a mailbox already");
  std::vector<std::string> names = parents_of(name);
  std::erase_if(names, [&](const auto& parent) { return taken.contains(parent); });
  names.push_back(name);
  if (existing.size() + names.size() > limits.mailboxes_max) {
    co_return fail(Code::TooLarge, fmt::format("an account has at most {} mailboxes", limits.mailboxes_max));
  }
  mail::Mailbox made;
  for (auto& one : names) {
    PARAPH_CO_TRY(const auto number, co_await numbers.next("mailbox"));
    const bool last = one == name;
    made = new_mailbox(MailboxId{number}, std::move(one), last ? use : mail::SpecialUse::None, false, clock.now());
    write_new_mailbox(batch, account, made);
  }
  batch.topics.push_back(account_topic(account));
  PARAPH_CO_CHECK(co_await store.commit(std::move(batch)));
  co_return made;
}

Task<Result<mail::Mailbox>> Mailboxes::create(AccountId account, std::string name, mail::SpecialUse use) {
  PARAPH_CO_TRY(const auto normal, checked_name(name));
  if (normal == kGreetings) use = mail::SpecialUse::Greetings;  // of an account that lost it in an older version
  const auto once = [&] { return inside_->try_create(account, normal, use); };
  co_return co_await until_settled(once);
}

// --- DELETE

Task<Result<void>> Mailboxes::remove(AccountId account, std::string name) {
  if (normal_mailbox_name(name) == kInbox) co_return fail(Code::Denied, "INBOX cannot be removed");
  if (normal_mailbox_name(name) == kGreetings) co_return fail(Code::Denied, "Greetings cannot be removed");
  PARAPH_CO_TRY(const auto id, co_await inside_->find_id(account, name));
  const auto turn = co_await inside_->take_mailbox(id);
  inside_->cache.drop(id);
  co_return co_await remove_mailbox(inside_->store, account, id);
}

// --- RENAME

/// `from` and what is below it under their new names. Exists: one of those is taken; BadInput: one is too long.
Task<Result<std::vector<MailboxEdit>>> Mailboxes::Inside::renamed(const std::vector<MailboxRecord>& all,
                                                                  const std::string& from, const std::string& to) {
  Names others = names_of(all);
  std::erase_if(others, [&](const auto& name) { return name == from || is_below(name, from); });
  std::vector<MailboxEdit> edits;
  for (const auto& old : all) {
    if (old.box.name != from && !is_below(old.box.name, from)) continue;
    PARAPH_CO_TRY(auto edited, co_await edit(old.owner, old.box.id));
    if (edited.now().name != old.box.name) co_return fail(Code::Conflict, "renamed meanwhile");
    std::string name = to + old.box.name.substr(from.size());
    if (!is_mailbox_name(name)) co_return fail(Code::BadInput, "a mailbox below it would have too long a name");
    if (others.contains(name)) co_return fail(Code::Exists, "there is such a mailbox already");
    edited.set_name(std::move(name));
    edits.push_back(std::move(edited));
  }
  if (edits.empty()) co_return fail(Code::NotFound, "no such mailbox");
  co_return edits;
}

Task<Result<void>> Mailboxes::Inside::try_rename(AccountId account, const std::string& from, const std::string& to) {
  store::Batch batch;
  PARAPH_CO_CHECK(co_await expect_account(store, batch, account));
  PARAPH_CO_TRY(const auto all, co_await load_all(account));
  std::vector<MailboxId> ids;
  for (const auto& record : all) {
    if (record.box.name == from || is_below(record.box.name, from)) ids.push_back(record.box.id);
  }
  const auto turn = co_await take_mailboxes(std::move(ids), Turns::Kind::Alone);
  PARAPH_CO_TRY(const auto edits, co_await renamed(all, from, to));
  write_names(batch, account, edits);
  const Names taken = names_of(all);
  for (auto& parent : parents_of(to)) {
    // A parent that is renamed away itself leaves a child without one, as DELETE does.
    if (taken.contains(parent)) continue;
    PARAPH_CO_TRY(const auto number, co_await numbers.next("mailbox"));
    write_new_mailbox(batch, account,
                      new_mailbox(MailboxId{number}, std::move(parent), mail::SpecialUse::None, false, clock.now()));
  }
  batch.topics.push_back(account_topic(account));
  co_return co_await commit(std::move(batch), edits);
}

Task<Result<void>> Mailboxes::rename(AccountId account, std::string from, std::string to) {
  PARAPH_CO_TRY(const auto new_name, checked_name(to));
  const std::string old_name = normal_mailbox_name(from);
  if (old_name == kGreetings) co_return fail(Code::Denied, "Greetings cannot be renamed");
  if (is_below(new_name, old_name)) co_return fail(Code::BadInput, "a mailbox cannot go below itself");
  if (old_name != kInbox) {
    const auto once = [&] { return inside_->try_rename(account, old_name, new_name); };
    co_return co_await until_settled(once);
  }
  // RFC 9051 §6.3.6: INBOX stays, and its messages go; its children stay too.
  PARAPH_CO_TRY(const auto inbox, co_await find(account, std::string(kInbox)));
  PARAPH_CO_TRY(const auto made, co_await create(account, new_name, mail::SpecialUse::None));
  PARAPH_CO_TRY(const auto all, co_await entries(inbox.id));
  std::vector<Uid> uids;
  for (const auto& entry : all) uids.push_back(entry.uid);
  PARAPH_CO_CHECK(co_await move(account, inbox.id, std::move(uids), made.id));
  co_return Result<void>();
}

// --- SUBSCRIBE, UNSUBSCRIBE

Task<Result<void>> Mailboxes::Inside::try_set_subscribed(AccountId account, const std::string& name, bool subscribed) {
  PARAPH_CO_TRY(const auto id, co_await find_id(account, name));
  const auto turn = co_await take_mailbox(id);
  PARAPH_CO_TRY(auto edited, co_await edit(account, id));
  if (edited.now().subscribed == subscribed) co_return Result<void>();
  edited.set_subscribed(subscribed);
  std::vector<MailboxEdit> edits;
  edits.push_back(std::move(edited));
  store::Batch batch;
  batch.topics.push_back(account_topic(account));
  co_return co_await commit(std::move(batch), edits);
}

Task<Result<void>> Mailboxes::set_subscribed(AccountId account, std::string name, bool subscribed) {
  const auto once = [&] { return inside_->try_set_subscribed(account, name, subscribed); };
  co_return co_await until_settled(once);
}

}  // namespace paraph::service
