#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/base64.h"
#include "crypto/credential_cache.h"
#include "crypto/random.h"
#include "media/none/none_media.h"
#include "net/gate.h"
#include "net/memory/memory_stream.h"
#include "net/testing.h"
#include "service/testing.h"
#include "session/http/server.h"
#include "source/local/local_source.h"

namespace paraph::session_http {

/// A server of HTTP in memory with the accounts alice and bob of example.org, whose password is "paraph", and the peers
/// "branch" (a token) and "hq" (a certificate). For tests only.
struct TestServer {
  static constexpr std::string_view kToken = "a token of sixteen octets or more";
  static constexpr net::Endpoint kElsewhere{.octets = {192, 0, 2, 1}, .port = 49152};
  static constexpr net::Endpoint kHere{.octets = {127, 0, 0, 1}, .port = 49152};

  explicit TestServer(Limits with = {}) : world(nullptr, with) {
    world.make_accounts();
    tls.set(net::memory::tls_context());
  }
  /// The clients are gone by now: so are the sessions.
  ~TestServer() {
    context.restart();
    context.poll();
    PARAPH_ASSERT(gate.running() == 0);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  /// A new connection: the client's end.
  std::unique_ptr<net::memory::MemoryStream> connect(net::memory::Options options, Tls kind = Tls::None) {
    auto [ours, theirs] = net::memory::make_pair(context.get_executor(), std::move(options));
    side = ours.get();
    net::spawn(gate, context.get_executor(), "http", serve(server, kind, std::move(ours)));
    return std::move(theirs);
  }
  /// What a client that says this, and waits for the end, gets. The last request must make the server close.
  std::string say(const std::string& octets, net::memory::Options options = {.peer = kHere}) {
    const auto client = connect(std::move(options));
    auto all = net::run_task(context, say_all(*client, octets));
    context.restart();
    context.poll();
    return all;
  }
  static Task<std::string> say_all(net::Stream& client, const std::string& octets) {
    co_await client.write(octets);
    auto all = co_await net::read_to_end(client);
    co_return all;
  }
  /// One request of Alice's on a connection of its own; `fields` are whole lines.
  std::string ask(std::string_view method, std::string_view target, const std::string& fields = {},
                  std::string_view body = {}) {
    std::string octets =
        std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    if (fields.find("Authorization:") == std::string::npos) octets += alice() + "\r\n";
    octets += fields;
    if (!body.empty() || method == "PUT") octets += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return say(octets + "\r\n" + std::string(body));
  }
  static std::string basic(const std::string& user_and_password) {
    return "Authorization: Basic " + crypto::base64_encode(user_and_password);
  }
  static std::string alice() { return basic("alice@example.org:paraph"); }
  static std::string bearer(std::string_view token = kToken) { return "Authorization: Bearer " + std::string(token); }

  Task<void> count_pause() {
    ++pauses;
    co_return;
  }
  static Task<bool> is_right(std::optional<crypto::Verifier> verifier, std::string password) {
    co_return verifier&& password == "paraph";
  }

  boost::asio::io_context context;
  service::World world;
  Metrics metrics;
  net::TlsSlot tls;
  net::Gate gate;
  crypto::SeededRandom random{1};
  crypto::CredentialCache cache{world.clock, random};
  media::none::NoneMedia media;
  service::Signatures signatures{world.store, media, world.clock, world.limits};
  source::local::LocalSource local{world.store};
  Peers peers{{{.name = "branch", .token = std::string(kToken), .subject = ""},
               {.name = "hq", .token = "", .subject = "CN=hq.example.org"}},
              world.clock,
              {.per_second = 1, .burst = 5}};
  std::uint32_t pauses = 0;  ///< how often a failed log-in was made to wait
  sasl::LoginServices logins{
      .accounts = world.accounts,
      .cache = cache,
      .random = random,
      .limits = world.limits,
      .check_password = [](auto verifier, auto password) { return is_right(std::move(verifier), std::move(password)); },
      .pause = [this](std::chrono::milliseconds) { return count_pause(); },
      .unknown_user_key = "key"};
  Server server{.store = world.store,
                .accounts = world.accounts,
                .signatures = signatures,
                .local = local,
                .logins = logins,
                .peers = peers,
                .metrics = metrics,
                .tls = tls,
                .gate = gate,
                .clock = world.clock,
                .limits = world.limits};
  net::memory::MemoryStream* side = nullptr;  ///< the server's end of the last connection, while it lives
};

/// The status of the first answer: "404".
inline std::string status_of(std::string_view answer) { return std::string(answer.substr(9, 3)); }
/// What follows the first empty line.
inline std::string body_of(std::string_view answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string_view::npos ? "" : std::string(answer.substr(end + 4));
}
/// The value of a field of the first answer; "(none)".
inline std::string field_of(std::string_view answer, std::string_view name) {
  const auto head = answer.substr(0, answer.find("\r\n\r\n") + 2);
  const auto at = ifind(head, "\r\n" + std::string(name) + ": ");
  if (at == std::string_view::npos) return "(none)";
  const auto begin = at + name.size() + 4;
  return std::string(head.substr(begin, head.find("\r\n", begin) - begin));
}

}  // namespace paraph::session_http
