#pragma once
#include <memory>
#include <string>

#include "base/clock.h"
#include "crypto/random.h"
#include "net/gate.h"
#include "net/stream.h"
#include "net/tls_context.h"
#include "service/accounts.h"
#include "service/deposit.h"
#include "service/guesses.h"
#include "service/limits.h"
#include "session/sasl/login.h"
#include "store/store.h"

namespace paraph::session_smtp {

/// Who speaks to this listener, which decides what is offered: our own users in clear or STARTTLS, the same under TLS
/// from the first octet, other servers (RFC 5321), a mail system that hands over (RFC 2033).
enum class Role { Submission, Submissions, Mx, Lmtp };

/// What SMTP sessions are given; outlives them. Any event loop.
struct Server {
  std::string name;  ///< `[server] name`
  store::Store& store;
  service::Accounts& accounts;
  service::Deposit& deposit;
  sasl::LoginServices& logins;
  const net::TlsSlot& tls;  ///< empty: STARTTLS is not offered
  const net::Gate& gate;    ///< stopping(): sessions say 421 at their next rest
  crypto::Random& random;
  const Clock& clock;
  const Limits& limits;
  service::Guesses& guesses;  ///< of recipients, by strangers
};

/// One connection from greeting to end (RFC 5321, 6409, 2033). Owns the stream. Never throws: a broken peer is a log
/// line.
Task<void> serve(Server& server, Role role, std::unique_ptr<net::Stream> stream);

/// For a connection over the limit: says 421 and ends.
Task<void> refuse(Server& server, std::unique_ptr<net::Stream> stream);

}  // namespace paraph::session_smtp
