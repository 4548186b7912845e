#pragma once
#include <memory>
#include <string>

#include "base/result.h"
#include "net/tls_context.h"

namespace paraph::net::asio {

/// For servers: TLS 1.2 and 1.3, no renegotiation, stateless session tickets whose keys live as long as the context.
/// Both files are PEM; the certificate's may carry its chain. Each failure is one sentence that names the file:
/// NotFound (cannot be read), BadInput (no certificate or key in it, an encrypted key, or a key that is not the
/// certificate's).
/// With a file of authorities, clients are asked for a certificate: they need not have one, but one that these did not
/// sign ends the handshake (net::Stream::peer_subject()).
Result<std::shared_ptr<const TlsContext>> load_server_tls(const std::string& certificate_file,
                                                          const std::string& key_file,
                                                          const std::string& client_ca_file = "");

/// The same from PEM text; an empty `client_ca_pem` asks for nothing.
Result<std::shared_ptr<const TlsContext>> server_tls(const std::string& certificate_pem, const std::string& key_pem,
                                                     const std::string& client_ca_pem = "");

/// What a client demands of the server.
struct ClientTls {
  std::string server_name;  ///< sent as SNI, and what the certificate must be for
  std::string ca_pem;       ///< trusted besides the system's own authorities
  bool verify = true;       ///< false: opportunistic encryption, any certificate (RFC 7435)
};
Result<std::shared_ptr<const TlsContext>> client_tls(ClientTls options);

}  // namespace paraph::net::asio
