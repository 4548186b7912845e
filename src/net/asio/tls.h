#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

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

/// A TLSA record (RFC 6698 §2.1). As RFC 7672 §3.1 has it for mail, those of usage 2 and 3 count.
struct TlsaRecord {
  std::uint8_t usage = 0, selector = 0, matching = 0;
  std::string data;  ///< octets
};

/// What a client demands of the server.
struct ClientTls {
  std::string server_name;  ///< sent as SNI, and what the certificate must be for
  std::string ca_pem;       ///< trusted besides the system's own authorities
  bool verify = true;       ///< false: opportunistic encryption, any certificate (RFC 7435)
  /// What the certificate may be for instead: one will do; "*.example.org" is any name with one label more.
  std::vector<std::string> names;
  /// Not empty: no authority counts, only these (DANE). Names are looked at for usage 2. When none of them can be used,
  /// any certificate will do (RFC 7672 §2.2).
  std::vector<TlsaRecord> tlsa;
};
Result<std::shared_ptr<const TlsContext>> client_tls(ClientTls options);

/// The same for many servers: the authorities, which take milliseconds to read, are read once for each `ca_pem`. Any
/// thread. What it made may outlive it.
class ClientTlsMaker {
 public:
  Result<std::shared_ptr<const TlsContext>> make(ClientTls options);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<void>> contexts_;  ///< SSL_CTX, by what was demanded of them
};

}  // namespace paraph::net::asio
