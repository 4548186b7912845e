#include "app/client/place.h"

#include <algorithm>

#include "base/text.h"
#include "net/endpoint.h"

namespace paraph::client {
namespace {

bool is_host(std::string_view host) {
  const auto ok = [](char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' || c == '.' || c == '_';
  };
  return !host.empty() && host.size() <= 253 && host.front() != '-' && std::ranges::all_of(host, ok);
}

}  // namespace

bool take_host_and_port(std::string_view text, Place& place) {
  if (const auto numeric = net::parse_endpoint(text); numeric && numeric->port != 0) {
    place.host = numeric->address();
    place.port = numeric->port;
    return true;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const auto port = parse_decimal(text.substr(colon + 1));
  if (!port || *port == 0 || *port > 65535 || !is_host(text.substr(0, colon))) return false;
  place.host = text.substr(0, colon);
  place.port = static_cast<std::uint16_t>(*port);
  return true;
}

bool is_loopback(std::string_view host) {
  if (iequals(host, "localhost")) return true;
  const auto four = net::parse_endpoint(std::string(host) + ":0");
  if (four) return four->loopback();
  const auto six = net::parse_endpoint("[" + std::string(host) + "]:0");
  return six && six->loopback();
}

}  // namespace paraph::client
