#pragma once
#include <chrono>
#include <stdexcept>

namespace paraph::net {

using Duration = std::chrono::milliseconds;

/// For set_deadline(): wait as long as it takes. For a peer that is the operator's own, never for a client.
inline constexpr Duration kNoDeadline = Duration::max();

/// The peer did not do its part in time. Unwinds to session::run, which may say so in its protocol, and closes.
class DeadlineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The connection broke: reset, or closed by either side in the middle of a write. Nothing can be said to this peer any
/// more.
class PeerGone : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The worker pool's queue is full: say "try again later" (421, NO [UNAVAILABLE], 503).
class Overloaded : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace paraph::net
