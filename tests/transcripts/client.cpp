#include "client.h"

#include <array>

#include "base/assert.h"

namespace paraph::transcripts {
namespace {

net::memory::Options options(Cut cut, bool loopback) {
  net::memory::Options options;
  if (cut == Cut::Octets) options.read_bytes_max = 1;
  if (loopback) options.peer = {.octets = {127, 0, 0, 1}, .port = 49152};
  options.binding.tls_exporter = std::string(32, 'x');
  return options;
}

}  // namespace

Client::Client(World& world, const std::string& kind, Cut cut, bool loopback) : world_(world) {
  auto ends = net::memory::make_pair(world.context.get_executor(), options(cut, loopback));
  server_ = ends.first.get();
  stream_ = std::move(ends.second);
  start(read_on());
  world.serve(kind, std::move(ends.first));
  world.run();
  if (kind == "submissions" || kind == "imaps") start_tls();
}

Client::~Client() {
  close();
  world_.run();
}

void Client::start(Task<void> task) {
  net::spawn(world_.gate, world_.context.get_executor(), "client", std::move(task));
}

Task<void> Client::read_on() try {
  std::array<char, 4096> piece;
  for (;;) {
    const auto bytes = co_await stream_->read_some(piece);
    received_.append(piece.data(), bytes);
    if (bytes == 0) break;
  }
  ended_ = true;
} catch (const net::PeerGone&) {
  ended_ = true;
}

Task<void> Client::write(std::string octets) try { co_await stream_->write(octets); } catch (const net::PeerGone&) {
  co_return;  // what the server has said before it closed is what counts
}

Task<void> Client::shake_hands() try {
  const auto secured = co_await stream_->start_tls(net::memory::tls_context());
  PARAPH_ASSERT(secured);
} catch (const net::PeerGone&) {
  co_return;
}

void Client::send(std::string octets) {
  start(write(std::move(octets)));
  world_.run();
}

std::optional<std::string> Client::read_line() {
  const auto end = received_.find("\r\n");
  if (end == std::string::npos) return std::nullopt;
  auto line = received_.substr(0, end);
  received_.erase(0, end + 2);
  return line;
}

void Client::start_tls() {
  start(shake_hands());
  world_.run();
}

void Client::close() {
  stream_->close();
  world_.run();
}

void Client::pass(net::Duration time) {
  PARAPH_ASSERT(!ended_);
  server_->pass(time);
  world_.run();
}

void Client::poke() {
  PARAPH_ASSERT(!ended_);
  server_->poke();
  world_.run();
}

}  // namespace paraph::transcripts
