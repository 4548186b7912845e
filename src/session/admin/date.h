#pragma once
#include <fmt/chrono.h>

#include <string>

#include "base/clock.h"

namespace paraph::admin {

/// As verbs show times: UTC, whole seconds.
inline std::string date_of(Time time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(time));
}

}  // namespace paraph::admin
