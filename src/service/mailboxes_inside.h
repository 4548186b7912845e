#pragma once
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "record/numbers.h"
#include "service/mailbox_cache.h"
#include "service/mailbox_edit.h"
#include "service/mailboxes.h"
#include "service/message_uses.h"
#include "service/sent_appends.h"
#include "service/turns.h"

namespace paraph::service {

/// Entries that one batch changes at most.
inline constexpr std::size_t kEntriesPerBatch = 1000;

/// What the files mailbox_*.cpp share: the parts of Mailboxes that are not its interface.
struct Mailboxes::Inside {
  Inside(store::Store& s, const Clock& c, const Limits& l)
      : store(s), clock(c), limits(l), numbers(s), cache(4096), places(8192), sent_appends(4096) {}

  store::Store& store;
  const Clock& clock;
  const Limits& limits;
  record::Numbers numbers;
  Turns turns;
  MailboxCache cache;
  MailboxPlaces places;
  SentAppends sent_appends;

  Task<Turn> take_mailboxes(std::vector<MailboxId> mailboxes, Turns::Kind kind);
  Task<Turn> take_mailbox(MailboxId mailbox) { return take_mailboxes({mailbox}, Turns::Kind::Alone); }
  /// Take mailboxes first, messages after: then nobody waits in a circle.
  Task<Turn> take_messages(const UseEdits& uses);
  /// For whoever holds the mailbox's turn: from the cache, else from the store.
  Task<Result<MailboxEdit>> edit(AccountId account, MailboxId mailbox);
  /// Adds records and quotas of `edits` to the batch and commits it. The cache knows the new records at once, and
  /// forgets them when the commit fails. `turn` lets the next builder go on while this waits, when given.
  Task<Result<void>> commit(store::Batch batch, const std::vector<MailboxEdit>& edits,
                            std::shared_ptr<Turn> turn = nullptr);

  // One try of one batch each: Conflict asks for another.
  Task<Result<std::vector<Appended>>> try_append(NewMessage& message, const std::vector<Target>& targets,
                                                 Turns::Kind kind, const Along& along);
  Task<Result<std::vector<mail::Entry>>> try_store_flags(AccountId account, MailboxId mailbox,
                                                         std::span<const Uid> uids, mail::FlagChange change,
                                                         const mail::Flags& flags,
                                                         std::optional<ModSeq> unchanged_since, const Along& along);
  Task<Result<std::vector<Uid>>> try_expunge(AccountId account, MailboxId mailbox, std::span<const Uid> uids,
                                             const Along& along);
  Task<Result<Copied>> try_copy(AccountId account, MailboxId from, std::span<const Uid> uids, MailboxId to);
  Task<Result<Copied>> try_move(AccountId account, MailboxId from, std::span<const Uid> uids, MailboxId to);
  Task<Result<mail::Mailbox>> try_create(AccountId account, const std::string& name, mail::SpecialUse use);
  Task<Result<void>> try_rename(AccountId account, const std::string& from, const std::string& to);
  Task<Result<void>> try_set_subscribed(AccountId account, const std::string& name, bool subscribed);
  Task<Result<Uid>> try_take_recent(AccountId account, MailboxId mailbox);

  Task<Result<std::vector<MailboxRecord>>> load_all(AccountId account);
  Task<Result<std::vector<MailboxEdit>>> renamed(const std::vector<MailboxRecord>& all, const std::string& from,
                                                 const std::string& to);
  /// The as-sent copy in `mailbox` that a client's message of this record is the double of.
  Task<Result<std::optional<Uid>>> find_as_sent(AccountId account, MailboxId mailbox,
                                                const record::StoredMessage& message);
  Task<Result<MailboxId>> find_id(AccountId account, const std::string& name);
  Task<Result<Copied>> in_batches(AccountId account, MailboxId from, std::vector<Uid> uids, MailboxId to, bool move);
};

/// Calls `once` (which calls a coroutine) until it answers something other than Conflict. In one process the turns keep
/// conflicts away; another process may cause some. After many: Unavailable.
template <class Once>
auto until_settled(Once once) -> decltype(once()) {
  constexpr int kTriesMax = 32;
  for (int tries = 1;; ++tries) {
    auto task = once();
    auto result = co_await std::move(task);
    if (result || result.error().code != Code::Conflict) co_return result;
    if (tries == kTriesMax) co_return fail(Code::Unavailable, "the mailbox changes too quickly now: try again");
  }
}

/// `uids` in pieces of at most `size`, in order.
std::vector<std::span<const Uid>> in_pieces(const std::vector<Uid>& uids, std::size_t size);

}  // namespace paraph::service
