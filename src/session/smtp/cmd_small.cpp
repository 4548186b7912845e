#include "session/smtp/session.h"

namespace paraph::session_smtp {

Task<void> Session::rset(smtp::Rset) {  // RFC 5321 §4.1.1.5
  forget_transaction();
  reply(250, "2.0.0", "forgotten");
  co_return;
}

Task<void> Session::noop(smtp::Noop) {  // RFC 5321 §4.1.1.9
  reply(250, "2.0.0", "ok");
  co_return;
}

Task<void> Session::quit(smtp::Quit) {  // RFC 5321 §4.1.1.10
  reply(221, "2.0.0", "goodbye");
  enter(Phase::Closed);
  co_return;
}

Task<void> Session::vrfy(smtp::Vrfy) {  // RFC 5321 §3.5.3: who exists is nobody's business
  reply(252, "2.1.5", "send some mail, and it will be tried");
  co_return;
}

Task<void> Session::expn(smtp::Expn) {
  blame({502, "5.5.1", "EXPN is not offered here"});
  co_return;
}

Task<void> Session::help(smtp::Help) {
  reply(214, "2.0.0", "see RFC 5321 and RFC 6409");
  co_return;
}

}  // namespace paraph::session_smtp
