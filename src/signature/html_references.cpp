#include "signature/html_references.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/text.h"

namespace paraph::signature {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

struct NamedReference {
  std::string_view name;
  std::string_view utf8;
};
constexpr std::array<NamedReference, 16> kNamed{{{"amp", "&"},
                                                 {"lt", "<"},
                                                 {"gt", ">"},
                                                 {"quot", "\""},
                                                 {"apos", "'"},
                                                 {"colon", ":"},
                                                 {"trade", "\u2122"},
                                                 {"hellip", "\u2026"},
                                                 {"mdash", "\u2014"},
                                                 {"ndash", "\u2013"},
                                                 {"bull", "\u2022"},
                                                 {"lsquo", "\u2018"},
                                                 {"rsquo", "\u2019"},
                                                 {"ldquo", "\u201C"},
                                                 {"rdquo", "\u201D"},
                                                 {"euro", "\u20AC"}}};

/// U+00A0 to U+00FF, in this order.
constexpr std::array<std::string_view, 96> kLatin1{
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",   "ordf",
    "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",   "acute",  "micro",
    "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave",
    "Aacute", "Acirc",  "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",
    "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",
    "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute",
    "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave",
    "iacute", "icirc",  "iuml",   "eth",    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide",
    "oslash", "ugrave", "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

void append_utf8(std::string& out, std::uint32_t c) {
  if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
  const auto put = [&](std::uint32_t octet) { out += static_cast<char>(static_cast<unsigned char>(octet)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

/// The reference that begins at text[0] == '&': its UTF-8 in `out`, and how many octets it took; 0 when it is none.
std::size_t take_reference(std::string_view text, std::string& out) {
  const std::string_view window = text.substr(0, 12);
  if (window.size() > 2 && window[1] == '#') {
    const bool is_hex = to_lower(window[2]) == 'x';
    const std::size_t digits = is_hex ? 3 : 2;
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(window.data() + std::min(digits, window.size()),
                                              window.data() + window.size(), value, is_hex ? 16 : 10);
    const auto used = static_cast<std::size_t>(end - window.data());
    if (used == digits && error == std::errc::invalid_argument) return 0;
    append_utf8(out, error == std::errc{} ? value : 0xFFFD);
    return used < window.size() && window[used] == ';' ? used + 1 : used;
  }
  for (const auto& [name, utf8] : kNamed) {
    if (window.substr(1, name.size()) == name && window.substr(1 + name.size(), 1) == ";") {
      out += utf8;
      return name.size() + 2;
    }
  }
  const auto end = window.find(';');
  const auto name = window.substr(1, end == kNone ? 0 : end - 1);
  const auto found = std::ranges::find(kLatin1, name);
  if (name.empty() || found == kLatin1.end()) return 0;
  append_utf8(out, static_cast<std::uint32_t>(0xA0 + (found - kLatin1.begin())));
  return name.size() + 2;
}

}  // namespace

std::string decode_character_references(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t used = text[at] == '&' ? take_reference(text.substr(at), out) : 0;
    if (used == 0) {
      out += text[at++];
    } else {
      at += used;
    }
  }
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) append_escaped(out, c);
  return out;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += c;
  }
}

std::string ascii_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      out += text[i++];
      continue;
    }
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    std::uint32_t c = lead & (0xFFu >> (bytes + 1));
    for (std::size_t k = 1; k < bytes && i + k < text.size(); ++k) {
      c = c << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    }
    out += fmt::format("&#{};", c);
    i += bytes;
  }
  return out;
}

}  // namespace paraph::signature
