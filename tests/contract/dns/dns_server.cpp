#include "dns_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "base/assert.h"

namespace paraph::dns {
namespace {

/// -1 when the port is taken.
int bound(int type, std::uint16_t& port) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd, plain, length) != 0 || ::getsockname(fd, plain, &length) != 0) {
    ::close(fd);
    return -1;
  }
  port = ntohs(address.sin_port);
  return fd;
}

}  // namespace

DeadServer::DeadServer() {
  for (int i = 0; i < 50 && tcp_ < 0; ++i) {
    if (udp_ >= 0) ::close(udp_);
    port_ = 0;
    udp_ = bound(SOCK_DGRAM, port_);
    tcp_ = udp_ < 0 ? -1 : bound(SOCK_STREAM, port_);
  }
  PARAPH_ASSERT(tcp_ >= 0);
}

DeadServer::~DeadServer() {
  ::close(udp_);
  ::close(tcp_);
}

int DeadServer::questions() {
  int count = 0;
  for (char question[512]; ::recv(udp_, question, sizeof question, 0) > 0;) ++count;
  return count;
}

DnsServer::DnsServer(const std::vector<std::string>& records) {
  for (int i = 0; i < 20; ++i) {
    const std::uint16_t port = DeadServer().port();  // free a moment ago; when it is no more, the next
    if (start(port, records)) {
      server_ = "127.0.0.1:" + std::to_string(port);
      return;
    }
    stop();
  }
  throw std::runtime_error("dnsmasq does not start: is the package dnsmasq-base there?");
}

DnsServer::~DnsServer() { stop(); }

void DnsServer::stop() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  if (log_ >= 0) ::close(log_);
  process_ = -1;
  log_ = -1;
}

/// Reads its log until it says that it has started; false when it ends before that.
bool DnsServer::start(std::uint16_t port, const std::vector<std::string>& records) {
  std::vector<std::string> words{PARAPH_DNSMASQ,
                                 "--no-daemon",
                                 "--conf-file=/dev/null",
                                 "--no-resolv",
                                 "--no-hosts",
                                 "--listen-address=127.0.0.1",
                                 "--bind-interfaces",
                                 "--pid-file=",
                                 "--log-facility=-",
                                 "--port=" + std::to_string(port)};
  words.insert(words.end(), records.begin(), records.end());
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int ends[2];
  PARAPH_ASSERT(::pipe2(ends, O_CLOEXEC) == 0);
  log_ = ends[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  const int failed = ::posix_spawn(&process_, PARAPH_DNSMASQ, &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed) {
    process_ = -1;
    return false;
  }
  std::string log;
  char piece[512];
  for (ssize_t got = 0; (got = ::read(log_, piece, sizeof piece)) > 0;) {
    log.append(piece, static_cast<std::size_t>(got));
    if (log.find("started, version") != std::string::npos) return true;
  }
  return false;
}

}  // namespace paraph::dns
