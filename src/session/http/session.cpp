#include "session/http/session.h"

#include <fmt/format.h>

#include <span>

#include "base/log.h"
#include "base/text.h"
#include "session/http/credentials.h"
#include "wire/http/format.h"

namespace paraph::session_http {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr net::Duration kGoodbyeTime{2'000};
constexpr net::Duration kRestTime{60'000};  // a client may open a new connection whenever it likes

Counter* answers(Metrics& metrics, std::size_t digit) {
  return &metrics.counter("paraph_http_answers_total", "HTTP answers by their status.",
                          {{"status", std::to_string(digit) + "xx"}});
}

http::Response head_failure(const Error& error) {
  unsigned status = 400;
  if (error.code == Code::TooLarge) status = 431;
  if (error.code == Code::Unsupported) status = error.text.starts_with("only HTTP") ? 505 : 501;
  return error_response(status, error.text);
}

http::Response who_are_you(std::string_view text) {
  auto response = error_response(401, text);
  response.set("WWW-Authenticate", "Basic realm=\"Paraph\", charset=\"UTF-8\"");
  return response;
}

std::string too_large(std::uint64_t bytes, std::uint64_t bytes_max) {
  return fmt::format("the body has {} octets, and {} are taken here at most", bytes, bytes_max);
}

}  // namespace

Session::Session(Server& server, Tls tls, net::Stream& stream)
    : server_(server),
      stream_(stream),
      tls_(tls),
      exchange_{.server = server, .stream = stream, .request = {}, .target = {}, .account = {}},
      stranger_(std::in_place, server.logins) {
  for (std::size_t digit = 1; digit < answers_.size(); ++digit) answers_[digit] = answers(server.metrics, digit);
  answers_[0] = answers_[5];
}

Task<void> Session::run() {
  if (tls_ == Tls::Implicit) {
    stream_.set_deadline(server_.limits.greeting_timeout);
    auto secured = co_await stream_.start_tls(server_.tls.get());
    if (!secured) throw net::PeerGone(secured.error().text);
  }
  while (keep_alive_) {
    const bool asked = co_await read_head();
    if (!asked) co_return;
    auto response = co_await answer();
    co_await write(std::move(response));
  }
}

/// False: the client went away between two requests, or was told that its request makes no sense.
Task<bool> Session::read_head() {
  exchange_.request = {};
  exchange_.account.reset();
  body_taken_ = true;
  Phase phase = Phase::Rest;
  for (;;) {
    if (!parser_.empty()) {
      auto taken = parser_.take_head(exchange_.request);
      if (!taken) {
        body_taken_ = false;  // where the next request would begin, nobody knows
        auto response = head_failure(taken.error());
        co_await write(std::move(response));
        co_return false;
      }
      owes_answer_ = true;
      if (*taken) co_return true;
      if (phase == Phase::Rest) stream_.set_deadline(time_for(Phase::Head));
      phase = Phase::Head;
    }
    const bool more = co_await read_more(phase);
    if (!more && parser_.empty()) co_return false;
    if (!more) throw net::PeerGone("the client closed in the midst of a request");
  }
}

Task<Result<void>> Session::read_body(std::uint64_t bytes_max) {
  auto& request = exchange_.request;
  stream_.set_deadline(time_for(Phase::Body));
  for (;;) {
    const auto taken = parser_.take_body(request, bytes_max);
    if (!taken) co_return std::unexpected(taken.error());
    if (*taken) break;
    const bool more = co_await read_more(Phase::Body);
    if (!more) throw net::PeerGone("the client closed in the midst of a body");
  }
  body_taken_ = true;
  co_return Result<void>();
}

/// Waits for octets. One deadline stands for a whole head, and one for a whole body, however slowly they drip in.
/// False: the client sends no more.
Task<bool> Session::read_more(Phase phase) {
  if (phase == Phase::Rest) {
    input_.reset();
    stream_.set_deadline(time_for(phase));
  }
  const auto wake = co_await stream_.wait();
  if (wake == net::Wake::Deadline) throw net::DeadlineError("the request did not come in time");
  if (wake == net::Wake::Poked) {
    if (server_.gate.stopping()) throw Stopping{};
    co_return true;
  }
  if (!input_) input_ = std::make_unique<char[]>(kReadBytes);
  const auto got = co_await stream_.read_some(std::span(input_.get(), kReadBytes));
  parser_.feed({input_.get(), got});
  co_return got != 0;
}

net::Duration Session::time_for(Phase phase) const {
  if (phase == Phase::Rest) return kRestTime;
  return phase == Phase::Head ? net::Duration(server_.limits.greeting_timeout)
                              : net::Duration(server_.limits.data_timeout);
}

Task<http::Response> Session::answer() {
  auto& request = exchange_.request;
  keep_alive_ = request.keep_alive && !server_.gate.stopping();
  body_taken_ = !request.has_body();
  if (stranger_ && stranger_->one_too_many()) {
    keep_alive_ = false;
    co_return error_response(503, "too many clients have not logged in, try again later");
  }
  auto target = http::parse_target(request.target);
  if (!target) co_return error_response(target.error());
  exchange_.target = std::move(*target);
  const auto* route = find_route(exchange_.target.path);
  if (route == nullptr) co_return nothing_here();
  auto response = co_await answer_at(*route);
  co_return response;
}

/// Who asks is known before what is asked, and both before a body is read.
Task<http::Response> Session::answer_at(const Route& route) {
  auto& request = exchange_.request;
  if (route.access == Access::Peer) {
    auto refused = check_peer();
    if (refused) co_return std::move(*refused);
  }
  const auto handler = handler_of(route, request.method);
  if (handler == nullptr) {
    auto refused = error_response(405, "this method is not offered here");
    refused.set("Allow", allowed(route));
    co_return refused;
  }
  if (route.access == Access::User) {
    auto refused = co_await check_user();
    if (refused) co_return std::move(*refused);
  }
  if (request.method == http::Method::Put && !request.chunked && !request.content_length)
    co_return error_response(411, "say how long the body is: Content-Length");
  const auto* expects = request.field("Expect");
  if (expects != nullptr && !iequals(*expects, "100-continue"))
    co_return error_response(417, "the only expectation here is 100-continue");
  if (!body_taken_) {
    const auto bytes_max = body_bytes_max(route, request.method, server_.limits);
    const auto bytes = request.content_length.value_or(0);
    if (bytes > bytes_max) co_return error_response(413, too_large(bytes, bytes_max));
    if (expects != nullptr && request.version >= 11) {
      stream_.set_deadline(server_.limits.write_timeout);
      co_await stream_.write(http::kContinue);
    }
    const auto taken = co_await read_body(bytes_max);
    if (!taken) co_return error_response(taken.error());
  }
  auto response = co_await handler(exchange_);
  // So that a peer can tell a user who is not here from a token that is not right any more.
  if (route.access == Access::Peer) response.set("Paraph-Peer", "yes");
  co_return response;
}

/// To whoever is no peer there is nothing here, whatever it asked, and nothing is looked up for it.
std::optional<http::Response> Session::check_peer() {
  const auto peer = find_peer(exchange_);
  if (!peer) return nothing_here();
  if (server_.peers.take_turn(*peer)) {
    stranger_.reset();
    return std::nullopt;
  }
  log(Level::Warn, "http peer={} asks too much", printable(server_.peers.name_of(*peer)));
  auto refused = error_response(429, "too many questions, try again later");
  refused.set("Retry-After", "1");
  return refused;
}

/// nullopt: it is a user, and `exchange_.account` says who.
Task<std::optional<http::Response>> Session::check_user() {
  if (!sasl::may_log_in(server_.logins, stream_)) co_return error_response(403, "no log-in in clear: come by https");
  const auto* field = exchange_.request.field("Authorization");
  if (field == nullptr) co_return who_are_you("log in with your address and password");
  auto basic = parse_basic(*field);
  if (!basic) co_return who_are_you("the only way to log in here is Basic, with your address and password");
  sasl::Attempt attempt{.protocol = "http", .mechanism = "BASIC", .failures_before = auth_failures_};
  auto account = co_await sasl::log_in(server_.logins, stream_, std::move(attempt), std::move(basic->user),
                                       std::move(basic->password));
  if (account) {
    stranger_.reset();
    exchange_.account = std::move(*account);
    co_return std::nullopt;
  }
  if (account.error().code == Code::Unavailable) co_return error_response(account.error());
  if (++auth_failures_ >= server_.limits.auth_failures_max) keep_alive_ = false;
  co_return who_are_you("the address or the password is wrong");
}

Task<void> Session::write(http::Response response) {
  if (!body_taken_) keep_alive_ = false;
  const auto persist = keep_alive_ ? http::Persist::Yes : http::Persist::No;
  const auto head = http::format_head(response, server_.clock.now(), persist);
  const bool with_body = exchange_.request.method != http::Method::Head && response.status != 304;
  const std::array<std::string_view, 2> pieces{head, with_body ? std::string_view(response.body) : std::string_view()};
  answers_[response.status / 100 % answers_.size()]->add();
  stream_.set_deadline(server_.limits.write_timeout);
  owes_answer_ = false;
  co_await stream_.write_all(pieces);
}

Task<void> Session::say_goodbye(http::Response response) {
  body_taken_ = false;
  const auto head = http::format_head(response, server_.clock.now(), http::Persist::No);
  const std::array<std::string_view, 2> pieces{head, response.body};
  answers_[response.status / 100 % answers_.size()]->add();
  stream_.set_deadline(kGoodbyeTime);
  co_await stream_.write_all(pieces);
}

}  // namespace paraph::session_http
