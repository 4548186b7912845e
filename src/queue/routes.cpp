#include "queue/routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "dns/names.h"
#include "mime/idna.h"

namespace paraph::queue {
namespace {

constexpr std::size_t kReportedRecordsMax = 20;
constexpr std::size_t kReportedBytesMax = 64;  ///< of one record: a SHA-512

using Mode = StsPolicy::Mode;
using std::chrono::milliseconds;

milliseconds left_until(std::chrono::steady_clock::time_point deadline) {
  return std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
}

/// "[192.0.2.1]", "[IPv6:2001:db8::1]" (RFC 5321 §4.1.3); nullopt: no address literal, or one of another kind.
std::optional<net::Endpoint> address_literal(std::string_view domain, std::uint16_t port) {
  if (!domain.starts_with('[') || !domain.ends_with(']')) return std::nullopt;
  const auto inside = domain.substr(1, domain.size() - 2);
  const bool v6 = istarts_with(inside, "IPv6:");
  const auto address = v6 ? "[" + std::string(inside.substr(5)) + "]" : std::string(inside);
  const auto endpoint = net::parse_endpoint(fmt::format("{}:{}", address, port));
  return endpoint ? std::optional(*endpoint) : std::nullopt;
}

/// A domain as DNS and routes know it: A-labels, lower case, without the last dot. nullopt: it is none.
std::optional<std::string> as_asked(std::string_view domain) {
  auto name = lowered(domain);
  if (name.ends_with('.')) name.pop_back();
  if (is_ascii(name)) return name;
  return mime::to_a_labels(name);
}

std::string name_of(const Route& route) { return fmt::format("{}:{}", lowered(route.host), route.port); }

/// As everywhere: ::ffff:192.0.2.1 is 192.0.2.1.
net::Endpoint endpoint_of(const dns::Address& address, std::uint16_t port) {
  const net::Endpoint found{.octets = address.octets, .port = port, .v6 = address.v6};
  return net::parse_endpoint(found.text()).value_or(found);
}

/// Nobody else's: this machine, no machine, or many. What DNS says shall not make this server speak to itself.
bool leads_nowhere(const net::Endpoint& endpoint) {
  if (endpoint.loopback()) return true;
  if (!endpoint.v6) return endpoint.octets[0] == 0 || endpoint.octets[0] >= 224;
  const bool unspecified = std::ranges::all_of(endpoint.octets, [](unsigned char octet) { return octet == 0; });
  return unspecified || endpoint.octets[0] == 0xff;
}

std::unexpected<Error> no_server(std::string_view domain, std::string_view why) {
  return fail(Code::NotFound, fmt::format("{} {}", printable(domain), why));
}

/// Another time may do.
bool may_pass(Code code) { return code == Code::Unavailable || code == Code::Unauthenticated; }

/// What a failed lookup means for mail.
std::unexpected<Error> lookup_failed(Error error) {
  if (error.code == Code::Unauthenticated) return std::unexpected(std::move(error));
  const bool gone = error.code == Code::NotFound || error.code == Code::BadInput;
  return fail(gone ? Code::NotFound : Code::Unavailable, std::move(error.text));
}

using Kind = relay::AppliedPolicy::Kind;

/// The records as they are written in a zone (RFC 6698 §2.2).
relay::AppliedPolicy tlsa_policy(const std::string& domain, const std::vector<relay::Tlsa>& records) {
  relay::AppliedPolicy applied{.domain = domain, .kind = Kind::Tlsa};
  for (const auto& one : records) {
    if (applied.lines.size() == kReportedRecordsMax) break;
    const auto data = hex(std::string_view(one.data).substr(0, kReportedBytesMax));
    applied.lines.push_back(fmt::format("{} {} {} {}", one.usage, one.selector, one.matching, data));
  }
  return applied;
}

/// RFC 5321 §5.1: this server, and whatever is not preferred to it, is no way on. True: it is among them.
bool drop_from(std::vector<dns::Mx>& exchanges, std::string_view own_name) {
  std::optional<std::uint16_t> own;
  for (const auto& mx : exchanges) {
    if (mx.host == own_name) own = std::min(mx.preference, own.value_or(mx.preference));
  }
  if (own) std::erase_if(exchanges, [&](const dns::Mx& mx) { return mx.preference >= *own; });
  return own.has_value();
}

}  // namespace

bool Route::fits(std::string_view lower_domain) const {
  if (domain == "*") return true;
  if (domain.starts_with('.')) return lower_domain.size() > domain.size() && lower_domain.ends_with(domain);
  return lower_domain == domain;
}

Routes::Routes(RouteOptions options, dns::Resolver& resolver, crypto::Random& random, MtaSts* sts, Metrics& metrics,
               relay::TlsSessions* sessions)
    : options_(std::move(options)),
      resolver_(resolver),
      random_(random),
      sts_(sts),
      sessions_(sessions),
      dnssec_invalid_(metrics.counter("paraph_tls_policy_total",
                                      "What was found out about the TLS policies of other domains (RFC 8460).",
                                      {{"result", "dnssec-invalid"}})),
      sts_mismatch_(metrics.counter("paraph_tls_policy_total",
                                    "What was found out about the TLS policies of other domains (RFC 8460).",
                                    {{"result", "validation-failure"}})) {}

template <class T>
void Routes::shuffle(std::vector<T>& things) {
  for (std::size_t i = things.size(); i > 1; --i) std::swap(things[i - 1], things[random_.below(i)]);
}

Task<Result<NextHop>> Routes::find(std::string domain) {
  auto asked = as_asked(domain);
  if (!asked) co_return no_server(lowered(domain), "is no domain");
  domain = *std::move(asked);
  if (const auto* route = route_of(domain)) {
    auto found = co_await find_route(*route);
    co_return found;
  }
  if (domain.starts_with('[')) {
    const auto endpoint = address_literal(domain, options_.port);
    if (!endpoint || leads_nowhere(*endpoint)) co_return no_server(domain, "is no address of a mail server");
    NextHop next{.hosts = {{.name = domain, .addresses = {*endpoint}}}, .destination = domain};
    co_return next;
  }
  auto found = co_await find_domain(std::move(domain));
  co_return found;
}

std::string Routes::way(std::string_view domain) const {
  auto asked = as_asked(domain);
  if (!asked) return std::string(domain);
  const auto* route = route_of(*asked);
  return route != nullptr ? name_of(*route) : *std::move(asked);
}

const Route* Routes::route_of(std::string_view domain) const {
  const auto found = std::ranges::find_if(options_.routes, [&](const Route& route) { return route.fits(domain); });
  return found != options_.routes.end() ? &*found : nullptr;
}

Task<Result<NextHop>> Routes::find_route(const Route& route) {
  relay::Host host{.name = lowered(route.host), .tls = route.tls, .login = route.login, .ca_pem = route.ca_pem};
  if (route.tls == relay::Tls::Required) host.names = {host.name};
  NextHop next{.destination = name_of(route)};
  const bool v6 = route.host.contains(':');
  const auto numeric = net::parse_endpoint(fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), route.host, route.port));
  if (numeric) {
    host.addresses = {*numeric};
  } else {
    const auto deadline = std::chrono::steady_clock::now() + options_.within;
    auto found = co_await addresses(host.name, route.port, deadline);
    // The operator's word: that it cannot be found is no reason to give messages back.
    if (!found) co_return fail(Code::Unavailable, "the host of a route: " + found.error().text);
    if (found->empty())
      co_return fail(Code::Unavailable, fmt::format("the host of a route, {}, has no address", host.name));
    host.addresses = *std::move(found);
  }
  next.hosts.push_back(std::move(host));
  co_return next;
}

