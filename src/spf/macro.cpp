#include "spf/macro.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"
#include "spf/network.h"

namespace paraph::spf {
namespace {

constexpr std::size_t kNameBytesMax = 253;
constexpr std::string_view kLetters = "slodiphv";
constexpr std::string_view kExplanationLetters = "crt";
constexpr std::string_view kDelimiters = ".-+,/_=";
constexpr std::size_t kDigitsMax = 4;

bool is_alphanum(char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); }

/// macro-expand = ( "%{" macro-letter transformers *delimiter "}" ) / "%%" / "%_" / "%-"
struct Macro {
  std::size_t bytes = 0;  ///< of the text, from "%" on
  char letter = 0;        ///< lower case; 0 for the three short forms
  char plain = 0;         ///< what follows "%" in a short form
  bool escaped = false;   ///< the letter was upper case
  std::size_t parts = 0;  ///< 0: all
  bool reversed = false;
  std::string_view delimiters;  ///< "" : dots
};

/// `text` begins with "%".
std::optional<Macro> read_macro(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  if (std::string_view("%_-").contains(text[1])) return Macro{.bytes = 2, .plain = text[1]};
  if (text[1] != '{' || text.size() < 4) return std::nullopt;
  Macro macro{.letter = to_lower(text[2]), .escaped = text[2] != to_lower(text[2])};
  if (!kLetters.contains(macro.letter) && !kExplanationLetters.contains(macro.letter)) return std::nullopt;
  std::size_t at = 3;
  const std::size_t digits = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at != digits) {
    const auto number = text.substr(digits, at - digits);
    // More parts than a value can have are all of them, however many digits say so.
    const bool zero = std::ranges::all_of(number, [](char c) { return c == '0'; });
    if (zero) return std::nullopt;
    const auto significant = number.substr(number.find_first_not_of('0'));
    if (significant.size() <= kDigitsMax) macro.parts = static_cast<std::size_t>(*parse_decimal(significant));
  }
  if (at < text.size() && to_lower(text[at]) == 'r') {
    macro.reversed = true;
    ++at;
  }
  const std::size_t delimiters = at;
  while (at < text.size() && kDelimiters.contains(text[at])) ++at;
  macro.delimiters = text.substr(delimiters, at - delimiters);
  if (at >= text.size() || text[at] != '}') return std::nullopt;
  macro.bytes = at + 1;
  return macro;
}

std::string dotted(const dns::Address& address) {
  if (!address.v6) return format_ip(address);
  std::string text;
  for (const unsigned char octet : address.octets) text += fmt::format("{:x}.{:x}.", octet >> 4, octet & 15);
  text.pop_back();
  return text;
}

std::string value_of(char letter, const MacroValues& values) {
  switch (letter) {
    case 's':
      return values.local + "@" + values.sender;
    case 'l':
      return values.local;
    case 'o':
      return values.sender;
    case 'd':
      return values.domain;
    case 'i':
      return dotted(values.client);
    case 'p':
      return values.client_name;
    case 'h':
      return values.helo;
    case 'v':
      return values.client.v6 ? "ip6" : "in-addr";
    case 'c':
      return format_ip(values.client);
    case 'r':
      return values.receiver;
    default:
      return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(values.now.time_since_epoch()).count());
  }
}

std::string transformed(const std::string& value, const Macro& macro) {
  if (macro.parts == 0 && !macro.reversed && macro.delimiters.empty()) return value;
  const std::string_view delimiters = macro.delimiters.empty() ? "." : macro.delimiters;
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  for (std::size_t at = 0; at <= value.size(); ++at) {
    if (at < value.size() && !delimiters.contains(value[at])) continue;
    parts.push_back(std::string_view(value).substr(from, at - from));
    from = at + 1;
  }
  if (macro.reversed) std::ranges::reverse(parts);
  const std::size_t first = macro.parts == 0 || macro.parts >= parts.size() ? 0 : parts.size() - macro.parts;
  std::string joined;
  for (std::size_t i = first; i < parts.size(); ++i) {
    if (i != first) joined += '.';
    joined += parts[i];
  }
  return joined;
}

/// RFC 3986 §2.3: unreserved characters stay.
std::string url_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_alphanum(c) || std::string_view("-._~").contains(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string expand_one(const Macro& macro, const MacroValues& values) {
  if (macro.letter == 0) return macro.plain == '%' ? "%" : macro.plain == '_' ? " " : "%20";
  auto value = transformed(value_of(macro.letter, values), macro);
  return macro.escaped ? url_escaped(value) : value;
}

/// toplabel = letters, digits and hyphens, not digits alone, no hyphen at its ends
bool is_top_label(std::string_view label) {
  const bool chars = std::ranges::all_of(label, [](char c) { return is_alphanum(c) || c == '-'; });
  return !label.empty() && chars && !std::ranges::all_of(label, is_digit) && label.front() != '-' &&
         label.back() != '-';
}

/// Walks over a macro-string; `macro` is called for each macro and may answer false. Where the last one ends: npos when
/// the text is none.
template <class OnMacro>
std::size_t walk(std::string_view text, bool blanks, OnMacro macro) {
  std::size_t last_end = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '%') {
      const bool visible = text[at] > ' ' && text[at] < 0x7f;
      if (!visible && !(blanks && text[at] == ' ')) return std::string_view::npos;
      ++at;
      continue;
    }
    const auto found = read_macro(text.substr(at));
    if (!found || !macro(*found)) return std::string_view::npos;
    at += found->bytes;
    last_end = at;
  }
  return last_end;
}

}  // namespace

bool is_macro_string(std::string_view text, Place place) {
  const bool explanation = place == Place::Explanation;
  const auto allowed = [&](const Macro& macro) { return explanation || !kExplanationLetters.contains(macro.letter); };
  return walk(text, explanation, allowed) != std::string_view::npos;
}

bool is_domain_spec(std::string_view text) {
  const auto allowed = [](const Macro& macro) { return !kExplanationLetters.contains(macro.letter); };
  const auto last_end = walk(text, false, allowed);
  if (text.empty() || last_end == std::string_view::npos) return false;
  if (last_end == text.size()) return true;
  std::string_view rest = text.substr(last_end);
  if (rest.ends_with('.')) rest.remove_suffix(1);
  const auto dot = rest.rfind('.');
  return dot != std::string_view::npos && is_top_label(rest.substr(dot + 1));
}

bool has_client_name(std::string_view macro_string) {
  bool has = false;
  walk(macro_string, true, [&](const Macro& macro) {
    has = has || macro.letter == 'p';
    return true;
  });
  return has;
}

std::string expand(std::string_view text, const MacroValues& values) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto macro = text[at] == '%' ? read_macro(text.substr(at)) : std::nullopt;
    if (!macro) {
      out += text[at++];
      continue;
    }
    out += expand_one(*macro, values);
    at += macro->bytes;
  }
  return out;
}

std::string expand_name(std::string_view domain_spec, const MacroValues& values) {
  std::string name = expand(domain_spec, values);
  if (name.ends_with('.')) name.pop_back();
  while (name.size() > kNameBytesMax) {
    const auto dot = name.find('.', name.size() - kNameBytesMax - 1);
    if (dot == std::string::npos) break;
    name.erase(0, dot + 1);
  }
  return name;
}

}  // namespace paraph::spf
