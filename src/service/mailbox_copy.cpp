#include <algorithm>

#include "record/keys.h"
#include "service/mailboxes_inside.h"

namespace paraph::service {

Task<Result<Copied>> Mailboxes::Inside::try_copy(AccountId account, MailboxId from, std::span<const Uid> uids,
                                                 MailboxId to) {
  std::vector<MailboxId> both{from, to};
  const auto turn = co_await take_mailboxes(std::move(both), Turns::Kind::Alone);
  PARAPH_CO_TRY(auto edited, co_await edit(account, to));
  const std::vector<Uid> wanted(uids.begin(), uids.end());
  PARAPH_CO_TRY(const auto entries, co_await load_entries(store, from, wanted));
  Copied copied{.uid_validity = edited.now().uid_validity};
  if (entries.empty()) co_return copied;

  store::Batch batch;
  UseEdits uses;
  for (const auto& entry : entries) {
    PARAPH_CO_TRY(const auto copy, edited.add(batch, entry.message, entry.flags, entry.internal_date, entry.size));
    uses.add(entry.message);
    batch.expects.push_back({record::entry_key(from, entry.uid), record::format_entry(entry)});
    copied.uids.emplace_back(entry.uid, copy.uid);
  }
  std::vector<MailboxEdit> edits;
  edits.push_back(std::move(edited));
  PARAPH_CO_CHECK(co_await check_quota(store, edits));
  const auto messages_turn = co_await take_messages(uses);
  PARAPH_CO_CHECK(co_await uses.apply(store, batch));
  PARAPH_CO_CHECK(co_await commit(std::move(batch), edits));
  co_return copied;
}

/// The same messages under other entries: their uses stay as they are, and so does the account's quota.
Task<Result<Copied>> Mailboxes::Inside::try_move(AccountId account, MailboxId from, std::span<const Uid> uids,
                                                 MailboxId to) {
  std::vector<MailboxId> both{from, to};
  const auto turn = co_await take_mailboxes(std::move(both), Turns::Kind::Alone);
  std::vector<MailboxEdit> edits;
  PARAPH_CO_TRY(auto from_edit, co_await edit(account, from));
  edits.push_back(std::move(from_edit));
  if (to != from) {
    PARAPH_CO_TRY(auto to_edit, co_await edit(account, to));
    edits.push_back(std::move(to_edit));
  }
  MailboxEdit& source = edits.front();
  MailboxEdit& destination = edits.back();
  const std::vector<Uid> wanted(uids.begin(), uids.end());
  PARAPH_CO_TRY(const auto entries, co_await load_entries(store, from, wanted));
  Copied moved{.uid_validity = destination.now().uid_validity};
  if (entries.empty()) co_return moved;

  store::Batch batch;
  for (const auto& entry : entries) {
    PARAPH_CO_TRY(const auto copy, destination.add(batch, entry.message, entry.flags, entry.internal_date, entry.size));
    source.expunge(batch, entry);
    moved.uids.emplace_back(entry.uid, copy.uid);
  }
  PARAPH_CO_CHECK(co_await source.prune(store, batch, limits.tombstones_max));
  PARAPH_CO_CHECK(co_await commit(std::move(batch), edits));
  co_return moved;
}

Task<Result<Copied>> Mailboxes::Inside::in_batches(AccountId account, MailboxId from, std::vector<Uid> uids,
                                                   MailboxId to, bool move) {
  Copied all;
  PARAPH_CO_TRY(const auto destination, co_await load_mailbox_record(store, account, to));
  all.uid_validity = destination.box.uid_validity;
  for (const auto piece : in_pieces(uids, kEntriesPerBatch)) {
    const auto once = [&] { return move ? try_move(account, from, piece, to) : try_copy(account, from, piece, to); };
    PARAPH_CO_TRY(auto some, co_await until_settled(once));
    std::ranges::copy(some.uids, std::back_inserter(all.uids));
  }
  co_return all;
}

Task<Result<Copied>> Mailboxes::copy(AccountId account, MailboxId from, std::vector<Uid> uids, MailboxId to) {
  return inside_->in_batches(account, from, std::move(uids), to, false);
}

Task<Result<Copied>> Mailboxes::move(AccountId account, MailboxId from, std::vector<Uid> uids, MailboxId to) {
  return inside_->in_batches(account, from, std::move(uids), to, true);
}

}  // namespace paraph::service
