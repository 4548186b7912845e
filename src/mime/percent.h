#pragma once
#include <string>
#include <string_view>

namespace paraph::mime {

/// `%41` to `A` (RFC 3986 §2.1, RFC 2231 §4). A `%` without two hexadecimal digits after it stays as it is.
std::string percent_decoded(std::string_view text);

/// The same with another `escape` before the two digits: `=41` in the Q encoding and in quoted-printable.
void append_hex_decoded(std::string& out, std::string_view text, char escape);

}  // namespace paraph::mime
