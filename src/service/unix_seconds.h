#pragma once
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace paraph::service {

/// Seconds since 1970, UTC, as the t= tags of Paraph-Signature and DKIM-Signature have them. `time` is of after 1970.
inline std::uint64_t unix_seconds(Time time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace paraph::service
