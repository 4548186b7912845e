#include "net/asio/listen.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/log.h"
#include "net/asio/socket_stream.h"
#include "net/asio/system_address.h"

namespace paraph::net::asio {
namespace {

constexpr int kBacklog = 4096;
constexpr int kAcceptedAtOnceMax = 64;
constexpr std::chrono::milliseconds kPause{100};
constexpr std::chrono::milliseconds kRefusal{5000};
constexpr std::chrono::seconds kRefusalLine{10};

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// A descriptor until somebody else owns it.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

std::unexpected<Error> cannot_listen(const SystemAddress& address, int error) {
  const auto sentence = [&](std::string_view why) {
    return fmt::format("cannot listen on {}: {}", address.name(), why);
  };
  switch (error) {
    case EADDRINUSE:
      return fail(Code::Exists, sentence("another program listens there: stop it, or choose another port"));
    case EACCES:
      return fail(Code::Denied, sentence("not allowed: ports below 1024 need CAP_NET_BIND_SERVICE or root"));
    case EADDRNOTAVAIL:
      return fail(Code::BadInput, sentence("this machine has no such address"));
    default:
      return fail(Code::BadInput, sentence(std::strerror(error)));
  }
}

void set_option(int descriptor, int level, int name) {
  const int on = 1;
  ::setsockopt(descriptor, level, name, &on, sizeof on);
}

Descriptor new_socket(const SystemAddress& address) {
  Descriptor descriptor(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (descriptor.get() >= 0 && !address.unix_domain()) set_option(descriptor.get(), SOL_SOCKET, SO_REUSEADDR);
  if (descriptor.get() >= 0 && address.family() == AF_INET6) set_option(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY);
  return descriptor;
}

int try_bind(const Descriptor& descriptor, const SystemAddress& address) {
  return descriptor.get() >= 0 && ::bind(descriptor.get(), address.data(), address.size()) == 0 ? 0 : errno;
}

// With SO_REUSEPORT two programs of one user would share the port in silence; without it the system tells.
Result<void> check_free(const SystemAddress& address) {
  const Descriptor probe = new_socket(address);
  if (const int error = try_bind(probe, address); error != 0) return cannot_listen(address, error);
  return {};
}

Result<Descriptor> open(const SystemAddress& address) {
  Descriptor descriptor = new_socket(address);
  if (descriptor.get() >= 0 && !address.unix_domain()) set_option(descriptor.get(), SOL_SOCKET, SO_REUSEPORT);
  if (const int error = try_bind(descriptor, address); error != 0) return cannot_listen(address, error);
  if (::listen(descriptor.get(), kBacklog) != 0) return cannot_listen(address, errno);
  return descriptor;
}

Endpoint bound_to(const Descriptor& descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return endpoint_of(address);
}

bool out_of_resources(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

/// What accepts, until closed. Shared by the listener and its coroutine; used on the event loop only.
class Acceptor {
 public:
  Acceptor(Executor loop, Descriptor descriptor, std::string name, Service service, Gate& gate, Admission& admission)
      : socket_(loop),
        pause_(loop),
        name_(std::move(name)),
        service_(std::move(service)),
        gate_(gate),
        admission_(admission) {
    socket_.assign({bound_to(descriptor).v6 ? AF_INET6 : AF_INET, 0}, descriptor.get());
    descriptor.release();
  }

  static Task<void> run(std::shared_ptr<Acceptor> self);

  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
    pause_.cancel();
  }

 private:
  /// Accepts what waits. False: out of descriptors or memory.
  bool accept_waiting();
  void welcome(int descriptor, const Endpoint& peer);
  void log_refusal(const Endpoint& peer);

  Socket socket_;  ///< only waited on
  Timer pause_;
  const std::string name_;
  const Service service_;
  Gate& gate_;
  Admission& admission_;
  bool starved_ = false;
  std::size_t refused_ = 0;  ///< since the last line about it
  std::chrono::steady_clock::time_point refusal_logged_{};
};

Task<void> Acceptor::run(std::shared_ptr<Acceptor> self) {
  while (self->socket_.is_open()) {
    boost::system::error_code error;
    co_await self->socket_.async_wait(Socket::wait_read, boost::asio::redirect_error(use_task, error));
    if (error || !self->socket_.is_open()) continue;
    if (self->accept_waiting()) continue;
    self->pause_.expires_after(kPause);
    co_await self->pause_.async_wait(boost::asio::redirect_error(use_task, error));
  }
}

bool Acceptor::accept_waiting() {
  for (int i = 0; i < kAcceptedAtOnceMax; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int descriptor =
        ::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      starved_ = false;
      welcome(descriptor, endpoint_of(address));
    } else if (out_of_resources(errno)) {
      const int error = errno;
      if (!std::exchange(starved_, true))
        log(Level::Error,
            "listener={} cannot accept: {}; raise the limit of open files or lower the limits of connections", name_,
            std::strerror(error));
      return false;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return true;
    }
    // Anything else concerns that one connection, which is gone already.
  }
  return true;
}

// A flood of connections must not become a flood of lines.
void Acceptor::log_refusal(const Endpoint& peer) {
  ++refused_;
  const auto now = std::chrono::steady_clock::now();
  if (now - refusal_logged_ < kRefusalLine) return;
  log(Level::Warn, "listener={} refused={} last_peer={} why=too many connections", name_, refused_, peer.address());
  refused_ = 0;
  refusal_logged_ = now;
}

void Acceptor::welcome(int descriptor, const Endpoint& peer) {
  Socket socket(socket_.get_executor());
  socket.assign({peer.v6 ? AF_INET6 : AF_INET, 0}, descriptor);
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY);
  Admission::Ticket ticket = admission_.admit(peer);
  const bool admitted = static_cast<bool>(ticket);
  if (!admitted) {
    log_refusal(peer);
    if (service_.refuse) ticket = admission_.turn_away(peer);
    if (!ticket) return;
  }
  auto stream = std::make_unique<SocketStream>(std::move(socket), peer, std::move(ticket));
  if (!admitted) stream->set_deadline(kRefusal);
  const Serve& serve = admitted ? service_.serve : service_.refuse;
  spawn(gate_, socket_.get_executor(), service_.name, serve(std::move(stream)));
}

class SocketListener final : public Listener {
 public:
  SocketListener(Executor loop, const Endpoint& endpoint, std::string path, std::shared_ptr<Acceptor> acceptor)
      : loop_(loop), endpoint_(endpoint), path_(std::move(path)), acceptor_(std::move(acceptor)) {}
  ~SocketListener() override { SocketListener::close(); }

