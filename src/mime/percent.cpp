#include "mime/percent.h"

#include "mime/tokens.h"

namespace paraph::mime {

void append_hex_decoded(std::string& out, std::string_view text, char escape) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == escape && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  append_hex_decoded(out, text, '%');
  return out;
}

}  // namespace paraph::mime
