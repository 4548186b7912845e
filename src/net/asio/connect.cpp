#include "net/asio/connect.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "net/asio/socket_stream.h"
#include "net/asio/system_address.h"

namespace paraph::net::asio {
namespace {

std::unexpected<Error> unreachable(const std::string& where, std::string_view why) {
  return fail(Code::Unavailable, fmt::format("{} cannot be reached: {}", where, why));
}

constexpr Endpoint kLocalPeer{.octets = {127, 0, 0, 1}};

Task<Result<std::unique_ptr<Stream>>> connect_to(Executor loop, SystemAddress address, Endpoint peer,
                                                 Duration at_most) {
  const int descriptor = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) co_return unreachable(address.name(), std::strerror(errno));
  Socket socket(loop);
  socket.assign({address.family(), 0}, descriptor);
  const int on = 1;
  if (!address.unix_domain()) ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

  auto stream = std::make_unique<SocketStream>(std::move(socket), peer);
  int error = ::connect(descriptor, address.data(), address.size()) == 0 ? 0 : errno;
  try {
    stream->set_deadline(at_most);
    if (error == EINPROGRESS || error == EINTR) error = co_await stream->connected();
  } catch (const DeadlineError&) {
    error = ETIMEDOUT;
  } catch (const PeerGone&) {
    error = ECONNRESET;
  }
  if (error != 0) co_return unreachable(address.name(), std::strerror(error));
  stream->set_deadline(kNoDeadline);
  co_return std::move(stream);
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> connect(Executor loop, Endpoint where, Duration at_most) {
  auto opened = co_await connect_to(loop, SystemAddress(where), where, at_most);
  co_return std::move(opened);
}

Task<Result<std::unique_ptr<Stream>>> connect_local(Executor loop, std::string path, Duration at_most) {
  PARAPH_CO_TRY(const SystemAddress address, SystemAddress::of_path(path));
  auto opened = co_await connect_to(loop, address, kLocalPeer, at_most);
  co_return std::move(opened);
}

}  // namespace paraph::net::asio
