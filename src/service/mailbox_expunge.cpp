#include <algorithm>

#include "service/mailboxes_inside.h"

namespace paraph::service {

Task<Result<std::vector<Uid>>> Mailboxes::Inside::try_expunge(AccountId account, MailboxId mailbox,
                                                              std::span<const Uid> uids, const Along& along) {
  const auto turn = co_await take_mailbox(mailbox);
  PARAPH_CO_TRY(auto edited, co_await edit(account, mailbox));
  const std::vector<Uid> wanted(uids.begin(), uids.end());
  PARAPH_CO_TRY(auto entries, co_await load_entries(store, mailbox, wanted));
  std::erase_if(entries, [](const mail::Entry& entry) { return !entry.flags.has(mail::Flag::Deleted); });
  std::vector<Uid> expunged;
  if (entries.empty()) co_return expunged;

  store::Batch batch;
  UseEdits uses;
  for (const auto& entry : entries) {
    edited.expunge(batch, entry);
    uses.drop(entry.message);
    expunged.push_back(entry.uid);
  }
  const auto messages_turn = co_await take_messages(uses);
  PARAPH_CO_CHECK(co_await uses.apply(store, batch));
  PARAPH_CO_CHECK(co_await edited.prune(store, batch, limits.tombstones_max));
  if (along) {
    PARAPH_CO_CHECK(co_await along(batch, entries));
  }
  std::vector<MailboxEdit> edits;
  edits.push_back(std::move(edited));
  PARAPH_CO_CHECK(co_await commit(std::move(batch), edits));
  co_return expunged;
}

Task<Result<std::vector<Uid>>> Mailboxes::expunge(AccountId account, MailboxId mailbox,
                                                  std::optional<std::vector<Uid>> uids, Along along) {
  if (!uids) {
    PARAPH_CO_TRY(const auto all, co_await entries(mailbox));
    uids.emplace();
    for (const auto& entry : all) {
      if (entry.flags.has(mail::Flag::Deleted)) uids->push_back(entry.uid);
    }
  }
  std::vector<Uid> expunged;
  for (const auto piece : in_pieces(*uids, kEntriesPerBatch)) {
    const auto once = [&] { return inside_->try_expunge(account, mailbox, piece, along); };
    PARAPH_CO_TRY(const auto gone, co_await until_settled(once));
    std::ranges::copy(gone, std::back_inserter(expunged));
  }
  co_return expunged;
}

}  // namespace paraph::service
