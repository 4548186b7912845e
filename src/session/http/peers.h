#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace paraph::session_http {

inline constexpr std::size_t kTokenBytesMin = 16;

/// The servers that may fetch signatures from this one (`[[peer]]`). Outlives the sessions; any thread.
class Peers {
 public:
  /// How a peer proves who it is: by exactly one of these.
  struct Proof {
    std::string name;     ///< for the log
    std::string token;    ///< a bearer token (RFC 6750), at least kTokenBytesMin octets
    std::string subject;  ///< of its client certificate, as net::Stream::peer_subject() tells it
  };
  /// Each may ask `per_second` questions a second in the long run, and `burst` at once.
  struct Rate {
    double per_second = 100;
    double burst = 2000;
  };
  Peers(std::vector<Proof> proofs, const Clock& clock, Rate rate);
  Peers(std::vector<Proof> proofs, const Clock& clock) : Peers(std::move(proofs), clock, Rate()) {}

  /// The same peers, in the same order, with tokens that were read anew. What they may still ask stays.
  void renew(const std::vector<Proof>& proofs);
  /// Whose token or certificate subject this is; either may be empty. nullopt: a stranger's. The time it takes tells
  /// nothing about the tokens.
  std::optional<std::size_t> find(std::string_view token, std::string_view subject) const;
  const std::string& name_of(std::size_t peer) const& { return peers_[peer].name; }
  /// Takes one question from what this peer may ask; false: it asked too much.
  bool take_turn(std::size_t peer);
  bool empty() const { return peers_.empty(); }

 private:
  struct One {
    std::string name;
    std::optional<BlobId> token_hash;
    std::string subject;
    double turns;
    Time counted;
  };
  const Clock& clock_;
  const Rate rate_;
  mutable std::mutex mutex_;  ///< guards `token_hash`, `turns` and `counted`
  std::vector<One> peers_;
};

}  // namespace paraph::session_http
