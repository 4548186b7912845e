#include "base/text.h"

#include <algorithm>
#include <charconv>

namespace paraph {

std::string lowered(std::string_view text) {
  std::string out;
  out.resize_and_overwrite(text.size(), [&](char* to, std::size_t) {
    std::ranges::transform(text, to, to_lower);
    return text.size();  // some libraries tell the capacity as the size
  });
  return out;
}

std::string uppered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), to_upper);
  return out;
}

bool iequals(std::string_view a, std::string_view b) {
  // Most letters are of the same case: only where they are not is there more to do.
  return std::ranges::equal(a, b, [](char x, char y) { return x == y || to_lower(x) == to_lower(y); });
}

bool istarts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

std::size_t ifind(std::string_view text, std::string_view needle, std::size_t from) {
  if (from > text.size()) return std::string_view::npos;
  const auto found = std::ranges::search(text.substr(from), needle, {}, to_lower, to_lower);
  if (found.empty() && !needle.empty()) return std::string_view::npos;
  return static_cast<std::size_t>(found.begin() - text.begin());
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  pieces.reserve(static_cast<std::size_t>(std::ranges::count(text, separator)) + 1);
  for (;;) {
    const auto at = text.find(separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return pieces;
    text.remove_prefix(at + 1);
  }
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string hex(std::string_view octets) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out(octets.size() * 2, '\0');
  char* to = out.data();
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    *to++ = kDigits[octet >> 4];
    *to++ = kDigits[octet & 15];
  }
  return out;
}

std::string printable(std::string_view octets, std::size_t bytes_max) {
  std::string out;
  for (const char c : octets.substr(0, bytes_max)) {
    if (c >= ' ' && c < 127 && c != '\\') {
      out += c;
    } else {
      out += "\\x";
      out += hex({&c, 1});
    }
  }
  if (octets.size() > bytes_max) out += "...";
  return out;
}

bool is_ascii(std::string_view text) {
  // All together, and no way out in the midst: so it is done many octets at a time.
  unsigned char all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 128;
}

bool is_utf8(std::string_view text) {
  if (is_ascii(text)) return true;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char lead = at(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || text.size() - i <= more) return false;
    const unsigned char second = at(i + 1);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
        (lead == 0xF4 && second > 0x8F)) {
      return false;
    }
    for (std::size_t k = 1; k <= more; ++k) {
      if ((at(i + k) & 0xC0) != 0x80) return false;
    }
    i += more + 1;
  }
  return true;
}

}  // namespace paraph
