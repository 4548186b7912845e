#include "session/imap/session.h"

namespace paraph::session_imap {

// RFC 9051 §6.2.1. Not one octet that came in clear counts afterwards.
Task<void> Session::start_tls(imap::StartTls) {
  auto context = server_.tls.get();
  if (stream_.encrypted() || !context) {
    bad(context ? "TLS is on already" : "STARTTLS is not offered here");
    co_return;
  }
  ok({}, "begin TLS now");
  co_await flush();
  framer_.discard();
  auto secured = co_await stream_.start_tls(std::move(context));
  if (!secured) throw net::PeerGone(secured.error().text);
}

}  // namespace paraph::session_imap
