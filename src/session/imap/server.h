#pragma once
#include <memory>
#include <string>

#include "base/clock.h"
#include "net/gate.h"
#include "net/stream.h"
#include "net/tls_context.h"
#include "service/accounts.h"
#include "service/greetings.h"
#include "service/limits.h"
#include "service/mailboxes.h"
#include "service/messages.h"
#include "service/signatures.h"
#include "session/sasl/login.h"
#include "store/store.h"

namespace paraph::session_imap {

/// Is TLS spoken from the first octet (port 993, RFC 8314 §3.2), or after STARTTLS?
enum class Tls { StartTls, Implicit };

/// What IMAP sessions are given; outlives them. Any event loop.
struct Server {
  std::string name;     ///< `[server] name`
  std::string version;  ///< Paraph's own, for ID
  store::Store& store;
  service::Mailboxes& mailboxes;
  service::Messages& messages;
  service::Signatures& signatures;
  service::Greetings& greetings;
  sasl::LoginServices& logins;
  const net::TlsSlot& tls;  ///< empty: STARTTLS is not offered
  const net::Gate& gate;    ///< stopping(): sessions say BYE at their next rest
  const Clock& clock;
  const Limits& limits;
};

/// One connection from greeting to end (RFC 3501, RFC 9051). Owns the stream. Never throws: a broken peer is a log
/// line.
Task<void> serve(Server& server, Tls tls, std::unique_ptr<net::Stream> stream);

/// For a connection over the limit: says BYE and ends.
Task<void> refuse(Server& server, std::unique_ptr<net::Stream> stream);

}  // namespace paraph::session_imap
