#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "service/limits.h"

namespace paraph::service {

/// Who asked for recipients that are not here, and how often of late: whoever reads out a list of names is stopped,
/// however many connections that takes. A peer's hour begins with its first guess. Any thread; one for a server.
class Guesses {
 public:
  Guesses(const Clock& clock, const Limits& limits) : clock_(clock), limits_(limits) {}

  /// One more guess of `peer` (net::Endpoint::peer_key()). False: it was too many for this hour.
  bool take(const std::string& peer);
  /// Peers that are remembered: at most kPeersMax, the oldest are forgotten first.
  std::size_t peers() const;

  static constexpr std::size_t kPeersMax = 100'000;
  static constexpr std::chrono::hours kPeriod{1};

 private:
  struct Counted {
    Time since;
    std::uint32_t guesses = 0;
  };
  void forget_old(Time now);

  const Clock& clock_;
  const Limits& limits_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Counted> by_peer_;
  std::deque<std::string> order_;  ///< of the peers, by `since`
};

}  // namespace paraph::service
