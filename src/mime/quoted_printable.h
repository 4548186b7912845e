#pragma once
#include <string>
#include <string_view>

namespace paraph::mime {

/// Decodes quoted-printable (RFC 2045 §6.7) as readers should: blanks at the end of a line vanish, "=" before the
/// line's end joins lines, a wrong "=XY" stays as it is. Feed in any pieces, then finish(). Holds back at most one run
/// of blanks, which is kept whole past 998 octets.
class QuotedPrintableDecoder {
 public:
  void feed(std::string_view octets, std::string& out);
  void finish(std::string& out);

 private:
  void line_rest(std::string_view octets, std::string& out);
  std::string held_;  ///< the undecided end of what was fed: blanks, CR, or an unfinished "=" escape
};

std::string decode_quoted_printable(std::string_view octets);

/// Encodes text with CRLF line ends: lines of at most 76 characters, blanks at line ends and "From " at line starts
/// escaped, CR and LF that are not a CRLF escaped. A text without a last CRLF has none in the result.
std::string encode_quoted_printable(std::string_view text);

}  // namespace paraph::mime
