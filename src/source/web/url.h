#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// URLs as libcurl reads them: what is checked here is what is connected to. All pure.
namespace paraph::source::web {

inline constexpr std::size_t kUrlBytesMax = 4096;

/// An absolute http or https URL, without fragment.
struct Url {
  std::string text;    ///< in libcurl's own spelling: give this one to a transfer
  std::string scheme;  ///< "http" | "https"
  std::string host;    ///< lower case; an IPv6 address in brackets
  std::uint16_t port = 0;
  bool credentials = false;  ///< it names a user or a password

  bool same_origin(const Url& other) const {
    return scheme == other.scheme && host == other.host && port == other.port;
  }
};

/// BadInput: not such a URL, or too long; the sentence says it.
Result<Url> parse_url(std::string_view text);

/// What `reference` (absolute or relative, RFC 3986 §5) names when it stands in `base`. BadInput as parse_url().
Result<Url> follow(const Url& base, std::string_view reference);

/// Whether an address found in data may be asked at all (spec 5.4): https, one of `ports`, no credentials. Denied: no;
/// the sentence says why.
Result<void> check_found(const Url& url, const std::vector<std::uint16_t>& ports);

/// Every octet but unreserved ones as %XX (RFC 3986 §2.3): fit for a path segment and for a query.
std::string percent_encoded(std::string_view text);

}  // namespace paraph::source::web