  const Endpoint& endpoint() const& override { return endpoint_; }

  void close() override {
    if (!acceptor_) return;
    if (!path_.empty()) ::unlink(path_.c_str());
    boost::asio::post(loop_, [acceptor = std::move(acceptor_)] { acceptor->close(); });
    acceptor_ = nullptr;
  }

 private:
  Executor loop_;
  const Endpoint endpoint_;
  const std::string path_;  ///< of a Unix socket
  std::shared_ptr<Acceptor> acceptor_;
};

std::unique_ptr<Listener> start(Executor loop, Descriptor descriptor, const SystemAddress& address, Service service,
                                Gate& gate, Admission& admission) {
  const Endpoint where = bound_to(descriptor);
  const std::string path = address.unix_domain() ? address.name() : "";
  auto acceptor = std::make_shared<Acceptor>(loop, std::move(descriptor), path.empty() ? where.text() : path,
                                             std::move(service), gate, admission);
  spawn(gate, loop, "listener", Acceptor::run(acceptor));
  return std::make_unique<SocketListener>(loop, where, path, std::move(acceptor));
}

// Does anybody accept at this socket file?
bool answers(const SystemAddress& address) {
  const Descriptor descriptor = new_socket(address);
  return descriptor.get() >= 0 && ::connect(descriptor.get(), address.data(), address.size()) == 0;
}

}  // namespace

Result<std::unique_ptr<Listener>> listen(Executor loop, const Endpoint& where, Service service, Gate& gate,
                                         Admission& admission) {
  const SystemAddress address(where);
  PARAPH_CHECK(check_free(address));
  PARAPH_TRY(Descriptor descriptor, open(address));
  return start(loop, std::move(descriptor), address, std::move(service), gate, admission);
}

Result<std::vector<std::unique_ptr<Listener>>> listen_on_all(Loops& loops, const Endpoint& where,
                                                             const Service& service, Gate& gate, Admission& admission) {
  std::vector<Descriptor> descriptors;
  SystemAddress address(where);
  PARAPH_CHECK(check_free(address));
  for (std::size_t i = 0; i < loops.size(); ++i) {
    PARAPH_TRY(Descriptor descriptor, open(address));
    if (i == 0) address = SystemAddress(bound_to(descriptor));
    descriptors.push_back(std::move(descriptor));
  }
  std::vector<std::unique_ptr<Listener>> listeners;
  for (std::size_t i = 0; i < loops.size(); ++i)
    listeners.push_back(start(loops.at(i), std::move(descriptors[i]), address, service, gate, admission));
  return listeners;
}

Result<std::unique_ptr<Listener>> listen_local(Executor loop, const std::string& path, Service service, Gate& gate,
                                               Admission& admission, SocketFor whom) {
  PARAPH_TRY(const SystemAddress address, SystemAddress::of_path(path));
  if (answers(address)) return cannot_listen(address, EADDRINUSE);
  struct stat there{};
  if (::lstat(path.c_str(), &there) == 0 && S_ISSOCK(there.st_mode)) ::unlink(path.c_str());
  Descriptor descriptor = new_socket(address);
  // Before bind(): the file is born with the mode of the socket, less what the umask takes.
  if (descriptor.get() >= 0) ::fchmod(descriptor.get(), S_IRUSR | S_IWUSR);
  if (const int error = try_bind(descriptor, address); error != 0) return cannot_listen(address, error);
  if (whom == SocketFor::Group && ::chmod(path.c_str(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) != 0)
    return cannot_listen(address, errno);
  if (::listen(descriptor.get(), kBacklog) != 0) return cannot_listen(address, errno);
  return start(loop, std::move(descriptor), address, std::move(service), gate, admission);
}

}  // namespace paraph::net::asio
