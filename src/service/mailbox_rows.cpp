#include "service/mailbox_rows.h"

#include <chrono>
#include <utility>

#include "record/codec.h"
#include "record/keys.h"
#include "service/change_feed.h"
#include "service/mailbox_edit.h"
#include "service/message_uses.h"

namespace paraph::service {
namespace {

constexpr std::size_t kEntriesPerStep = 500;
constexpr std::size_t kChangesPerStep = 4000;
constexpr int kConflictsMax = 64;  ///< one after the other

enum class Step { More, Done };

Task<Result<void>> commit_edit(store::Store& store, store::Batch batch, MailboxEdit edit) {
  std::vector<MailboxEdit> edits;
  edits.push_back(std::move(edit));
  add_quota(batch, edits);
  edits.front().finish(batch);
  co_return co_await store.commit(std::move(batch));
}

Task<Result<void>> remove_entries(store::Store& store, MailboxRecord record, std::vector<store::KeyValue> rows) {
  MailboxEdit edit(std::move(record));
  store::Batch batch;
  UseEdits uses;
  for (const auto& row : rows) {
    const Uid uid{static_cast<std::uint32_t>(record::last_number(row.key, 4))};
    PARAPH_CO_TRY(const auto entry, record::parse_entry(row.value, uid));
    edit.forget(batch, entry);
    uses.drop(entry.message);
  }
  PARAPH_CO_CHECK(co_await uses.apply(store, batch));
  co_return co_await commit_edit(store, std::move(batch), std::move(edit));
}

Task<Result<void>> remove_changes(store::Store& store, MailboxRecord record, std::vector<store::KeyValue> rows) {
  MailboxEdit edit(std::move(record));
  store::Batch batch;
  for (auto& row : rows) batch.writes.push_back({std::move(row.key), std::nullopt});
  edit.forget_tombstones(static_cast<std::uint32_t>(rows.size()));
  co_return co_await commit_edit(store, std::move(batch), std::move(edit));
}

/// The record and the name go last: until then the mailbox can be found, and removed again.
Task<Result<void>> remove_record(store::Store& store, MailboxRecord record) {
  store::Batch batch;
  const std::string key = record::mailbox_key(record.owner, record.box.id);
  batch.expects.push_back({key, record.octets});
  batch.writes.push_back({key, std::nullopt});
  batch.writes.push_back({record::mailbox_name_key(record.owner, record.box.name), std::nullopt});
  batch.topics = {mailbox_topic(record.box.id), account_topic(record.owner)};
  co_return co_await store.commit(std::move(batch));
}

Task<Result<Step>> remove_some(store::Store& store, AccountId account, MailboxId mailbox) {
  auto record = co_await load_mailbox_record(store, account, mailbox);
  if (!record && record.error().code == Code::NotFound) co_return Step::Done;
  if (!record) co_return fail(std::move(record));
  store::Scan entries = record::all_with(record::entries_prefix(mailbox));
  entries.entries_max = kEntriesPerStep;
  PARAPH_CO_TRY(auto entry_rows, co_await store.scan(std::move(entries)));
  if (!entry_rows.empty()) {
    PARAPH_CO_CHECK(co_await remove_entries(store, std::move(*record), std::move(entry_rows)));
    co_return Step::More;
  }
  store::Scan changes = record::all_with(record::changes_prefix(mailbox));
  changes.entries_max = kChangesPerStep;
  PARAPH_CO_TRY(auto change_rows, co_await store.scan(std::move(changes)));
  if (!change_rows.empty()) {
    PARAPH_CO_CHECK(co_await remove_changes(store, std::move(*record), std::move(change_rows)));
    co_return Step::More;
  }
  PARAPH_CO_CHECK(co_await remove_record(store, std::move(*record)));
  co_return Step::Done;
}

}  // namespace

mail::Mailbox new_mailbox(MailboxId id, std::string name, mail::SpecialUse use, bool subscribed, Time now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto validity = static_cast<std::uint32_t>(static_cast<std::uint64_t>(seconds) + id.value);
  return {.id = id,
          .name = std::move(name),
          .use = use,
          .subscribed = subscribed,
          .uid_validity = validity == 0 ? 1 : validity};
}

void write_new_mailbox(store::Batch& batch, AccountId account, const mail::Mailbox& box) {
  std::string name_key = record::mailbox_name_key(account, box.name);
  batch.expects.push_back({name_key, std::nullopt});
  batch.writes.push_back({std::move(name_key), record::number_value(box.id.value)});
  batch.writes.push_back({record::mailbox_key(account, box.id), record::format_mailbox(box, account)});
}

Task<Result<void>> remove_mailbox(store::Store& store, AccountId account, MailboxId mailbox) {
  for (int conflicts = 0; conflicts < kConflictsMax;) {
    const auto step = co_await remove_some(store, account, mailbox);
    if (!step && step.error().code == Code::Conflict) {
      ++conflicts;
      continue;
    }
    if (!step) co_return std::unexpected(step.error());
    if (*step == Step::Done) co_return Result<void>();
    conflicts = 0;
  }
  co_return fail(Code::Unavailable, "the mailbox changes too quickly to be removed: try again");
}

}  // namespace paraph::service
