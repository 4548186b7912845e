#include "app/relays.h"

#include <fmt/format.h>

#include "app/shell.h"
#include "app/tls_policies.h"
#include "base/text.h"
#include "net/asio/connect.h"

namespace paraph::app {
namespace {

/// A fetch takes 20 s at the most: whoever waits last has an answer within a minute (queue/mta_sts.h).
constexpr std::size_t kPolicyThreads = 8;
constexpr std::size_t kPoliciesMax = 16;
constexpr std::size_t kPemBytesMax = 1 << 20;
constexpr std::size_t kSecretBytesMax = 4096;

std::unexpected<Error> cannot(const Route& route, std::string_view key, std::string_view why) {
  return fail(Code::BadInput, fmt::format("route {}: {}: {}", printable(route.domain), key, why));
}

relay::Tls tls_of(RouteTls tls) {
  switch (tls) {
    case RouteTls::Required:
      return relay::Tls::Required;
    case RouteTls::None:
      return relay::Tls::None;
    case RouteTls::Opportunistic:
      break;
  }
  return relay::Tls::Opportunistic;
}

Result<queue::Route> load_route(const Route& config) {
  queue::Route route{.domain = config.domain, .host = config.host, .port = config.port, .tls = tls_of(config.tls)};
  if (!config.ca.empty()) {
    auto pem = read_file(config.ca, kPemBytesMax);
    if (!pem) return cannot(config, "ca", pem.error().text);
    route.ca_pem = *std::move(pem);
  }
  if (config.user.empty()) return route;
  const auto octets = read_file(config.password_file, kSecretBytesMax);
  if (!octets) return cannot(config, "password_file", octets.error().text);
  const auto secret = trimmed(*octets);
  if (secret.empty() || secret.find_first_of(std::string_view("\r\n\0", 3)) != secret.npos)
    return cannot(config, "password_file", config.password_file + " does not hold one line, the password");
  route.login = relay::Login{.user = config.user, .password = std::string(secret)};
  return route;
}

queue::RouteOptions route_options(const Config& config, RelayFiles files) {
  queue::RouteOptions options;
  options.own_name = lowered(config.server.name);
  options.routes = std::move(files.routes);
  options.ca_pem = std::move(files.ca_pem);
  return options;
}

relay::smtp::Options relay_options(const Config& config) {
  relay::smtp::Options options;
  options.name = config.server.name;
  return options;
}

/// RFC 6066 §3: an address is no server name, nor is one in brackets.
bool is_name(const relay::Host& host) { return !host.name.starts_with('['); }

net::asio::ClientTls demands_of(const relay::Host& host) {
  net::asio::ClientTls demands{.server_name = is_name(host) ? host.name : "", .ca_pem = host.ca_pem};
  demands.verify = host.tls == relay::Tls::Required;
  demands.names = host.names;
  if (host.tls != relay::Tls::Dane) return demands;
  for (const auto& one : host.tlsa)
    demands.tlsa.push_back({.usage = one.usage, .selector = one.selector, .matching = one.matching, .data = one.data});
  return demands;
}

}  // namespace

Result<RelayFiles> load_relay_files(const Config& config) {
  RelayFiles files;
  for (const auto& route : config.routes) {
    PARAPH_TRY(auto loaded, load_route(route));
    files.routes.push_back(std::move(loaded));
  }
  files.ca_file = config.queue.ca;
  if (files.ca_file.empty()) return files;
  auto pem = read_file(files.ca_file, kPemBytesMax);
  if (!pem) return fail(Code::BadInput, "queue: ca: " + pem.error().text);
  files.ca_pem = *std::move(pem);
  return files;
}

Relays::Relays(const Config& config, RelayFiles files, dns::Resolver& resolver, store::Store& store,
               crypto::Random& random, const Clock& clock, net::Gate& gate, Metrics& metrics)
    : policy_threads_(kPolicyThreads, kPoliciesMax),
      tls_sessions_(clock),
      sts_(
          resolver,
          [this, &resolver, ca_file = files.ca_file](std::string domain) {
            return fetch_tls_policy(resolver, policy_threads_, ca_file, std::move(domain));
          },
          store, clock, metrics, &tls_sessions_),
      routes_(route_options(config, std::move(files)), resolver, random, &sts_, metrics, &tls_sessions_),
      relay_([](Executor loop, net::Endpoint where,
                net::Duration at_most) { return net::asio::connect(loop, where, at_most); },
             [this](const relay::Host& host) { return tls_.make(demands_of(host)); }, relay_options(config), gate,
             metrics, &tls_sessions_) {}

}  // namespace paraph::app
