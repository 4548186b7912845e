#include "wire/smtp/original_recipient.h"

#include <algorithm>

#include "base/text.h"
#include "wire/smtp/path.h"
#include "wire/smtp/xtext.h"

namespace paraph::smtp {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::string_view kEscape = "\\x{";

void append_utf8(std::string& out, std::uint32_t point) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((point >> shift) & 0x3FU)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0U | (point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0U | (point >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// EmbeddedUnicodeChar at the start of `text`, taken off it: "\x{E4}". Controls and surrogates are none.
bool take_escape(std::string_view& text, std::string& out) {
  const auto end = text.find('}');
  if (!text.starts_with(kEscape) || end == std::string_view::npos) return false;
  const auto digits = text.substr(kEscape.size(), end - kEscape.size());
  if (digits.size() < 2 || digits.size() > 6) return false;
  std::uint32_t point = 0;
  for (const char digit : digits) {
    const auto value = kHex.find(to_upper(digit));
    if (value == std::string_view::npos) return false;
    point = point * 16 + static_cast<std::uint32_t>(value);
  }
  if (point < ' ' || point == 0x7F || (point >= 0xD800 && point < 0xE000) || point > 0x10FFFF) return false;
  append_utf8(out, point);
  text.remove_prefix(end + 1);
  return true;
}

// RFC 6533 §3: utf-8-addr-xtext, and with SMTPUTF8 utf-8-addr-unitext. The line was checked to be UTF-8.
std::optional<std::string> utf8_address(std::string_view text, Utf8 utf8) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    if (c == '\\') {
      if (!take_escape(text, out)) return std::nullopt;
      continue;
    }
    const bool high = (static_cast<unsigned char>(c) & 0x80) != 0;
    if (high ? utf8 == Utf8::No : c <= ' ' || c > '~' || c == '+' || c == '=') return std::nullopt;
    out += c;
    text.remove_prefix(1);
  }
  return out;
}

std::optional<std::string> ascii_address(std::string_view text) {
  auto address = decode_xtext(text);
  return address && is_printable(*address) ? address : std::nullopt;
}

}  // namespace

std::optional<std::string> parse_original_recipient(std::string_view value, Utf8 utf8) {
  const auto semicolon = value.find(';');
  if (semicolon == std::string_view::npos || semicolon == 0) return std::nullopt;
  const auto type = value.substr(0, semicolon);
  if (!is_ascii(type) || !std::ranges::all_of(type, is_atext)) return std::nullopt;
  const auto text = value.substr(semicolon + 1);
  const auto address = iequals(type, "utf-8") ? utf8_address(text, utf8) : ascii_address(text);
  if (!address || address->empty()) return std::nullopt;
  return std::string(type) + ";" + *address;
}

}  // namespace paraph::smtp
