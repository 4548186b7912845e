#pragma once
#include <array>
#include <atomic>
#include <chrono>
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

  /// How long requests took: how many at most so many milliseconds (the last: longer), and all together.
  static constexpr std::array<std::uint32_t, 10> kLatencyMilliseconds{5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000};
  std::array<std::atomic<std::uint64_t>, kLatencyMilliseconds.size() + 1> latency{};
  std::atomic<std::uint64_t> latency_microseconds{0};

  void took(std::chrono::microseconds time) {
    std::size_t slot = 0;
    while (slot < kLatencyMilliseconds.size() && time > std::chrono::milliseconds(kLatencyMilliseconds[slot])) ++slot;
    ++latency[slot];
    latency_microseconds += static_cast<std::uint64_t>(time.count() < 0 ? 0 : time.count());
  }
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
