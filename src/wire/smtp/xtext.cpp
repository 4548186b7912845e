#include "wire/smtp/xtext.h"

#include <algorithm>

namespace paraph::smtp {

std::optional<std::string> decode_xtext(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] <= ' ' || text[i] > '~' || text[i] == '=') return std::nullopt;
    if (text[i] != '+') {
      out += text[i];
      continue;
    }
    const auto digits = text.substr(i + 1, 2);
    if (digits.size() < 2 || !kHex.contains(digits[0]) || !kHex.contains(digits[1])) return std::nullopt;
    out += static_cast<char>(kHex.find(digits[0]) * 16 + kHex.find(digits[1]));
    i += 2;
  }
  return out;
}

bool is_printable(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace paraph::smtp
