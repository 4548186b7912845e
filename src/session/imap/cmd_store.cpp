#include <algorithm>

#include "session/imap/session.h"

namespace paraph::session_imap {
namespace {
constexpr std::size_t kStoreChunk = 1000;
}

Task<Result<service::FlagsStored>> Session::store_flags(std::vector<Uid> uids, const imap::Store& command) {
  if (selected_->greetings) {
    co_return co_await server_.greetings.store_flags(account_, selected_->mailbox, std::move(uids), command.change,
                                                     command.flags);
  }
  co_return co_await server_.mailboxes.store_flags(account_, selected_->mailbox, std::move(uids), command.change,
                                                   command.flags);
}

// STORE and UID STORE (RFC 9051 §6.4.6).
Task<void> Session::store(imap::Store command) {
  auto picked = selected_->view.pick(command.set, command.numbers);
  if (!picked) {
    bad(picked.error().text);
    co_return;
  }
  if (selected_->readonly == imap::Readonly::Yes) {
    no("READ-ONLY", "the mailbox is open for reading only");
    co_return;
  }
  std::vector<Told> told;
  bool missing = false;
  Chunks chunks(std::move(*picked));
  for (auto indexes = chunks.next(kStoreChunk); !indexes.empty(); indexes = chunks.next(kStoreChunk)) {
    auto uids = uids_at(indexes);
    const auto asked = uids.size();
    auto stored = co_await store_flags(std::move(uids), command);
    if (!stored) {
      co_await sync_after_own_change(expunges_for(command.numbers), std::move(told));
      refuse_greeting(stored.error(), imap::Target::No);
      co_return;
    }
    missing = missing || stored->entries.size() < asked;
    for (const auto& entry : stored->entries) {
      told.push_back({entry.uid, entry.modseq});
      if (command.silent == imap::Silent::No) tell_flags(entry, command.numbers);
    }
    if (out_.size() > net::kOutputBytesMax) co_await flush();
  }
  co_await sync_after_own_change(expunges_for(command.numbers), std::move(told));
  if (missing && command.numbers == imap::Numbers::Sequence) {
    no("EXPUNGEISSUED", "some of the messages are gone");
  } else {
    ok();
  }
}

}  // namespace paraph::session_imap
