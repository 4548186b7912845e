#include "net/endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace paraph::net {
namespace {

constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);

// ::ffff:1.2.3.4 is 1.2.3.4.
void unmap(Endpoint& endpoint) {
  if (!endpoint.v6 || std::memcmp(endpoint.octets.data(), kMapped.data(), kMapped.size()) != 0) return;
  std::ranges::copy_n(endpoint.octets.begin() + 12, 4, endpoint.octets.begin());
  std::ranges::fill(endpoint.octets.begin() + 4, endpoint.octets.end(), static_cast<unsigned char>(0));
  endpoint.v6 = false;
}

}  // namespace

bool Endpoint::loopback() const {
  if (!v6) return octets[0] == 127;
  return octets[15] == 1 &&
         std::all_of(octets.begin(), octets.end() - 1, [](unsigned char octet) { return octet == 0; });
}

std::string Endpoint::address() const {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(v6 ? AF_INET6 : AF_INET, octets.data(), text, sizeof text);
  return text;
}

std::string Endpoint::text() const { return fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), address(), port); }

std::string Endpoint::peer_key() const {
  return {reinterpret_cast<const char*>(octets.data()), v6 ? std::size_t{8} : std::size_t{4}};
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return fail(Code::BadInput,
                fmt::format("\"{}\" is not ADDRESS:PORT ({}): write for example 127.0.0.1:25 or [::1]:25",
                            printable(text), why));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong("no port");
  std::string_view address = text.substr(0, colon);
  const auto port = parse_decimal(text.substr(colon + 1));
  if (!port || *port > 65535) return wrong("the port is a number up to 65535");

  Endpoint endpoint{.port = static_cast<std::uint16_t>(*port)};
  endpoint.v6 = address.starts_with('[') && address.ends_with(']');
  if (endpoint.v6) address = address.substr(1, address.size() - 2);
  if (inet_pton(endpoint.v6 ? AF_INET6 : AF_INET, std::string(address).c_str(), endpoint.octets.data()) != 1)
    return wrong("no IP address; IPv6 stands in brackets");
  unmap(endpoint);
  return endpoint;
}

}  // namespace paraph::net
