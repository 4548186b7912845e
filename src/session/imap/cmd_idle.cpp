#include "session/imap/session.h"

namespace paraph::session_imap {

// RFC 2177. While the session waits for DONE, a change of the mailbox pokes the stream, and read_more() tells it.
Task<void> Session::idle(imap::Idle) {
  out() += "+ idling\r\n";
  idling_ = true;  // before sync(): what changes while that waits must not be missed
  co_await sync(Expunges::Tell);
  if (phase_ == Phase::Logout) co_return;
  framer_.expect_line();
  const auto event = co_await next_event();
  idling_ = false;
  const bool done = event.kind == imap::Framer::Kind::Line && iequals(event.text, "DONE");
  co_await sync(Expunges::Tell);
  if (done) {
    ok();
  } else {
    bad("expected DONE");
  }
}

}  // namespace paraph::session_imap
