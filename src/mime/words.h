#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace paraph::mime {

/// Text of a field with its encoded words decoded (RFC 2047), as UTF-8. Blanks between two adjacent encoded words
/// vanish; a character cut between two words of one charset is joined. A word that cannot be decoded stays as written;
/// octets that are not UTF-8 become U+FFFD. Takes an unfolded value. Linear.
std::string decode_words(std::string_view text);

/// UTF-8 as it may stand in an unstructured field or a phrase: unchanged when it is printable ASCII that no reader
/// takes for an encoded word, else encoded words of at most 75 characters with CRLF SP between them, the first one
/// short enough to begin at `column`. Characters are never cut.
std::string encode_words(std::string_view text, std::size_t column = 0);

}  // namespace paraph::mime