Task<Result<std::vector<net::Endpoint>>> Routes::addresses(std::string name, std::uint16_t port, Deadline deadline) {
  PARAPH_CO_TRY(auto found, co_await resolver_.addresses(std::move(name), dns::Family::Both, left_until(deadline)));
  shuffle(found);
  std::ranges::partition(found, &dns::Address::v6);
  std::vector<net::Endpoint> endpoints;
  for (const auto& address : found) endpoints.push_back(endpoint_of(address, port));
  co_return endpoints;
}

/// By preference, those of one preference shuffled.
std::vector<dns::Mx> Routes::ordered(std::vector<dns::Mx> found) {
  shuffle(found);
  std::ranges::sort(found, {}, &dns::Mx::preference);
  return found;
}

Task<Result<std::vector<Routes::Exchange>>> Routes::exchanges(std::string domain, Deadline deadline) {
  auto found = co_await resolver_.mx(domain, left_until(deadline));
  if (!found) co_return lookup_failed(std::move(found).error());
  if (found->size() == 1 && found->front().host.empty())
    co_return fail(Code::Denied, fmt::format("{} takes no mail (null MX)", printable(domain)));
  std::vector<Exchange> result;
  if (found->empty()) result.push_back({.host = domain, .ask_tlsa = true});
  if (drop_from(*found, options_.own_name) && found->empty())
    co_return fail(Code::Refused,
                   fmt::format("this server is the best exchange of {}, and has no such domain", printable(domain)));
  for (auto& mx : ordered(*std::move(found))) {
    if (!mx.host.empty() && result.size() < options_.hosts_max)
      result.push_back({.host = mx.host, .ask_tlsa = mx.secure});
  }
  co_return result;
}

