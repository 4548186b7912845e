#include "relay/smtp/dial.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "base/log.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "net/gate.h"

namespace paraph::relay::smtp {
namespace {

/// How an opportunistic host is spoken to, one after the other. Others are spoken to as they demand.
enum class Way { Tested, AsDemanded, InClear };

// RFC 3463 §3.8, as Postfix uses them.
constexpr const char* kNoTls = "4.7.4";      ///< security features not supported: STARTTLS is not to be had
constexpr const char* kTlsFailed = "4.7.5";  ///< cryptographic failure: the handshake, or the certificate

struct Trouble {
  Answer answer;
  bool handshake = false;  ///< TLS failed, nothing else: a new connection may do without
};
using Step = std::expected<void, Trouble>;

std::unexpected<Trouble> trouble(Answer answer) { return std::unexpected(Trouble{.answer = std::move(answer)}); }
std::unexpected<Trouble> trouble(Error error) { return trouble(no_answer(std::move(error.text))); }

bool is_tested(const Host& host) { return host.tls == Tls::Opportunistic && !host.names.empty(); }

Way first_way(const Host& host) { return is_tested(host) ? Way::Tested : Way::AsDemanded; }

bool must_be_tls(const Host& host) { return host.tls == Tls::Required || host.tls == Tls::Dane; }

/// The begin of one connection.
class Opening {
 public:
  Opening(Dialer& dialer, const Host& host, Connection& connection, Way way)
      : dialer_(dialer),
        host_(host),
        connection_(connection),
        way_(way),
        local_(connection.stream().local()),
        peer_(connection.stream().peer()) {}

  Task<Step> run() {
    auto greeting = co_await connection_.read_reply("connecting", patience().greeting);
    if (!greeting) co_return trouble(std::move(greeting).error());
    if (greeting->code != 220) co_return trouble(answer_of(*greeting));
    auto step = co_await hello();
    if (step && host_.tls != Tls::None && way_ != Way::InClear) step = co_await secure();
    if (step && host_.login) step = co_await log_in();
    co_return step;
  }

 private:
  bool counts() const { return way_ == first_way(host_); }
  const Patience& patience() const { return dialer_.options.patience; }

  // RFC 5321 §3.2: EHLO, and HELO for those who do not know it.
  Task<Step> hello() {
    auto reply = co_await connection_.ask("EHLO " + dialer_.options.name + "\r\n", "EHLO", patience().command);
    if (reply && reply->code == 250) {
      connection_.offered = wire::parse_extensions(*reply);
      co_return Step();
    }
    connection_.offered = {};
    if (reply && reply->code >= 500)
      reply = co_await connection_.ask("HELO " + dialer_.options.name + "\r\n", "HELO", patience().command);
    if (!reply) co_return trouble(std::move(reply).error());
    if (reply->code != 250) co_return trouble(answer_of(*reply));
    co_return Step();
  }

  Task<Step> secure() {
    if (!connection_.offered.starttls) co_return no_tls("the server offers no STARTTLS");
    auto reply = co_await connection_.ask("STARTTLS\r\n", "STARTTLS", patience().command);
    if (!reply) co_return handshake_failed(std::move(reply).error().text);
    // RFC 3207 §4: refused, the session goes on in clear.
    if (reply->code != 220)
      co_return no_tls(fmt::format("the server refuses STARTTLS: {} {}", reply->code, reply->text));
    Host demands = host_;
    if (way_ == Way::Tested) demands.tls = Tls::Required;
    auto context = dialer_.make_tls(demands);
    // Our own trouble: no test of names keeps a message.
    if (!context && way_ == Way::Tested) co_return handshake_failed(std::move(context).error().text);
    if (!context) co_return trouble(no_answer(std::move(context).error().text, kTlsFailed));
    auto done = co_await connection_.start_tls(*std::move(context), patience().handshake);
    if (!done) co_return handshake_failed(std::move(done).error().text);
    if (counts()) dialer_.tls_counts.add_success(host_);
    auto step = co_await hello();
    co_return step;
  }

  Step no_tls(std::string sentence) {
    if (counts()) dialer_.tls_counts.add_failure(host_, TlsResult::NotSupported, sentence, local_, peer_);
    if (must_be_tls(host_)) return trouble(no_answer(std::move(sentence), kNoTls));
    return {};
  }

