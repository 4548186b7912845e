#pragma once
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "net/gate.h"
#include "net/stream.h"
#include "net/tls_context.h"
#include "service/accounts.h"
#include "service/limits.h"
#include "service/signatures.h"
#include "session/http/peers.h"
#include "session/sasl/login.h"
#include "source/source.h"
#include "store/store.h"

namespace paraph::session_http {

/// Is TLS spoken from the first octet (port 443), or never?
enum class Tls { None, Implicit };

/// What HTTP sessions are given; outlives them. Any event loop.
struct Server {
  store::Store& store;
  service::Accounts& accounts;
  service::Signatures& signatures;
  source::Source& local;  ///< what peers are told comes from here: this server's own accounts, never a third one's
  sasl::LoginServices& logins;
  Peers& peers;
  Metrics& metrics;
  const net::TlsSlot& tls;
  const net::Gate& gate;  ///< stopping(): sessions end at their next rest
  const Clock& clock;
  const Limits& limits;
};

/// One connection from its first request to its end (RFC 9112). Owns the stream. Never throws: a broken peer is a log
/// line.
Task<void> serve(Server& server, Tls tls, std::unique_ptr<net::Stream> stream);

/// For a connection over the limit: answers 503 and ends; without a word where TLS is spoken.
Task<void> refuse(Server& server, Tls tls, std::unique_ptr<net::Stream> stream);

}  // namespace paraph::session_http
