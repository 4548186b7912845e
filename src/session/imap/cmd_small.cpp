#include "session/imap/session.h"

namespace paraph::session_imap {

Task<void> Session::capability(imap::Capability) {  // RFC 9051 §6.1.1
  out() += "* CAPABILITY " + capabilities() + "\r\n";
  ok();
  co_return;
}

Task<void> Session::noop(imap::Noop) {  // §6.1.2
  co_await sync(Expunges::Tell);
  ok();
}

Task<void> Session::check(imap::Check) {  // RFC 3501 §6.4.1: everything is on disk already
  co_await sync(Expunges::Tell);
  ok();
}

Task<void> Session::logout(imap::Logout) {  // §6.1.3
  untagged(imap::Condition::Bye, {}, "goodbye");
  ok();
  enter(Phase::Logout);
  co_return;
}

Task<void> Session::id(imap::Id) {  // RFC 2971
  out() += "* ID (\"name\" \"Paraph\" \"version\" ";
  imap::append_string(out(), server_.version);
  out() += ")\r\n";
  ok();
  co_return;
}

Task<void> Session::enable(imap::Enable) {  // RFC 5161: nothing that is offered needs it
  out() += "* ENABLED\r\n";
  ok();
  co_return;
}

Task<void> Session::name_space(imap::Namespace) {  // RFC 2342
  out() += "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n";
  ok();
  co_return;
}

}  // namespace paraph::session_imap
