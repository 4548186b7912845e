#pragma once
#include <expected>
#include <memory>
#include <string>

#include "net/gate.h"
#include "relay/smtp/connection.h"
#include "relay/smtp/options.h"
#include "relay/smtp/tls_counts.h"

namespace paraph::relay::smtp {

/// What it takes to open connections. Outlives them.
struct Dialer {
  Connect connect;
  MakeTls make_tls;
  Options options;
  net::Gate& gate;
  TlsCounts tls_counts;
};

/// Why no address gave a connection that is ready for MAIL.
struct Undialled {
  Answer answer;        ///< what the last one said
  std::string address;  ///< of it
};

using Dialled = std::expected<std::unique_ptr<Connection>, Undialled>;

/// A connection to `host` that is ready for MAIL: its addresses in order; greeting, EHLO, STARTTLS and AUTH as `host`
/// demands. Where TLS is opportunistic and the handshake fails, the same address is tried once more in clear; where
/// names are to be tested, before that with any certificate. What counts is how the first handshake came out. A refused
/// log-in is no refusal of the message: its code is 0.
Task<Dialled> dial(Dialer& dialer, const Host& host);

}  // namespace paraph::relay::smtp
