#include "net/asio/socket_stream.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <cstring>

#include "base/assert.h"
#include "net/asio/system_address.h"

namespace paraph::net::asio {
namespace {

constexpr unsigned short kTurns = 32;
constexpr Duration kFinish{2000};
constexpr std::size_t kDrainedBytesMax = 64 * 1024;
constexpr std::size_t kPiecesMax = 64;
constexpr std::size_t kRecordBytesMax = 16 * 1024;
constexpr std::size_t kCopiedBytesMax = 4 * 1024;
constexpr Duration kLongest = std::chrono::hours(24 * 365);

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

// What is still to be sent: `pieces`, without the first `sent` octets of the first.
struct Unsent {
  std::span<const std::string_view> pieces;
  std::size_t sent = 0;

  void advance(std::size_t octets) {
    sent += octets;
    while (!pieces.empty() && sent >= pieces.front().size()) {
      sent -= pieces.front().size();
      pieces = pieces.subspan(1);
    }
  }
};

ssize_t send_some(int descriptor, const Unsent& unsent) {
  std::array<iovec, kPiecesMax> vectors;
  std::size_t count = 0;
  for (const std::string_view piece : unsent.pieces.first(std::min(unsent.pieces.size(), kPiecesMax))) {
    const std::string_view rest = count == 0 ? piece.substr(unsent.sent) : piece;
    vectors[count++] = {.iov_base = const_cast<char*>(rest.data()), .iov_len = rest.size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  return ::sendmsg(descriptor, &message, MSG_NOSIGNAL);
}

}  // namespace

SocketStream::SocketStream(Socket socket, const Endpoint& peer, Admission::Ticket ticket)
    : Connection(Connections::of(socket.get_executor())),
      socket_(std::move(socket)),
      peer_(peer),
      ticket_(std::move(ticket)),
      turns_(kTurns) {}

SocketStream::~SocketStream() { SocketStream::close(); }

int SocketStream::descriptor() const { return socket_.native_handle(); }

Executor SocketStream::executor() const { return socket_.get_executor(); }

bool SocketStream::expired() const { return due() != SteadyTime::max() && std::chrono::steady_clock::now() >= due(); }

void SocketStream::need_open() const {
  if (!socket_.is_open()) throw PeerGone("the connection was closed by this side");
}

void SocketStream::set_deadline(Duration from_now) {
  set_due(from_now == kNoDeadline ? SteadyTime::max()
                                  : std::chrono::steady_clock::now() + std::min(from_now, kLongest));
}

void SocketStream::on_deadline() {
  boost::system::error_code ignored;
  if (suspended_) socket_.cancel(ignored);
}

void SocketStream::poke() {
  poked_ = true;
  boost::system::error_code ignored;
  if (waiting_ && suspended_) socket_.cancel(ignored);
}

Task<void> SocketStream::suspend(Side side) {
  if (expired()) throw DeadlineError("the peer was too slow");
  boost::system::error_code error;
  suspended_ = true;
  turns_ = kTurns;
  co_await socket_.async_wait(side == Side::Read ? Socket::wait_read : Socket::wait_write,
                              boost::asio::redirect_error(use_task, error));
  suspended_ = false;
  need_open();
  if (error == boost::asio::error::operation_aborted && expired()) throw DeadlineError("the peer was too slow");
  if (error && error != boost::asio::error::operation_aborted) throw PeerGone(error.message());
}

// A peer that always has octets ready must not keep the loop from the others, nor from its own deadline.
Task<void> SocketStream::yield_when_due() {
  need_open();
  if (--turns_ != 0) co_return;
  turns_ = kTurns;
  if (expired()) throw DeadlineError("the peer was too slow");
  co_await boost::asio::post(socket_.get_executor(), use_task);
  need_open();
}

// After a TLS call that could not go on: waits for what it needs.
Task<void> SocketStream::settle(TlsStep& step) {
  if (step.kind == TlsStep::Kind::Broken) throw PeerGone("TLS: " + step.why);
  if (step.kind == TlsStep::Kind::WantRead) co_await suspend(Side::Read);
  if (step.kind == TlsStep::Kind::WantWrite) co_await suspend(Side::Write);
}

Task<std::size_t> SocketStream::read_some(std::span<char> into) {
  PARAPH_ASSERT(!into.empty());
  co_await yield_when_due();
  while (encrypted()) {
    TlsStep step = tls_->read(into);
    if (step.kind == TlsStep::Kind::Done) co_return step.octets;
    if (step.kind == TlsStep::Kind::Ended) co_return 0;
    co_await settle(step);
  }
  for (;;) {
    const ssize_t got = ::recv(descriptor(), into.data(), into.size(), 0);
    if (got >= 0) co_return static_cast<std::size_t>(got);
    if (!would_block(errno)) throw PeerGone(std::strerror(errno));
    co_await suspend(Side::Read);
  }
}

Task<void> SocketStream::write(std::string_view octets) {
  const std::array<std::string_view, 1> pieces{octets};
  co_await write_all(pieces);
}

Task<void> SocketStream::write_all(std::span<const std::string_view> pieces) {
  co_await yield_when_due();
  if (encrypted()) {
    co_await write_pieces_tls(pieces);
    co_return;
  }
  Unsent unsent{.pieces = pieces};
  unsent.advance(0);
  while (!unsent.pieces.empty()) {
    const ssize_t sent = send_some(descriptor(), unsent);
    if (sent >= 0) {
      unsent.advance(static_cast<std::size_t>(sent));
      continue;
    }
    if (!would_block(errno)) throw PeerGone(std::strerror(errno));
    co_await suspend(Side::Write);
  }
}

Task<void> SocketStream::write_tls(std::string_view octets) {
  while (!octets.empty()) {
    TlsStep step = tls_->write(octets);
    if (step.kind == TlsStep::Kind::Ended) throw PeerGone("the peer closed the connection");
    if (step.kind == TlsStep::Kind::Done) octets.remove_prefix(step.octets);
    if (step.kind != TlsStep::Kind::Done) co_await settle(step);
  }
}

// Small pieces share a record; large ones are encrypted from where they are.
Task<void> SocketStream::write_pieces_tls(std::span<const std::string_view> pieces) {
  if (pieces.size() == 1) {
    co_await write_tls(pieces.front());
    co_return;
  }
  std::string record;
  for (const std::string_view piece : pieces) {
    if (record.size() + piece.size() > kRecordBytesMax) {
      co_await write_tls(record);
      record.clear();
    }
    if (piece.size() <= kCopiedBytesMax) {
      record += piece;
      continue;
    }
    co_await write_tls(record);
    record.clear();
    co_await write_tls(piece);
  }
  co_await write_tls(record);
}

Task<Wake> SocketStream::wait() {
  co_await yield_when_due();
  for (;;) {
    if (std::exchange(poked_, false)) co_return Wake::Poked;
    if (encrypted()) {
      const TlsStep seen = tls_->look();
      if (seen.kind == TlsStep::Kind::Done) co_return Wake::Readable;
    }
    if (expired()) co_return Wake::Deadline;
    boost::system::error_code error;
    suspended_ = waiting_ = true;
    turns_ = kTurns;
    co_await socket_.async_wait(Socket::wait_read, boost::asio::redirect_error(use_task, error));
    suspended_ = waiting_ = false;
    need_open();
    if (error && error != boost::asio::error::operation_aborted) throw PeerGone(error.message());
    if (!error && !encrypted()) co_return Wake::Readable;
  }
}

Task<int> SocketStream::connected() {
  co_await suspend(Side::Write);
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  co_return error;
}

Task<Result<void>> SocketStream::start_tls(std::shared_ptr<const TlsContext> context) {
  PARAPH_ASSERT(!tls_);
  need_open();
  auto openssl = std::dynamic_pointer_cast<const OpenSslContext>(std::move(context));
  PARAPH_ASSERT(openssl != nullptr);
  tls_ = std::make_unique<TlsSession>(std::move(openssl), descriptor());
  for (;;) {
    TlsStep step = tls_->handshake();
    if (step.kind == TlsStep::Kind::Done) break;
    if (step.kind == TlsStep::Kind::Broken) co_return fail(Code::Unavailable, "the TLS handshake failed: " + step.why);
    co_await settle(step);
  }
  secured_ = true;
  co_return Result<void>{};
}

std::string SocketStream::tls_name() const { return encrypted() ? tls_->name() : ""; }

std::string SocketStream::peer_subject() const { return encrypted() ? tls_->peer_subject() : ""; }

crypto::ChannelBinding SocketStream::channel_binding() const {
  return encrypted() ? tls_->binding() : crypto::ChannelBinding{};
}

Endpoint SocketStream::local() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(descriptor(), reinterpret_cast<sockaddr*>(&address), &size);
  return endpoint_of(address);
}

// Closing a socket with unread octets resets the connection, and what was written last may be lost on the way.
Task<void> SocketStream::drain() {
  if (encrypted()) {
    TlsStep step = tls_->end();
    if (step.kind == TlsStep::Kind::WantWrite) co_await settle(step);
  }
  ::shutdown(descriptor(), SHUT_WR);
  std::array<char, 2048> thrown_away;
  for (std::size_t drained = 0; drained < kDrainedBytesMax;) {
    const ssize_t got = ::recv(descriptor(), thrown_away.data(), thrown_away.size(), 0);
    if (got == 0 || (got < 0 && !would_block(errno))) co_return;
    if (got < 0) {
      co_await suspend(Side::Read);
    } else {
      drained += static_cast<std::size_t>(got);
    }
  }
}

Task<void> SocketStream::finish() {
  try {
    need_open();
    set_deadline(kFinish);
    co_await drain();
  } catch (const DeadlineError&) {
  } catch (const PeerGone&) {
  }
  close();
}

void SocketStream::close() noexcept {
  boost::system::error_code ignored;
  if (socket_.is_open()) socket_.close(ignored);
}

}  // namespace paraph::net::asio
