#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace paraph::mime {

/// `octets` of `charset` (a MIME name, any case; "" is us-ascii) as UTF-8. Unsupported: no such charset here. BadInput:
/// the octets are not of that charset. TooLarge: over 64 MiB. Costs about the length of the input.
Result<std::string> to_utf8(std::string_view charset, std::string_view octets);

/// The same for showing: what cannot be read becomes U+FFFD, and an unknown charset is read as UTF-8.
std::string to_utf8_lossy(std::string_view charset, std::string_view octets);

/// UTF-8 as octets of `charset`. BadInput: some character is not in the charset (or `text` is no UTF-8). Unsupported,
/// TooLarge as above. No byte order mark is written, and a stateful charset ends in its initial state.
Result<std::string> from_utf8(std::string_view charset, std::string_view text);

/// True when every ASCII octet means itself in any position where a character begins, and nothing is stateful: then
/// ASCII can be put between two characters without converting. False for UTF-16, UTF-7, ISO-2022-*, HZ, EBCDIC and
/// unknown names.
bool is_ascii_superset(std::string_view charset);

}  // namespace paraph::mime
