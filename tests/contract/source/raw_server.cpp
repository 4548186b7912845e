#include "raw_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>
#include <vector>

#include "base/assert.h"

namespace paraph::source {

RawServer::RawServer(std::string answer) : answer_(std::move(answer)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  PARAPH_ASSERT(::bind(listener_, plain, length) == 0 && ::getsockname(listener_, plain, &length) == 0);
  PARAPH_ASSERT(::listen(listener_, 16) == 0);
  port_ = ntohs(address.sin_port);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::jthread([this] { serve(); });
}

RawServer::~RawServer() {
  const std::uint64_t one = 1;
  PARAPH_ASSERT(::write(stop_, &one, sizeof one) == sizeof one);
  thread_.join();
  ::close(listener_);
  ::close(stop_);
}

void RawServer::serve() {
  struct Peer {
    int fd;
    bool answered;
  };
  std::vector<Peer> peers;
  for (;;) {
    std::vector<pollfd> waiting{{stop_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& peer : peers) waiting.push_back({peer.fd, static_cast<short>(peer.answered ? 0 : POLLIN), 0});
    ::poll(waiting.data(), waiting.size(), -1);
    if (waiting[0].revents != 0) break;
    for (std::size_t i = 0; i < peers.size(); ++i) {
      if ((waiting[i + 2].revents & POLLIN) == 0 || peers[i].answered) continue;
      std::array<char, 4096> ignored;
      peers[i].answered = ::recv(peers[i].fd, ignored.data(), ignored.size(), 0) <= 0 || !answer_.empty();
      ::send(peers[i].fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
    if (waiting[1].revents == 0) continue;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    ++connections_;
    peers.push_back({fd, false});
  }
  for (const auto& peer : peers) ::close(peer.fd);
}

}  // namespace paraph::source
