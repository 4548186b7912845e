#include "net/asio/system_address.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

namespace paraph::net::asio {

SystemAddress::SystemAddress(const Endpoint& endpoint) : name_(endpoint.text()) {
  if (endpoint.v6) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.octets.data(), 16);
    std::memcpy(&storage_, &v6, size_ = sizeof v6);
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.octets.data(), 4);
    std::memcpy(&storage_, &v4, size_ = sizeof v4);
  }
}

Result<SystemAddress> SystemAddress::of_path(const std::string& path) {
  sockaddr_un local{};
  if (path.size() >= sizeof local.sun_path)
    return fail(Code::TooLarge, path + ": a socket's path has at most 107 octets: choose a shorter folder");
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, path.data(), path.size());
  SystemAddress address;
  std::memcpy(&address.storage_, &local, address.size_ = sizeof local);
  address.name_ = path;
  return address;
}

Endpoint endpoint_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    Endpoint endpoint{.port = ntohs(v4.sin_port)};
    std::memcpy(endpoint.octets.data(), &v4.sin_addr, 4);
    return endpoint;
  }
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    Endpoint endpoint{.port = ntohs(v6.sin6_port), .v6 = true};
    std::memcpy(endpoint.octets.data(), &v6.sin6_addr, 16);
    return endpoint;
  }
  return {.octets = {127, 0, 0, 1}};
}

}  // namespace paraph::net::asio
