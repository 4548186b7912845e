#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "relay/relay.h"

namespace paraph::queue {

/// Where mail for a domain goes next.
struct NextHop {
  std::vector<relay::Host> hosts;  ///< in the order of trying; one at least
  std::string destination;         ///< the domain, or the route that it takes: for logs
};

/// Finds the servers that take mail for a domain (RFC 5321 §5.1, routes, policies). Any event loop.
class NextHops {
 public:
  virtual ~NextHops() = default;
  /// `domain` is lower case. NotFound: there is no such domain (5.1.2). Denied: it takes no mail (null MX, RFC 7505:
  /// 5.1.10). Refused: a policy keeps the message from every server there is (5.7.1). Unavailable: not known now
  /// (4.4.3). Unauthenticated: there are servers, and none can be spoken to in the way that its domain's policy for TLS
  /// demands, now (4.7.5).
  virtual Task<Result<NextHop>> find(std::string domain) = 0;
  /// What a try for `domain` is counted as: the host of the route that it takes, which may be that of many domains, or
  /// the domain itself. Always the same for one domain. Pure.
  virtual std::string way(std::string_view domain) const = 0;
};

}  // namespace paraph::queue