Task<Result<relay::Host>> Routes::find_host(Exchange exchange, std::string domain, StsPolicy policy,
                                            Deadline deadline) {
  relay::Host host{.name = exchange.host};
  PARAPH_CO_TRY(host.addresses, co_await addresses(exchange.host, options_.port, deadline));
  std::erase_if(host.addresses, leads_nowhere);
  if (host.addresses.empty()) co_return no_server(exchange.host, "has no address of a mail server");
  if (policy.mode == Mode::Enforce) host.tls = relay::Tls::Required;
  if (policy.mode != Mode::None) {
    host.names = {host.name};
    host.ca_pem = options_.ca_pem;
  }
  auto applied = policy.mode == Mode::None ? relay::AppliedPolicy{.domain = domain} : applied_policy(domain, policy);
  host.applied = std::make_shared<const relay::AppliedPolicy>(std::move(applied));
  if (!exchange.ask_tlsa) co_return host;
  auto records = co_await resolver_.tlsa(exchange.host, options_.port, left_until(deadline));
  if (!records) {
    dnssec_invalid_.add();
    relay::note_policy_failure(sessions_, tlsa_policy(domain, {}), "dnssec-invalid", exchange.host,
                               records.error().text);
    co_return fail(Code::Unauthenticated,
                   fmt::format("the TLSA records of {} cannot be had: {}", exchange.host, records.error().text));
  }
  if (records->empty()) co_return host;
  host.tls = relay::Tls::Dane;
  host.names = {host.name, domain};  // RFC 7672 §3.2.2
  host.ca_pem.clear();
  for (auto& one : *records)
    host.tlsa.push_back(
        {.usage = one.usage, .selector = one.selector, .matching = one.matching, .data = std::move(one.data)});
  host.applied = std::make_shared<const relay::AppliedPolicy>(tlsa_policy(domain, host.tlsa));
  co_return host;
}

Task<Result<NextHop>> Routes::find_domain(std::string domain) {
  const auto deadline = std::chrono::steady_clock::now() + options_.within;
  PARAPH_CO_TRY(auto all, co_await exchanges(domain, deadline));
  StsPolicy policy;
  if (sts_ != nullptr) {
    PARAPH_CO_TRY(policy, co_await sts_->find(domain, left_until(deadline)));
  }
  NextHop next{.destination = domain};
  Error last{Code::NotFound, fmt::format("{} has no mail server", printable(domain))};
  for (auto& exchange : all) {
    const bool named = policy.mode == Mode::None || names_host(policy, exchange.host);
    if (!named) {
      sts_mismatch_.add();
      relay::note_policy_failure(sessions_, applied_policy(domain, policy), "validation-failure", exchange.host,
                                 "the policy does not name this exchange");
      log(Level::Info, "mta-sts domain={} host={} is not in its policy", printable(domain), printable(exchange.host));
      if (policy.mode == Mode::Enforce) {
        last = {Code::Unauthenticated, fmt::format("the MTA-STS policy of {} does not name {}", domain, exchange.host)};
        continue;
      }
    }
    auto host = co_await find_host(std::move(exchange), domain, policy, deadline);
    if (host) {
      const bool told = !named && host->applied->kind == Kind::Sts;
      if (told) host->applied.reset();  // in testing mode its sessions are open, and no successes
      next.hosts.push_back(*std::move(host));
    } else if (may_pass(host.error().code) || !may_pass(last.code)) {
      last = std::move(host).error();
    }
  }
  if (!next.hosts.empty()) co_return next;
  co_return lookup_failed(std::move(last));
}

}  // namespace paraph::queue
