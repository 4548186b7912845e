#pragma once
#include <string>

namespace paraph::crypto {

/// What ties a log-in to the TLS connection it came through (RFC 5056). An empty member: this connection has none of
/// that type.
struct ChannelBinding {
  std::string tls_exporter;          ///< RFC 9266: 32 octets
  std::string tls_server_end_point;  ///< RFC 5929 §4: the certificate's hash
  std::string tls_unique;            ///< RFC 5929 §3, TLS 1.2 only
  bool any() const { return !tls_exporter.empty() || !tls_server_end_point.empty() || !tls_unique.empty(); }
};

}  // namespace paraph::crypto
