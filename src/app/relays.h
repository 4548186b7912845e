#pragma once
#include <string>
#include <vector>

#include "app/config/config.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "crypto/random.h"
#include "dns/dns.h"
#include "net/asio/tls.h"
#include "net/gate.h"
#include "net/worker_pool.h"
#include "queue/mta_sts.h"
#include "queue/routes.h"
#include "relay/smtp/smtp_relay.h"
#include "store/store.h"

namespace paraph::app {

/// What of the ways to other servers lies in files.
struct RelayFiles {
  std::vector<queue::Route> routes;  ///< in the order of the configuration
  std::string ca_file, ca_pem;       ///< `[queue] ca`
};

/// Reads them, once. BadInput: one sentence that names the file.
Result<RelayFiles> load_relay_files(const Config& config);

/// The ways to other servers, put together: how they are found, and how they are gone. Made once; what it is given
/// outlives it. Destroy it when the gate is empty, and before the event loops.
class Relays {
 public:
  Relays(const Config& config, RelayFiles files, dns::Resolver& resolver, store::Store& store, crypto::Random& random,
         const Clock& clock, net::Gate& gate, Metrics& metrics);

  relay::Relay& relay() { return relay_; }
  queue::NextHops& next_hops() { return routes_; }
  relay::TlsSessions& tls_sessions() { return tls_sessions_; }

 private:
  net::asio::ClientTlsMaker tls_;
  net::WorkerPool policy_threads_;
  relay::TlsSessions tls_sessions_;
  queue::MtaSts sts_;
  queue::Routes routes_;
  relay::smtp::SmtpRelay relay_;
};

}  // namespace paraph::app
