#pragma once
#include <atomic>
#include <cstdint>
#include <string>

#include "base/clock.h"

namespace paraph::service {

/// What happened at one source since the server started. Each number is right by itself, read from any thread.
struct SourceCounters {
  std::atomic<std::uint64_t> asked{0};      ///< deposits that wanted a signature
  std::atomic<std::uint64_t> hits{0};       ///< answered from the cache, fresh
  std::atomic<std::uint64_t> stale{0};      ///< answered from the cache, past its time
  std::atomic<std::uint64_t> requests{0};   ///< that went out to the source
  std::atomic<std::uint64_t> unchanged{0};  ///< of these: the cached one is still right
  std::atomic<std::uint64_t> absent{0};     ///< of these: the source knows no signature of that owner
  std::atomic<std::uint64_t> errors{0};     ///< of these: no answer, or none that could be used
  std::atomic<std::uint64_t> refused{0};    ///< not made: the breaker is open, or too many are waiting
};

/// One source, for `paraph source list`.
struct SourceState {
  std::string name, kind, url;
  std::string state;  ///< of its breaker, or "unused": no deposit asks it
  std::uint64_t requests = 0, hits = 0, stale = 0, errors = 0;
  std::string last_error;  ///< "": none yet
  Time last_error_at;
};

}  // namespace paraph::service
