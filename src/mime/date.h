#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace paraph::mime {

/// RFC 5322 §3.3 date-time with the obsolete forms of §4.3 (two-digit years, named and military zones, comments, no
/// seconds, no zone: UTC). The day of the week is not checked. nullopt for anything else, and for years outside 1900 to
/// 2261.
std::optional<Time> parse_date(std::string_view raw);

/// "Mon, 23 Nov 2026 02:24:00 +0000": always UTC, whole seconds.
std::string format_date(Time time);

}  // namespace paraph::mime
