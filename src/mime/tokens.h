#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace paraph::mime {

/// SP, HTAB, and the line ends of a folded value.
constexpr bool is_fws(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Printable and not one of `specials`, or past ASCII.
constexpr std::array<bool, 256> all_but(std::string_view specials) {
  std::array<bool, 256> set{};
  for (unsigned c = '!'; c < 256; ++c) {
    set[c] = c != 127 && (c > 127 || specials.find(static_cast<char>(c)) == std::string_view::npos);
  }
  return set;
}
inline constexpr std::array<bool, 256> kTokenChars = all_but("()<>@,;:\\\"/[]?=");
inline constexpr std::array<bool, 256> kAtext = all_but("()<>[]:;@\\,.\"");

/// RFC 2045 §5.1 token, and octets past ASCII (RFC 6532).
constexpr bool is_token_char(char c) { return kTokenChars[static_cast<unsigned char>(c)]; }
/// RFC 5322 §3.2.3 atext, and octets past ASCII (RFC 6532).
constexpr bool is_atext(char c) { return kAtext[static_cast<unsigned char>(c)]; }

/// The value of a hex digit of either case, or -1.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Reads the lexical parts of a structured field from left to right. Views point into the text. Each octet is passed a
/// bounded number of times; nothing recurses.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  std::size_t at() const { return at_; }
  /// From the position `from` up to here.
  std::string_view since(std::size_t from) const { return text_.substr(from, at_ - from); }
  void skip(std::size_t bytes = 1) { at_ += bytes; }

  /// Passes blanks and comments (CFWS). The text of the last comment passed goes to `comment`, if given.
  void skip_cfws(std::string* comment = nullptr) {
    if (is_fws(peek()) || peek() == '(') pass_cfws(comment);
  }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  /// The longest run of octets of which `is` holds; may be empty.
  template <class Is>
  std::string_view take_while(Is is) {
    const std::size_t from = at_;
    while (at_ < text_.size() && is(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }
  /// The content of a quoted-string, its quoted pairs resolved and folding removed; nullopt when none begins here. One
  /// that is never closed reaches to the end and sets `open`.
  std::optional<std::string> take_quoted(bool* open = nullptr);

 private:
  void pass_cfws(std::string* comment);
  void skip_comment(std::string* comment);
  std::string_view text_;
  std::size_t at_ = 0;
};

/// `text` in quotes, quotes and backslashes escaped, controls as spaces.
std::string quoted(std::string_view text);

}  // namespace paraph::mime
