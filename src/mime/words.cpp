#include "mime/words.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "mime/base64.h"
#include "mime/charset.h"
#include "mime/percent.h"
#include "mime/tokens.h"

namespace paraph::mime {
namespace {

constexpr std::size_t kWordCharsMax = 75;  // RFC 2047 §2
constexpr std::string_view kWordStart = "=?utf-8?";

/// An encoded word taken apart; `bytes` is its length as written.
struct Word {
  std::string_view charset;
  std::string octets;
  std::size_t bytes = 0;
};

/// The Q encoding (RFC 2047 §4.2). A wrong "=XY" stays as written.
std::string decode_q(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '_', ' ');
  std::string out;
  append_hex_decoded(out, spaced, '=');
  return out;
}

/// The encoded word at the start of `text`. Stops at the fourth "?", so that trying at each "=?" stays linear.
std::optional<Word> take_word(std::string_view text) {
  if (!text.starts_with("=?")) return std::nullopt;
  const auto charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end == 2 || charset_end + 2 >= text.size()) return std::nullopt;
  if (text[charset_end + 2] != '?') return std::nullopt;
  const std::size_t begin = charset_end + 3;
  const auto end = text.find('?', begin);
  if (end == std::string_view::npos || end + 1 >= text.size() || text[end + 1] != '=') return std::nullopt;

  Word word;
  const auto charset = text.substr(2, charset_end - 2);
  word.charset = charset.substr(0, charset.find('*'));  // RFC 2231 §5: a language may follow
  const auto encoded = text.substr(begin, end - begin);
  const char encoding = to_lower(text[charset_end + 1]);
  if (encoding != 'b' && encoding != 'q') return std::nullopt;
  word.octets = encoding == 'b' ? decode_base64(encoded) : decode_q(encoded);
  word.bytes = end + 2;
  return word;
}

/// A line end inside decoded text would start a field of its own wherever it is written again.
void append_shown(std::string& out, std::string_view charset, std::string_view octets) {
  for (const char c : to_utf8_lossy(charset, octets)) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}

/// Length of the UTF-8 character at the start of `text`.
std::size_t character_bytes(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < 4 && bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) ++bytes;
  return bytes;
}

bool is_q_safe(char c) {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '!' || c == '*' || c == '+' || c == '-' ||
         c == '/';
}

std::string encode_q(std::string_view octets) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : octets) {
    if (c == ' ') {
      out += '_';
    } else if (is_q_safe(c)) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += '=';
      out += kDigits[octet >> 4];
      out += kDigits[octet & 15];
    }
  }
  return out;
}

}  // namespace

std::string decode_words(std::string_view text) {
  std::string out;
  std::string_view charset;  ///< of the words gathered in `octets`
  std::string octets;
  bool after_word = false;
  const auto flush = [&] {
    if (!octets.empty()) append_shown(out, charset, octets);
    octets.clear();
  };
  while (!text.empty()) {
    const auto blanks = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    if (const auto word = take_word(text.substr(blanks))) {
      if (!after_word) out += text.substr(0, blanks);
      if (!iequals(word->charset, charset)) flush();
      charset = word->charset;
      octets += word->octets;
      text.remove_prefix(blanks + word->bytes);
      after_word = true;
      continue;
    }
    flush();
    after_word = false;
    // What follows up to the next possible word, at least one octet of it.
    const auto next = text.find("=?", blanks + 1);
    auto plain = text.substr(0, next);
    if (next != std::string_view::npos) {
      const auto last = plain.find_last_not_of(" \t\r\n");
      if (last != std::string_view::npos) plain = plain.substr(0, last + 1);
    }
    append_shown(out, "utf-8", plain);
    text.remove_prefix(plain.size());
  }
  flush();
  return out;
}

std::string encode_words(std::string_view text, std::size_t column) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 127; });
  if (plain && text.find("=?") == std::string_view::npos) return std::string(text);

  const std::string quoted_whole = encode_q(text);
  const bool base64 = quoted_whole.size() > (text.size() + 2) / 3 * 4;
  const std::size_t overhead = kWordStart.size() + 2 + 2;
  const auto encoded_size = [&](std::string_view octets) {
    return base64 ? (octets.size() + 2) / 3 * 4 : encode_q(octets).size();
  };
  std::string out;
  while (!text.empty()) {
    const std::size_t used = out.empty() ? column : 1;
    const std::size_t room =
        used + overhead + 12 > kWordCharsMax ? kWordCharsMax - overhead : kWordCharsMax - overhead - used;
    std::size_t bytes = std::min(character_bytes(text), room / 3);
    for (;;) {
      if (bytes >= text.size()) break;
      const std::size_t more = bytes + character_bytes(text.substr(bytes));
      if (more > room || encoded_size(text.substr(0, more)) > room) break;
      bytes = more;
    }
    const auto piece = text.substr(0, bytes);
    if (!out.empty()) out += "\r\n ";
    out += kWordStart;
    out += base64 ? "B?" + encode_base64(piece, 0, false) : "Q?" + encode_q(piece);
    out += "?=";
    text.remove_prefix(bytes);
  }
  return out;
}

}  // namespace paraph::mime
