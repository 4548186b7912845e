#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Paraph as a client: what `send`, `inbox` and `save` do, over libcurl.
namespace paraph::client {

/// How a connection is protected. Automatic: in clear to a loopback address; elsewhere STARTTLS, or
/// TLS from the first octet on the ports 465 and 993. Anything but clear is
/// with a verified certificate.
enum class Tls { Automatic, StartTls, Implicit };

/// Where to, and as whom.
struct Place {
  std::string host;  ///< a name or a numeric address, without brackets
  std::uint16_t port = 0;
  std::string user;
  Tls tls = Tls::Automatic;
  std::string ca_file;  ///< one more certificate to trust; empty: the system's only
};

/// "vm.example.org:587", "127.0.0.1:2587", "[::1]:2587". Sets host and port of `place`; false for anything else.
bool take_host_and_port(std::string_view text, Place& place);

/// 127.0.0.0/8, ::1 and the name localhost.
bool is_loopback(std::string_view host);

}  // namespace paraph::client
