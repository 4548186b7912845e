#include "spf/network.h"

#include <arpa/inet.h>

#include <algorithm>

namespace paraph::spf {
std::optional<dns::Address> parse_ip(std::string_view text) {
  dns::Address address{.v6 = text.find(':') != std::string_view::npos};
  if (inet_pton(address.v6 ? AF_INET6 : AF_INET, std::string(text).c_str(), address.octets.data()) != 1)
    return std::nullopt;
  return address;
}

std::string format_ip(const dns::Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.octets.data(), text, sizeof text);
  return text;
}

bool is_within(const dns::Address& address, const dns::Address& network, unsigned bits) {
  if (address.v6 != network.v6) return false;
  const std::size_t whole = bits / 8;
  if (!std::equal(address.octets.begin(), address.octets.begin() + static_cast<std::ptrdiff_t>(whole),
                  network.octets.begin()))
    return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const unsigned mask = 0xffU << (8 - rest) & 0xffU;
  return ((address.octets[whole] ^ network.octets[whole]) & mask) == 0;
}

}  // namespace paraph::spf
