#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace paraph::session_http {

/// What an Authorization field of the Basic scheme holds (RFC 7617): user and password in UTF-8.
struct Basic {
  std::string user, password;
};
/// nullopt: another scheme, no base64, no colon.
std::optional<Basic> parse_basic(std::string_view field);

/// The token of an Authorization field of the Bearer scheme (RFC 6750 §2.1); empty for anything else. Points into
/// `field`.
std::string_view parse_bearer(std::string_view field);

}  // namespace paraph::session_http
