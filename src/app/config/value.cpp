#include "app/config/value.h"

#include <algorithm>

#include "base/text.h"

namespace paraph::app {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
// "ms" stands before "s" and "m": the first whose name ends the text is taken.
constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr std::int64_t kMillisecondsMax = 3650LL * 86'400'000;

bool is_label(std::string_view label) {
  const auto ok = [](char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-'; };
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, ok);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  for (const auto& unit : kUnits) {
    if (!text.ends_with(unit.name)) continue;
    const auto number = parse_decimal(text.substr(0, text.size() - unit.name.size()));
    if (!number || *number > static_cast<std::uint64_t>(kMillisecondsMax / unit.milliseconds)) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(*number) * unit.milliseconds);
  }
  return std::nullopt;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(split(text, '.'), is_label);
}

}  // namespace paraph::app
