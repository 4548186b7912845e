#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace paraph::dns {

/// A UDP socket and a TCP socket of one free port of loopback, bound, and silent: a dead server.
class DeadServer {
 public:
  DeadServer();
  DeadServer(const DeadServer&) = delete;
  DeadServer& operator=(const DeadServer&) = delete;
  ~DeadServer();
  std::uint16_t port() const { return port_; }
  std::string server() const { return "127.0.0.1:" + std::to_string(port_); }
  /// How many questions have come over UDP; takes them.
  int questions();

 private:
  int udp_ = -1;
  int tcp_ = -1;
  std::uint16_t port_ = 0;
};

/// `dnsmasq` with these records, which ends with this object.
class DnsServer {
 public:
  explicit DnsServer(const std::vector<std::string>& records);
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;
  ~DnsServer();
  std::string server() const { return server_; }

 private:
  bool start(std::uint16_t port, const std::vector<std::string>& records);
  void stop();

  pid_t process_ = -1;
  int log_ = -1;
  std::string server_;
};

}  // namespace paraph::dns
