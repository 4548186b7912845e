#include "session/imap/session.h"

namespace paraph::session_imap {

/// Those of `uids` that are \Deleted, or all that are.
Task<Result<std::vector<Uid>>> Session::expunge_selected(std::optional<std::vector<Uid>> uids) {
  if (selected_->greetings) co_return co_await server_.greetings.expunge(account_, selected_->mailbox, std::move(uids));
  co_return co_await server_.mailboxes.expunge(account_, selected_->mailbox, std::move(uids));
}

// EXPUNGE (RFC 9051 §6.4.3) and UID EXPUNGE (§6.4.9).
Task<void> Session::expunge(imap::Expunge command) {
  if (selected_->readonly == imap::Readonly::Yes) {
    no("READ-ONLY", "the mailbox is open for reading only");
    co_return;
  }
  std::optional<std::vector<Uid>> uids;
  if (command.uids) {
    const auto picked = selected_->view.pick(*command.uids, imap::Numbers::Uid);
    uids = selected_->view.uids_of(*picked);  // UIDs that are not there are no error: pick() does not fail
  }
  auto expunged = co_await expunge_selected(std::move(uids));
  co_await sync_after_own_change(Expunges::Tell);
  if (expunged) {
    ok();
  } else {
    refuse(expunged.error());
  }
}

}  // namespace paraph::session_imap
