#include "net/memory/memory_stream.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <cstring>

#include "base/assert.h"

namespace paraph::net::memory {
namespace {

constexpr Endpoint kServer{.octets = {192, 0, 2, 2}, .port = 25};

}  // namespace

using Bell = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                               boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// One direction.
struct Pipe {
  std::string octets;  ///< those before `read` are gone
  std::size_t read = 0;
  bool ended = false;     ///< the writer closed
  bool unread = false;    ///< the reader closed
  bool secured = false;   ///< the writer's start_tls() stands where `clear` octets were left
  std::size_t clear = 0;  ///< how many of the octets waiting were written before it
  std::weak_ptr<Bell> reader, writer;

  std::size_t waiting() const { return octets.size() - read; }

  std::size_t take(std::span<char> into) {
    const std::size_t taken = std::min(into.size(), waiting());
    std::memcpy(into.data(), octets.data() + read, taken);
    read += taken;
    clear -= std::min(clear, taken);
    if (read == octets.size()) {
      octets.clear();
      read = 0;
    } else if (read > octets.size() / 2) {
      octets.erase(0, read);
      read = 0;
    }
    return taken;
  }
};

namespace {

void ring(const std::weak_ptr<Bell>& bell) {
  if (const auto rung = bell.lock()) rung->cancel();
}

}  // namespace

MemoryStream::MemoryStream(Executor executor, std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out, Options options,
                           Endpoint local)
    : executor_(executor),
      in_(std::move(in)),
      out_(std::move(out)),
      options_(std::move(options)),
      local_(local),
      bell_(std::make_shared<Timer>(executor, Timer::time_point::max())) {
  in_->reader = bell_;
  out_->writer = bell_;
}

MemoryStream::~MemoryStream() { MemoryStream::close(); }

void MemoryStream::check_usable() const {
  if (closed_) throw PeerGone("the connection was closed by this side");
  if (expired()) throw DeadlineError("the peer was too slow");
}

Task<void> MemoryStream::sleep() {
  const auto bell = bell_;
  boost::system::error_code ignored;
  co_await bell->async_wait(boost::asio::redirect_error(use_task, ignored));
}

Task<std::size_t> MemoryStream::read_some(std::span<char> into) {
  PARAPH_ASSERT(!into.empty());
  for (;;) {
    if (!closed_ && in_->waiting() != 0) {
      std::size_t most = std::min(into.size(), options_.read_bytes_max);
      if (in_->secured && !encrypted_) {
        if (in_->clear == 0) throw PeerGone("TLS octets came where clear text was read");
        most = std::min(most, in_->clear);
      }
      const std::size_t taken = in_->take(into.first(most));
      ring(in_->writer);
      co_return taken;
    }
    if (!closed_ && in_->ended) co_return 0;
    check_usable();
    co_await sleep();
  }
}

Task<void> MemoryStream::write(std::string_view octets) {
  while (!octets.empty()) {
    if (closed_) check_usable();
    if (out_->unread) throw PeerGone("the peer closed the connection");
    const std::size_t room = options_.pipe_bytes_max - std::min(options_.pipe_bytes_max, out_->waiting());
    if (room == 0) {
      check_usable();
      co_await sleep();
      continue;
    }
    const std::size_t taken = std::min(room, octets.size());
    out_->octets += octets.substr(0, taken);
    octets.remove_prefix(taken);
    ring(out_->reader);
  }
}

Task<void> MemoryStream::write_all(std::span<const std::string_view> pieces) {
  for (const std::string_view piece : pieces) co_await write(piece);
}

Task<Wake> MemoryStream::wait() {
  for (;;) {
    if (closed_) check_usable();
    if (poked_) {
      poked_ = false;
      co_return Wake::Poked;
    }
    if (in_->waiting() != 0 || in_->ended) co_return Wake::Readable;
    if (expired()) co_return Wake::Deadline;
    co_await sleep();
  }
}

void MemoryStream::poke() {
  poked_ = true;
  bell_->cancel();
}

void MemoryStream::set_deadline(Duration from_now) {
  deadline_ = from_now == kNoDeadline ? kNoDeadline : elapsed_ + from_now;
}

void MemoryStream::pass(Duration time) {
  elapsed_ += time;
  bell_->cancel();
}

Task<Result<void>> MemoryStream::start_tls(std::shared_ptr<const TlsContext> context) {
  PARAPH_ASSERT(context != nullptr && !encrypted_);
  out_->secured = true;
  out_->clear = out_->waiting();
  ring(out_->reader);
  for (;;) {
    if (in_->secured ? in_->clear != 0 : in_->waiting() != 0)
      co_return fail(Code::Unavailable, "the TLS handshake failed: clear text where it should begin");
    if (in_->secured) break;
    if (in_->ended) throw PeerGone("the peer closed the connection before the TLS handshake");
    check_usable();
    co_await sleep();
  }
  encrypted_ = true;
  co_return Result<void>{};
}

crypto::ChannelBinding MemoryStream::channel_binding() const {
  return encrypted_ ? options_.binding : crypto::ChannelBinding{};
}

Task<void> MemoryStream::finish() {
  close();
  co_return;
}

void MemoryStream::close() noexcept {
  if (closed_) return;
  closed_ = true;
  out_->ended = true;
  in_->unread = true;
  bell_->cancel();
  ring(out_->reader);
  ring(in_->writer);
}

std::pair<std::unique_ptr<MemoryStream>, std::unique_ptr<MemoryStream>> make_pair(Executor executor, Options options) {
  auto to_server = std::make_shared<Pipe>();
  auto to_client = std::make_shared<Pipe>();
  Options client = options;
  client.peer = kServer;
  client.peer_subject.clear();
  const Endpoint client_address = options.peer;
  return {std::make_unique<MemoryStream>(executor, to_server, to_client, std::move(options), kServer),
          std::make_unique<MemoryStream>(executor, to_client, to_server, std::move(client), client_address)};
}

std::shared_ptr<const TlsContext> tls_context() {
  class Configured final : public TlsContext {};
  return std::make_shared<Configured>();
}

}  // namespace paraph::net::memory
