#pragma once
#include <chrono>
#include <optional>
#include <string_view>

/// The small values of the configuration, as text. All pure; nullopt for what is not of the form.
namespace paraph::app {

/// A whole number and `ms`, `s`, `m`, `h` or `d` ("150ms", "5d"); at most ten years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Letters, digits, `-` and `.`; labels of 1 to 63 octets, 253 in all (RFC 1123 §2.1). A single label will do.
bool is_host_name(std::string_view text);

}  // namespace paraph::app
