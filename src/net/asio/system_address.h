#pragma once
#include <sys/socket.h>

#include <cstddef>
#include <string>

#include "base/result.h"
#include "net/endpoint.h"

namespace paraph::net::asio {

/// An address in the system's form: of TCP, or of a Unix socket.
class SystemAddress {
 public:
  explicit SystemAddress(const Endpoint& endpoint);
  /// TooLarge: longer than the 107 octets that the system takes.
  static Result<SystemAddress> of_path(const std::string& path);

  int family() const { return storage_.ss_family; }
  bool unix_domain() const { return family() == AF_UNIX; }
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  /// "127.0.0.1:25", or the path.
  const std::string& name() const { return name_; }

 private:
  SystemAddress() = default;
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
  std::string name_;
};

/// From the system's form; a Unix socket's is loopback, port 0.
Endpoint endpoint_of(const sockaddr_storage& address);

}  // namespace paraph::net::asio
