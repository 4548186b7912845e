#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace paraph::net {

/// An IP address and a port. An IPv4 address in IPv6 clothes (::ffff:1.2.3.4) is kept as IPv4.
struct Endpoint {
  std::array<unsigned char, 16> octets{};  ///< the first 4 for IPv4
  std::uint16_t port = 0;
  bool v6 = false;

  /// 127.0.0.0/8 and ::1
  bool loopback() const;
  /// "192.0.2.1", "2001:db8::1"
  std::string address() const;
  /// "192.0.2.1:25", "[2001:db8::1]:25"
  std::string text() const;
  /// Who is counted as one peer: an IPv4 address, the /64 of an IPv6 one.
  std::string peer_key() const;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// "127.0.0.1:25" or "[::1]:25", as in `[listen]`; port 0 is any. BadInput with a sentence that names what is wrong.
Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace paraph::net
