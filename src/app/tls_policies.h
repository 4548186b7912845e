#pragma once
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "dns/dns.h"
#include "net/worker_pool.h"

namespace paraph::app {

/// The MTA-STS policy of `domain` from its server (RFC 8461 §3.3): over HTTPS with a certificate for mta-sts.DOMAIN, no
/// redirect followed, as text/plain. The name is asked for through `resolver`; libcurl blocks on `pool`. With a file of
/// authorities, these vouch besides the system's, and the server may be in a private network. Both outlive it. Any
/// failure: there is no policy to be had.
Task<Result<std::string>> fetch_tls_policy(dns::Resolver& resolver, net::WorkerPool& pool, std::string ca_file,
                                           std::string domain);

}  // namespace paraph::app
