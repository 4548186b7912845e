#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace paraph::source::web {

/// An HTTP server of one thread on a loopback port of the kernel's choice: each request's head is shown to `answer`,
/// whose octets are sent as they are, and the connection closed. A TLS client's first octets count as a head. For tests
/// only.
class ScriptedServer {
 public:
  using Answer = std::function<std::string(const std::string& head)>;

  explicit ScriptedServer(Answer answer) : answer_(std::move(answer)), socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    listen(socket_, 16);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    thread_.request_stop();
    thread_.join();
    close(socket_);
  }

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  /// Connections taken so far.
  int connections() const { return connections_; }
  /// The heads of the requests so far.
  std::vector<std::string> heads() {
    const std::lock_guard lock(mutex_);
    return heads_;
  }

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, 20) <= 0) continue;
      const int peer = accept(socket_, nullptr, nullptr);
      if (peer < 0) continue;
      ++connections_;
      std::string head;
      char octets[4096];
      while (!head.contains("\r\n\r\n") && !head.starts_with('\x16')) {
        const auto bytes = recv(peer, octets, sizeof octets, 0);
        if (bytes <= 0) break;
        head.append(octets, static_cast<std::size_t>(bytes));
      }
      {
        const std::lock_guard lock(mutex_);
        heads_.push_back(head);
      }
      const auto octets_out = answer_(head);
      for (std::size_t sent = 0; sent < octets_out.size();) {
        const auto bytes = send(peer, octets_out.data() + sent, octets_out.size() - sent, MSG_NOSIGNAL);
        if (bytes <= 0) break;
        sent += static_cast<std::size_t>(bytes);
      }
      close(peer);
    }
  }

  Answer answer_;
  int socket_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<std::string> heads_;
  std::jthread thread_;
};

/// A whole answer.
inline std::string http_answer(const std::string& status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

}  // namespace paraph::source::web
