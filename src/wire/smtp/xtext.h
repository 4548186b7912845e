#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace paraph::smtp {

/// xtext of RFC 3461 §4 to the octets that it stands for; nullopt: a "+" without two upper-case hex digits, or an octet
/// that must be written so.
std::optional<std::string> decode_xtext(std::string_view text);

/// US-ASCII without controls, and not empty: what an envelope id or an address holds (RFC 3461 §4.2, §4.4).
bool is_printable(std::string_view text);

}  // namespace paraph::smtp
