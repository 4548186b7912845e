#include "session/smtp/session.h"

namespace paraph::session_smtp {

// DATA (RFC 5321 §4.1.1.4). The octets follow as events of the framer (message.cpp).
Task<void> Session::data(smtp::Data) {
  if (phase_ == Phase::Mail) {
    reply(554, "5.5.1", "no valid recipients");
    co_return;
  }
  if (options_.body == mail::Body::BinaryMime) {  // RFC 3030 §3
    reply(503, "5.5.1", "a message of BODY=BINARYMIME comes by BDAT");
    co_return;
  }
  begin_message();
  taking_octets_ = true;
  framer_.begin_data();
  reply(354, "", "end with <CR><LF>.<CR><LF>");
  co_return;
}

}  // namespace paraph::session_smtp
