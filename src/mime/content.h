#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/structure.h"

namespace paraph::mime {

/// The value of Content-Type (RFC 2045 §5.1): names lower-cased, parameters unquoted and RFC 2231 joined and decoded.
struct ContentType {
  std::string type;
  std::string subtype;
  std::vector<mail::Parameter> parameters;  ///< at most 64; each value at most 4,096 octets
  /// False when two readers could differ: a parameter twice or without value, an open quote, or a boundary written in a
  /// form other than one token or quoted string. A parameter is then kept as well as it could be read.
  bool exact = true;
};

/// nullopt when there is no `type/subtype`. Takes a raw (folded) or unfolded value.
std::optional<ContentType> parse_content_type(std::string_view raw);

/// The value of Content-Disposition (RFC 2183). `exact` as above.
struct Disposition {
  std::string type;
  std::vector<mail::Parameter> parameters;
  bool exact = true;
};
std::optional<Disposition> parse_disposition(std::string_view raw);

/// A value that is one token, comments aside, lower-cased: Content-Transfer-Encoding. nullopt otherwise.
std::optional<std::string> parse_token(std::string_view raw);

/// Content-Language (RFC 3282): the tags as written, at most 32.
std::vector<std::string> parse_languages(std::string_view raw);

/// Content-Duration (RFC 3803): whole seconds, up to ten digits.
std::optional<std::uint32_t> parse_duration(std::string_view raw);

/// True when MIME-Version reads "1.0", comments aside.
bool is_mime_version_1(std::string_view raw);

/// `name=value`, quoted when needed, or RFC 2231 `name*=utf-8''...` for a value that is not printable ASCII. Never
/// folded: a line end in the value is escaped. `value` is UTF-8.
std::string format_parameter(std::string_view name, std::string_view value);

}  // namespace paraph::mime
