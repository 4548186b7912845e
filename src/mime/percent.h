#pragma once
#include <string>
#include <string_view>

namespace paraph::mime {

/// `%41` to `A` (RFC 3986 §2.1, RFC 2231 §4). A `%` without two hexadecimal digits after it stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace paraph::mime
