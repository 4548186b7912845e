#include "source/ldap/dial.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace paraph::source::ldap {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { ::freeaddrinfo(addresses); }
};

using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

/// What a resolver and whoever waits for it share; it outlives whichever goes first.
struct Lookup {
  std::mutex mutex;
  std::condition_variable landed;
  bool done = false;  ///< under mutex, as all below
  int failed = 0;
  Addresses found;
};

/// The library's resolver has no deadline of its own, and no way to stop it.
Result<Addresses> look_up(const std::string& host, int port, const Within& within, Resolver resolver) {
  auto lookup = std::make_shared<Lookup>();
  std::thread([lookup, host, number = std::to_string(port), resolver] {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int failed = resolver(host.c_str(), number.c_str(), &hints, &found);
    const std::lock_guard lock(lookup->mutex);
    lookup->done = true;
    lookup->failed = failed;
    lookup->found.reset(found);
    lookup->landed.notify_one();
  }).detach();
  std::unique_lock lock(lookup->mutex);
  if (!lookup->landed.wait_until(lock, within.end(), [&] { return lookup->done; }))
    return fail(Code::Unavailable, fmt::format("the name {}: no answer in time", host));
  if (lookup->failed != 0)
    return fail(Code::Unavailable, fmt::format("the name {}: {}", host, ::gai_strerror(lookup->failed)));
  return std::move(lookup->found);
}

bool is_loopback(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
  }
  if (address.sa_family != AF_INET6) return false;
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

/// 0, or what went wrong. The socket does not block before, and blocks afterwards.
int connected(int socket, const addrinfo& address, const Within& within) {
  if (::connect(socket, address.ai_addr, address.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return errno;
    pollfd waiting{socket, POLLOUT, 0};
    if (::poll(&waiting, 1, static_cast<int>(within.left().count())) <= 0) return ETIMEDOUT;
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return error;
  }
  const int flags = ::fcntl(socket, F_GETFL);
  return ::fcntl(socket, F_SETFL, flags & ~O_NONBLOCK) == 0 ? 0 : errno;
}

}  // namespace

std::chrono::milliseconds Within::left() const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

Result<int> dial(const std::string& host, int port, Reach reach, const Within& within, Resolver resolver) {
  PARAPH_TRY(const auto addresses, look_up(host, port, within, resolver == nullptr ? &::getaddrinfo : resolver));
  std::string why = "it has no address that may be asked in clear: only a loopback address may";
  for (const auto* one = addresses.get(); one != nullptr; one = one->ai_next) {
    if (reach == Reach::LoopbackOnly && !is_loopback(*one->ai_addr)) continue;
    const int socket = ::socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int error = socket < 0 ? errno : connected(socket, *one, within);
    if (error == 0) return socket;
    if (socket >= 0) ::close(socket);
    why = std::strerror(error);
  }
  return fail(Code::Unavailable, fmt::format("the connection to {}: {}", host, why));
}

Watchdog::Watchdog(int socket, const Within& within) {
  thread_ = std::thread([this, socket, end = within.end()] {
    std::unique_lock lock(mutex_);
    if (!wake_.wait_until(lock, end, [this] { return done_; })) ::shutdown(socket, SHUT_RDWR);
  });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

}  // namespace paraph::source::ldap
