#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "crypto/random.h"
#include "dns/dns.h"
#include "queue/mta_sts.h"
#include "queue/next_hop.h"
#include "relay/relay.h"

namespace paraph::queue {

/// `[[route]]`: a smarthost for the domains that fit.
struct Route {
  std::string domain;  ///< lower case: a domain, ".suffix" (what is below it), or "*"
  std::string host;    ///< a name, or a numeric address
  std::uint16_t port = 25;
  relay::Tls tls = relay::Tls::Opportunistic;  ///< not Dane
  std::optional<relay::Login> login;
  std::string ca_pem;

  bool fits(std::string_view lower_domain) const;
};

struct RouteOptions {
  std::string own_name;       ///< lower case: among the exchanges of a domain, it ends them (RFC 5321 §5.1)
  std::vector<Route> routes;  ///< the first that fits
  std::uint16_t port = 25;    ///< of exchanges
  std::string ca_pem;         ///< vouches for them besides the system's authorities, where a policy asks for that
  std::size_t hosts_max = 8;  ///< of one domain
  std::chrono::milliseconds within{20000};  ///< all that DNS is asked for one domain
};

/// Routes first, then MX (RFC 5321 §5.1): hosts of one preference in any order, each with its IPv6 addresses before the
/// others, in any order too; a domain without MX is its own host. Addresses of this machine are no way to other
/// servers, except where a route names them. A domain whose exchanges DNSSEC vouches for is protected by DANE (RFC
/// 7672), one with a policy by MTA-STS (RFC 8461); where both speak of a host, DANE does. A domain in another script is
/// asked for by its A-labels. Any event loop.
class Routes final : public NextHops {
 public:
  /// `sts` may be null: policies are not asked for; `sessions` too: what keeps from a session is not told. All outlive
  /// this.
  Routes(RouteOptions options, dns::Resolver& resolver, crypto::Random& random, MtaSts* sts, Metrics& metrics,
         relay::TlsSessions* sessions = nullptr);

  Task<Result<NextHop>> find(std::string domain) override;
  /// "smart.example.net:587", or the domain as DNS knows it.
  std::string way(std::string_view domain) const override;

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct Exchange {
    std::string host;
    bool ask_tlsa = false;
  };

  /// nullptr: none fits.
  const Route* route_of(std::string_view domain) const;
  Task<Result<NextHop>> find_route(const Route& route);
  Task<Result<NextHop>> find_domain(std::string domain);
  Task<Result<std::vector<Exchange>>> exchanges(std::string domain, Deadline deadline);
  Task<Result<relay::Host>> find_host(Exchange exchange, std::string domain, StsPolicy policy, Deadline deadline);
  Task<Result<std::vector<net::Endpoint>>> addresses(std::string name, std::uint16_t port, Deadline deadline);
  std::vector<dns::Mx> ordered(std::vector<dns::Mx> found);
  template <class T>
  void shuffle(std::vector<T>& things);

  const RouteOptions options_;
  dns::Resolver& resolver_;
  crypto::Random& random_;
  MtaSts* const sts_;
  relay::TlsSessions* const sessions_;
  Counter& dnssec_invalid_;
  Counter& sts_mismatch_;
};

}  // namespace paraph::queue
