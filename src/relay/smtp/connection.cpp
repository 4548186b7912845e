#include "relay/smtp/connection.h"

#include <fmt/format.h>

#include <array>

namespace paraph::relay::smtp {

namespace {
constexpr std::size_t kReadBytes = 4096;
}

Answer answer_of(const wire::Reply& reply) {
  return {.code = reply.code, .enhanced = reply.enhanced, .text = reply.text};
}

Answer no_answer(std::string sentence, std::string enhanced) {
  return {.code = 0, .enhanced = std::move(enhanced), .text = std::move(sentence)};
}

std::unexpected<Error> Connection::broken(std::string sentence) {
  usable_ = false;
  return fail(Code::Unavailable, std::move(sentence));
}

void Connection::close() noexcept {
  usable_ = false;
  stream_->close();
}

Task<Result<wire::Reply>> Connection::read_reply(std::string_view after, net::Duration within) {
  std::array<char, kReadBytes> piece;
  try {
    stream_->set_deadline(within);
    for (;;) {
      auto event = parser_.next();
      if (event.kind == wire::ReplyParser::Kind::Reply) co_return std::move(event.reply);
      if (event.kind == wire::ReplyParser::Kind::Bad)
        co_return broken(fmt::format("what came after {} is not understood: {}", after, event.why));
      const std::size_t got = co_await stream_->read_some(piece);
      if (got == 0) co_return broken(fmt::format("the server closed the connection after {}", after));
      parser_.feed({piece.data(), got});
    }
  } catch (const net::DeadlineError&) {
    co_return broken(fmt::format("no reply to {} in time", after));
  } catch (const net::PeerGone& gone) {
    co_return broken(fmt::format("the connection broke after {}: {}", after, gone.what()));
  }
}

Task<Result<void>> Connection::write(std::string_view octets, net::Duration within) {
  try {
    stream_->set_deadline(within);
    co_await stream_->write(octets);
    co_return Result<void>();
  } catch (const net::DeadlineError&) {
    co_return broken("the server took no octets in time");
  } catch (const net::PeerGone& gone) {
    co_return broken(fmt::format("the connection broke: {}", gone.what()));
  }
}

Task<Result<wire::Reply>> Connection::ask(std::string command, std::string_view name, net::Duration within) {
  PARAPH_CO_CHECK(co_await write(command, within));
  PARAPH_CO_TRY(auto reply, co_await read_reply(name, within));
  co_return std::move(reply);
}

Task<Result<void>> Connection::start_tls(std::shared_ptr<const net::TlsContext> context, net::Duration within) {
  if (!parser_.at_rest()) co_return broken("the TLS handshake failed: octets in clear came where it should begin");
  try {
    stream_->set_deadline(within);
    auto done = co_await stream_->start_tls(std::move(context));
    if (!done) co_return broken(std::move(done.error().text));
    co_return Result<void>();
  } catch (const net::DeadlineError&) {
    co_return broken("the TLS handshake failed: it took too long");
  } catch (const net::PeerGone& gone) {
    co_return broken(fmt::format("the TLS handshake failed: {}", gone.what()));
  }
}

Task<void> quit(std::unique_ptr<Connection> connection, net::Duration within) {
  if (!connection->usable()) co_return;
  const auto reply = co_await connection->ask("QUIT\r\n", "QUIT", within);
  if (reply) co_await connection->stream().finish();
}

}  // namespace paraph::relay::smtp
