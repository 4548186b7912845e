#include "app/listeners.h"

#include <fmt/format.h>

#include "app/blocking.h"
#include "app/peers.h"
#include "net/asio/listen.h"
#include "session/admin/session.h"

namespace paraph::app {
namespace {

constexpr std::size_t kAdminConnectionsMax = 16;

Task<void> refuse_admin(std::unique_ptr<net::Stream> stream) {
  const auto answer = admin::format_answer(admin::Failed{"too many administrative connections: try again"});
  co_await stream->write(answer);
  co_await stream->finish();
}

Task<void> close_one(net::Listener& listener) {
  listener.close();
  co_return;
}

/// One more while `session` runs.
class Counted {
 public:
  explicit Counted(Gauge& gauge) : gauge_(gauge) { gauge_.add(); }
  ~Counted() { gauge_.add(-1); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  Gauge& gauge_;
};

Task<void> while_counted(Gauge& gauge, Task<void> session) {
  const Counted counted(gauge);
  co_await std::move(session);
}

}  // namespace

std::string admin_socket_path(const std::filesystem::path& data_dir) {
  std::error_code ignored;
  const auto file = data_dir / "paraph.sock";
  const auto absolute = std::filesystem::absolute(file, ignored).string();
  const auto relative = std::filesystem::proximate(file, ignored).string();
  return relative.empty() || absolute.size() <= relative.size() ? absolute : relative;
}

Listeners::Listeners(const Config& config, Services& services, const net::TlsSlot& tls, const net::TlsSlot& web_tls,
                     net::Gate& gate, net::asio::Loops& loops)
    : smtp_{.name = config.server.name,
            .store = *services.store,
            .accounts = services.accounts,
            .deposit = services.deposit,
            .logins = services.logins,
            .tls = tls,
            .gate = gate,
            .random = services.random,
            .clock = services.clock,
            .limits = services.limits,
            .guesses = services.guesses},
      imap_{.name = config.server.name,
            .version = PARAPH_VERSION,
            .store = *services.store,
            .mailboxes = services.mailboxes,
            .messages = services.messages,
            .signatures = services.signatures,
            .greetings = services.greetings,
            .logins = services.logins,
            .tls = tls,
            .gate = gate,
            .clock = services.clock,
            .limits = services.limits},
      services_(services),
      web_tls_(web_tls),
      verbs_(services.verbs),
      metrics_(services.metrics),
      gate_(gate),
      loops_(loops),
      admission_limits_{.connections_max = config.limits.connections_max,
                        .connections_per_peer_max = config.limits.connections_per_address_max} {}

net::Service Listeners::smtp(session_smtp::Role role) {
  return {
      .name = "smtp",
      .serve = [this, role](
                   std::unique_ptr<net::Stream> stream) { return session_smtp::serve(smtp_, role, std::move(stream)); },
      .refuse = [this](std::unique_ptr<net::Stream> stream) { return session_smtp::refuse(smtp_, std::move(stream)); }};
}

net::Service Listeners::imap(session_imap::Tls tls) {
  return {
      .name = "imap",
      .serve = [this, tls](
                   std::unique_ptr<net::Stream> stream) { return session_imap::serve(imap_, tls, std::move(stream)); },
      .refuse = [this](std::unique_ptr<net::Stream> stream) { return session_imap::refuse(imap_, std::move(stream)); }};
}

Result<void> Listeners::prepare_http(const Config& config) {
  PARAPH_TRY(auto proofs, load_peers(config));
  peers_ = std::make_unique<session_http::Peers>(std::move(proofs), services_.clock);
  http_ = std::make_unique<session_http::Server>(session_http::Server{.store = *services_.store,
                                                                      .accounts = services_.accounts,
                                                                      .signatures = services_.signatures,
                                                                      .local = services_.local_source,
                                                                      .logins = services_.logins,
                                                                      .peers = *peers_,
                                                                      .metrics = services_.metrics,
                                                                      .tls = web_tls_,
                                                                      .gate = gate_,
                                                                      .clock = services_.clock,
                                                                      .limits = services_.limits});
  return {};
}

Result<void> Listeners::renew_peers(const Config& config) {
  if (!peers_) return {};
  PARAPH_TRY(const auto proofs, load_peers(config));
  peers_->renew(proofs);
  return {};
}

net::Service Listeners::http(session_http::Tls tls) {
  return {
      .name = "http",
      .serve = [this, tls](
                   std::unique_ptr<net::Stream> stream) { return session_http::serve(*http_, tls, std::move(stream)); },
      .refuse =
          [this, tls](std::unique_ptr<net::Stream> stream) {
            return session_http::refuse(*http_, tls, std::move(stream));
          }};
}

/// Has every session of this listener, and every connection turned away, counted.
void Listeners::count(const char* name, net::Service& service) {
  auto& open = metrics_.gauge("paraph_sessions", "Connections that are open.", {{"listener", name}});
  auto& begun = metrics_.counter("paraph_sessions_total", "Connections that were taken.", {{"listener", name}});
  auto& refused = metrics_.counter("paraph_sessions_refused_total", "Connections over the limit, turned away.",
                                   {{"listener", name}});
  service.serve = [&open, &begun, serve = std::move(service.serve)](std::unique_ptr<net::Stream> stream) {
    begun.add();
    return while_counted(open, serve(std::move(stream)));
  };
  service.refuse = [&refused, refuse = std::move(service.refuse)](std::unique_ptr<net::Stream> stream) {
    refused.add();
    return refuse(std::move(stream));
  };
}

Result<void> Listeners::open_tcp(const char* name, const Endpoints& endpoints, net::Service service) {
  if (!endpoints.empty()) count(name, service);
  for (const auto& endpoint : endpoints) {
    auto& admission = *admissions_.emplace_back(std::make_unique<net::Admission>(admission_limits_));
    PARAPH_TRY(auto opened, net::asio::listen_on_all(loops_, endpoint, service, gate_, admission));
    ports_ += fmt::format("{}{}={}", ports_.empty() ? "" : " ", name, opened.front()->endpoint().port);
    for (std::size_t i = 0; i < opened.size(); ++i) listeners_.emplace_back(loops_.at(i), std::move(opened[i]));
  }
  return {};
}

/// Another mail system of this machine runs as another user: the socket is for the group too.
Result<void> Listeners::open_sockets(const char* name, const std::vector<std::string>& paths, net::Service service) {
  if (!paths.empty()) count(name, service);
  for (const auto& path : paths) {
    auto& admission = *admissions_.emplace_back(std::make_unique<net::Admission>(admission_limits_));
    PARAPH_TRY(auto opened,
               net::asio::listen_local(loops_.at(0), path, service, gate_, admission, net::asio::SocketFor::Group));
    ports_ += fmt::format("{}{}={}", ports_.empty() ? "" : " ", name, path);
    listeners_.emplace_back(loops_.at(0), std::move(opened));
  }
  return {};
}

Result<void> Listeners::open_admin(const std::filesystem::path& data_dir) {
  const net::Service service{
      .name = "admin",
      .serve = [this](std::unique_ptr<net::Stream> stream) { return admin::run(std::move(stream), verbs_); },
      .refuse = &refuse_admin};
  net::Admission::Limits limits{.connections_max = kAdminConnectionsMax};
  auto& admission = *admissions_.emplace_back(std::make_unique<net::Admission>(limits));
  PARAPH_TRY(auto opened,
             net::asio::listen_local(loops_.at(0), admin_socket_path(data_dir), service, gate_, admission));
  listeners_.emplace_back(loops_.at(0), std::move(opened));
  return {};
}

Result<void> Listeners::open(const Config& config) {
  using session_imap::Tls;
  using session_smtp::Role;
  PARAPH_CHECK(prepare_http(config));
  PARAPH_CHECK(open_admin(config.server.data_dir));
  PARAPH_CHECK(open_tcp("mx", config.listen.mx, smtp(Role::Mx)));
  PARAPH_CHECK(open_tcp("submission", config.listen.submission, smtp(Role::Submission)));
  PARAPH_CHECK(open_tcp("submissions", config.listen.submissions, smtp(Role::Submissions)));
  PARAPH_CHECK(open_tcp("lmtp", config.listen.lmtp, smtp(Role::Lmtp)));
  PARAPH_CHECK(open_sockets("lmtp", config.listen.lmtp_sockets, smtp(Role::Lmtp)));
  PARAPH_CHECK(open_tcp("imap", config.listen.imap, imap(Tls::StartTls)));
  PARAPH_CHECK(open_tcp("imaps", config.listen.imaps, imap(Tls::Implicit)));
  PARAPH_CHECK(open_tcp("http", config.listen.http, http(session_http::Tls::None)));
  PARAPH_CHECK(open_tcp("https", config.listen.https, http(session_http::Tls::Implicit)));
  return {};
}

void Listeners::close() {
  for (const auto& [executor, listener] : listeners_) run_blocking(executor, close_one(*listener));
}

}  // namespace paraph::app
