#pragma once
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace paraph::source {

/// Listens on a free port of 127.0.0.1, and to each connection sends `answer` once something has come; then it says
/// nothing more and keeps the connection open. With an empty answer it is a server that hangs.
class RawServer {
 public:
  explicit RawServer(std::string answer);
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  ~RawServer();
  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void serve();

  std::string answer_;
  int listener_ = -1;
  int stop_ = -1;  ///< readable when it shall end
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::jthread thread_;
};

}  // namespace paraph::source
