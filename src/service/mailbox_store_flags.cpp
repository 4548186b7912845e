#include <algorithm>

#include "service/flags.h"
#include "service/mailboxes_inside.h"

namespace paraph::service {

Task<Result<std::vector<mail::Entry>>> Mailboxes::Inside::try_store_flags(
    AccountId account, MailboxId mailbox, std::span<const Uid> uids, mail::FlagChange change, const mail::Flags& flags,
    std::optional<ModSeq> unchanged_since, const Along& along) {
  const auto turn = co_await take_mailbox(mailbox);
  PARAPH_CO_TRY(auto edited, co_await edit(account, mailbox));
  const std::vector<Uid> wanted(uids.begin(), uids.end());
  PARAPH_CO_TRY(auto entries, co_await load_entries(store, mailbox, wanted));
  if (unchanged_since) {
    std::erase_if(entries, [&](const mail::Entry& entry) { return entry.modseq > *unchanged_since; });
  }
  store::Batch batch;
  for (auto& entry : entries) {
    PARAPH_CO_TRY(auto after, changed_flags(entry.flags, change, flags, limits.keywords_max));
    if (after != entry.flags) entry = edited.set_flags(batch, std::move(entry), std::move(after));
  }
  if (along) {
    PARAPH_CO_CHECK(co_await along(batch, entries));
  }
  if (batch.writes.empty()) co_return entries;
  std::vector<MailboxEdit> edits;
  edits.push_back(std::move(edited));
  PARAPH_CO_CHECK(co_await commit(std::move(batch), edits));
  co_return entries;
}

Task<Result<FlagsStored>> Mailboxes::store_flags(AccountId account, MailboxId mailbox, std::vector<Uid> uids,
                                                 mail::FlagChange change, mail::Flags flags,
                                                 std::optional<ModSeq> unchanged_since, Along along) {
  FlagsStored stored;
  for (const auto piece : in_pieces(uids, kEntriesPerBatch)) {
    const auto once = [&] {
      return inside_->try_store_flags(account, mailbox, piece, change, flags, unchanged_since, along);
    };
    PARAPH_CO_TRY(auto entries, co_await until_settled(once));
    std::ranges::move(entries, std::back_inserter(stored.entries));
  }
  co_return stored;
}

}  // namespace paraph::service
