#include "session/http/credentials.h"

#include "base/text.h"
#include "crypto/base64.h"

namespace paraph::session_http {
namespace {

/// What follows the scheme's name; empty for another scheme.
std::string_view after_scheme(std::string_view field, std::string_view scheme) {
  if (!istarts_with(field, scheme) || field.size() <= scheme.size() || field[scheme.size()] != ' ') return {};
  return trimmed(field.substr(scheme.size()));
}

}  // namespace

std::optional<Basic> parse_basic(std::string_view field) {
  const auto encoded = after_scheme(field, "Basic");
  if (encoded.empty()) return std::nullopt;
  const auto pair = crypto::base64_decode(encoded);
  if (!pair) return std::nullopt;
  const auto colon = pair->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return Basic{.user = pair->substr(0, colon), .password = pair->substr(colon + 1)};
}

std::string_view parse_bearer(std::string_view field) { return after_scheme(field, "Bearer"); }

}  // namespace paraph::session_http
