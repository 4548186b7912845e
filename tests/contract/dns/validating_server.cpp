#include "validating_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/text.h"

namespace paraph::dns {
namespace {

std::string two(std::size_t number) { return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)}; }

}  // namespace

ValidatingServer::ValidatingServer(std::multimap<std::string, Record> table) : table_(std::move(table)) {
  socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  PARAPH_ASSERT(::bind(socket_, plain, length) == 0 && ::getsockname(socket_, plain, &length) == 0);
  PARAPH_ASSERT(::pipe2(end_.data(), O_CLOEXEC) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this] { run(); });
}

ValidatingServer::~ValidatingServer() {
  ::close(end_[1]);
  thread_.join();
  ::close(end_[0]);
  ::close(socket_);
}

void ValidatingServer::run() {
  for (;;) {
    std::array<pollfd, 2> both{{{.fd = socket_, .events = POLLIN}, {.fd = end_[0], .events = POLLIN}}};
    if (::poll(both.data(), both.size(), -1) < 0) continue;
    if (both[1].revents != 0) return;
    char octets[1500];
    sockaddr_in from{};
    socklen_t length = sizeof from;
    auto* plain = reinterpret_cast<sockaddr*>(&from);
    const auto got = ::recvfrom(socket_, octets, sizeof octets, 0, plain, &length);
    if (got < 12) continue;
    const auto said = answer(std::string(octets, static_cast<std::size_t>(got)));
    ::sendto(socket_, said.data(), said.size(), 0, plain, length);
  }
}

std::string ValidatingServer::answer(const std::string& question) const {
  std::string name;
  std::size_t at = 12;
  for (; question.at(at) != 0; at += static_cast<std::size_t>(question[at]) + 1)
    name += (name.empty() ? "" : ".") + question.substr(at + 1, static_cast<std::size_t>(question[at]));
  const auto type = question.substr(at + 1, 2);
  const auto asked = question.substr(12, at + 5 - 12);
  const bool wants_ad = (question.at(3) & 0x20) != 0;
  std::string records;
  std::size_t count = 0;
  unsigned code = table_.contains(lowered(name)) ? 0 : 3;
  bool authentic = wants_ad;
  const auto [first, last] = table_.equal_range(lowered(name));
  for (auto one = first; one != last; ++one) {
    const auto& record = one->second;
    authentic = authentic && record.authentic;
    if (two(record.type) != type) continue;
    if (record.fails) code = 2;
    records += two(0xc00c) + type + two(1) + two(0) + two(60) + two(record.data.size()) + record.data;
    ++count;
  }
  if (code != 0) count = 0;
  return question.substr(0, 2) + two(0x8180u | code | (authentic ? 0x20u : 0u)) + two(1) + two(count) + two(0) +
         two(0) + asked + (count == 0 ? "" : records);
}

}  // namespace paraph::dns
