#include "base/log.h"
#include "session/smtp/session.h"

namespace paraph::session_smtp {

// RFC 3207. Afterwards nothing is left of what was said in clear: not the hello, and not one octet in the framer.
Task<void> Session::start_tls(smtp::StartTls) {
  if (stream_.encrypted()) {
    blame({503, "5.5.1", "TLS is on already"});
    co_return;
  }
  if (account_) {
    blame({503, "5.5.1", "STARTTLS comes before AUTH: who one is was said in clear"});
    co_return;
  }
  auto context = server_.tls.get();
  if (!context) {
    blame({502, "5.5.1", "STARTTLS is not offered here"});
    co_return;
  }
  reply(220, "2.0.0", "go ahead");
  stream_.set_deadline(server_.limits.greeting_timeout);
  co_await out_.flush();
  framer_.discard();
  forget_transaction();
  hello_ = {};
  auto secured = co_await stream_.start_tls(std::move(context));
  if (!secured) throw net::PeerGone(secured.error().text);
  enter(Phase::Greeted);
}

}  // namespace paraph::session_smtp
