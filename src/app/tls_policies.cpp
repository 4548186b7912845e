#include "app/tls_policies.h"

#include <fmt/format.h>

#include <chrono>

#include "net/endpoint.h"
#include "source/web/fetcher.h"

namespace paraph::app {
namespace {

constexpr std::size_t kPolicyBytesMax = 64 * 1024;
constexpr std::chrono::seconds kFetchTime{20};  // RFC 8461 §3.3 allows a minute
constexpr std::size_t kAddressesMax = 8;

bool anywhere(const sockaddr&) { return true; }

/// "HOST:443:ADDRESS,ADDRESS": libcurl asks no resolver of its own then.
std::string pinned(const std::string& host, const std::vector<dns::Address>& addresses) {
  std::string list;
  for (std::size_t i = 0; i < std::min(addresses.size(), kAddressesMax); ++i) {
    const net::Endpoint endpoint{.octets = addresses[i].octets, .v6 = addresses[i].v6};
    const auto text = endpoint.address();
    list += (list.empty() ? "" : ",") + (endpoint.v6 ? "[" + text + "]" : text);
  }
  return fmt::format("{}:443:{}", host, list);
}

Result<std::string> fetch(const source::web::Access& access, const std::string& url) {
  source::web::Fetcher fetcher(access);
  PARAPH_TRY(auto response, fetcher.fetch({.url = url, .bytes_max = kPolicyBytesMax, .timeout = kFetchTime}));
  if (response.url != url) return fail(Code::Unavailable, url + ": redirects, which a policy must not");
  if (response.media_type != "text/plain") return fail(Code::Unavailable, url + ": is not text/plain");
  return std::move(response.body);
}

Task<Result<std::string>> fetch_on(net::WorkerPool& pool, source::web::Access access, std::string url) {
  auto job = [access = std::move(access), url = std::move(url)] { return fetch(access, url); };
  try {
    auto text = co_await net::run_on(pool, std::move(job));
    co_return text;
  } catch (const net::Overloaded&) {
    co_return fail(Code::Unavailable, "too many policies are being fetched");
  }
}

}  // namespace

Task<Result<std::string>> fetch_tls_policy(dns::Resolver& resolver, net::WorkerPool& pool, std::string ca_file,
                                           std::string domain) {
  const auto host = "mta-sts." + domain;
  PARAPH_CO_TRY(const auto addresses, co_await resolver.addresses(host));
  if (addresses.empty()) co_return fail(Code::Unavailable, host + " has no address");
  source::web::Access access;
  access.trust = source::web::Trust::Found;
  access.ca = std::move(ca_file);
  if (!access.ca.empty()) access.may_reach = &anywhere;
  access.resolve = {pinned(host, addresses)};
  auto url = fmt::format("https://{}/.well-known/mta-sts.txt", host);
  auto text = co_await fetch_on(pool, std::move(access), std::move(url));
  co_return text;
}

}  // namespace paraph::app