  Step handshake_failed(std::string sentence) {
    if (counts()) dialer_.tls_counts.add_failure(host_, tls_result(sentence), sentence, local_, peer_);
    return std::unexpected(Trouble{.answer = no_answer(std::move(sentence), kTlsFailed), .handshake = true});
  }

  // RFC 4954. LOGIN is in no RFC; some servers know nothing else.
  Task<Step> log_in() {
    if (!connection_.stream().encrypted() && !connection_.stream().loopback())
      co_return trouble(no_answer("there is no TLS, and a password does not go in clear", kNoTls));
    const bool plain = connection_.offered.has_mechanism("PLAIN");
    if (!plain && !connection_.offered.has_mechanism("LOGIN"))
      co_return trouble(no_answer("the server offers neither AUTH PLAIN nor AUTH LOGIN"));
    Result<wire::Reply> reply;
    if (plain) {
      reply = co_await log_in_plain();
    } else {
      reply = co_await log_in_by_steps();
    }
    if (!reply) co_return trouble(std::move(reply).error());
    if (reply->code != 235)
      co_return trouble(no_answer(fmt::format("the server refuses the log-in: {} {}", reply->code, reply->text)));
    co_return Step();
  }

  // RFC 4616: authorization identity, user, password.
  Task<Result<wire::Reply>> log_in_plain() {
    const std::string nul(1, '\0');
    return ask_for_log_in("AUTH PLAIN " + crypto::base64_encode(nul + host_.login->user + nul + host_.login->password));
  }

  Task<Result<wire::Reply>> log_in_by_steps() {
    auto reply = co_await ask_for_log_in("AUTH LOGIN");
    for (const auto* part : {&host_.login->user, &host_.login->password}) {
      if (!reply || reply->code != 334) break;
      reply = co_await ask_for_log_in(crypto::base64_encode(*part));
    }
    co_return reply;
  }

  Task<Result<wire::Reply>> ask_for_log_in(const std::string& line) {
    return connection_.ask(line + "\r\n", "AUTH", patience().command);
  }

  Dialer& dialer_;
  const Host& host_;
  Connection& connection_;
  const Way way_;
  const net::Endpoint local_, peer_;
};

using Opened = std::expected<std::unique_ptr<Connection>, Trouble>;

Task<Opened> open(Dialer& dialer, const Host& host, net::Endpoint address, Way way) {
  const Executor loop = co_await boost::asio::this_coro::executor;
  auto stream = co_await dialer.connect(loop, address, dialer.options.patience.connect);
  if (!stream) co_return trouble(std::move(stream).error());
  auto connection = std::make_unique<Connection>(*std::move(stream));
  Opening opening(dialer, host, *connection, way);
  auto step = co_await opening.run();
  if (step) co_return std::move(connection);
  // It is told goodbye, and nobody waits for that.
  net::spawn(dialer.gate, loop, "relay quit", quit(std::move(connection), dialer.options.patience.last_words));
  co_return std::unexpected(std::move(step).error());
}

/// Of too many, the first and the last ones: IPv6 addresses stand before those of IPv4, and may all lead nowhere.
std::vector<net::Endpoint> addresses_to_try(const Host& host, std::size_t most) {
  auto all = host.addresses;
  if (all.size() <= most) return all;
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(most / 2);
  all.erase(first, all.end() - static_cast<std::ptrdiff_t>(most - most / 2));
  return all;
}

}  // namespace

Task<Dialled> dial(Dialer& dialer, const Host& host) {
  Undialled last{.answer = no_answer("the host has no address"), .address = {}};
  for (const auto& address : addresses_to_try(host, dialer.options.addresses_max)) {
    auto way = first_way(host);
    auto opened = co_await open(dialer, host, address, way);
    while (!opened && opened.error().handshake && host.tls == Tls::Opportunistic && way != Way::InClear) {
      way = way == Way::Tested ? Way::AsDemanded : Way::InClear;
      log(Level::Info, "relay host={} address={} tls=failed, {}: {}", printable(host.name), address.text(),
          way == Way::InClear ? "in clear" : "with any certificate", printable(opened.error().answer.text));
      opened = co_await open(dialer, host, address, way);
    }
    if (opened) co_return *std::move(opened);
    last = {.answer = std::move(opened).error().answer, .address = address.address()};
  }
  co_return std::unexpected(std::move(last));
}

}  // namespace paraph::relay::smtp
