#include "report/text.h"

#include <fmt/format.h>

#include "base/text.h"
#include "mime/address_list.h"

namespace paraph::report {
namespace {

constexpr std::size_t kFoldAt = 76;
constexpr std::size_t kLineBytesMax = 900;  // well under 998, with a name before it and a character after it

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// How much of `text` makes the next line: up to the last blank before `wanted`, else up to the next one, and never
/// past the bound or through a character.
std::size_t line_length(std::string_view text, std::size_t wanted) {
  if (text.size() <= wanted) return text.size();
  auto blank = text.rfind(' ', wanted);
  if (blank == std::string_view::npos || blank == 0) blank = text.find(' ', 1);
  std::size_t end = blank == std::string_view::npos ? text.size() : blank;
  if (end <= kLineBytesMax) return end;
  end = kLineBytesMax;
  while (end > 1 && continues_character(text[end])) --end;
  return end;
}

void drop_blanks(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(' '), text.size())); }

/// The character at the start of well-formed UTF-8, taken off it.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t point = more == 0 ? lead : lead & (0x3FU >> more);
  for (std::size_t i = 1; i <= more; ++i) point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(more + 1);
  return point;
}

bool is_qchar(char32_t c) { return c > 0x20 && c < 0x7F && c != '+' && c != '=' && c != '\\'; }

// RFC 6533 §3
std::string addr_xtext(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char32_t c = take_character(text);
    if (is_qchar(c)) {
      out += static_cast<char>(c);
    } else {
      out += fmt::format("\\x{{{:02X}}}", static_cast<std::uint32_t>(c));
    }
  }
  return out;
}

std::string utf8_address(std::string_view text, Charset charset) {
  if (charset == Charset::Utf8) return fmt::format("utf-8; {}", cleaned(text, charset));
  if (!is_utf8(text)) return fmt::format("utf-8; {}", cleaned(text, charset));
  return fmt::format("utf-8; {}", addr_xtext(text));
}

}  // namespace

std::string cleaned(std::string_view text, Charset charset, std::size_t bytes_max) {
  const bool utf8 = charset == Charset::Utf8 && is_utf8(text);
  if (text.size() > bytes_max) {
    std::size_t end = bytes_max;
    while (end > 0 && continues_character(text[end])) --end;
    text = text.substr(0, end);
  }
  std::string out;
  for (const char c : trimmed(text)) {
    const bool high = (static_cast<unsigned char>(c) & 0x80) != 0;
    const bool control = !high && (c < ' ' || c == '\x7f');
    out += control ? ' ' : high && !utf8 ? '?' : c;
  }
  return out;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(":");
  std::size_t room = kFoldAt - std::min(kFoldAt - 20, name.size() + 2);
  drop_blanks(value);
  do {
    const auto length = line_length(value, room);
    out.append(" ").append(value.substr(0, length)).append("\r\n");
    value.remove_prefix(length);
    drop_blanks(value);
    room = kFoldAt - 1;
  } while (!value.empty());
}

void append_wrapped(std::string& out, std::string_view paragraph, std::string_view indent) {
  drop_blanks(paragraph);
  while (!paragraph.empty()) {
    const auto length = line_length(paragraph, kFoldAt - indent.size());
    out.append(indent).append(paragraph.substr(0, length)).append("\r\n");
    paragraph.remove_prefix(length);
    drop_blanks(paragraph);
  }
}

std::string typed_address(const mail::Address& address, Charset charset) {
  const std::string text = mime::format_addr_spec(address);
  if (is_ascii(text)) return fmt::format("rfc822; {}", cleaned(text, Charset::Ascii));
  return utf8_address(text, charset);
}

std::string typed_original(std::string_view original, Charset charset) {
  const auto semicolon = original.find(';');
  if (semicolon == std::string_view::npos || semicolon == 0) return "";
  const std::string type = cleaned(original.substr(0, semicolon), Charset::Ascii);
  const auto address = trimmed(original.substr(semicolon + 1));
  if (iequals(type, "utf-8")) return utf8_address(address, charset);
  return fmt::format("{}; {}", type, cleaned(address, Charset::Ascii));
}

}  // namespace paraph::report
