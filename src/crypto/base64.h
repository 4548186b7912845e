#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace paraph::crypto {

/// Base64 of short strings in one line, as SASL, tokens and headers need it (RFC 4648 §4). MIME's base64 lives in
/// mime/.
std::string base64_encode(std::string_view octets);
/// Strict: padding required, no blanks or line ends, no bits beyond the last octet. nullopt for anything else.
std::optional<std::string> base64_decode(std::string_view text);

/// The URL- and file-name-safe alphabet without padding (RFC 4648 §5, as RFC 7515 §2 uses it).
std::string base64url_encode(std::string_view octets);
/// Strict, and without padding.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace paraph::crypto
