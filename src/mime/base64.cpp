#include "mime/base64.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "mime/base64_kernel.h"

namespace paraph::mime {
namespace {

constexpr int kPad = -2;
constexpr int kOutside = -1;

constexpr std::array<std::int8_t, 256> kValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(kOutside);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::int8_t i = 0; i < 64; ++i) values[static_cast<unsigned char>(kAlphabet[static_cast<std::size_t>(i)])] = i;
  values['='] = kPad;
  return values;
}();

int value(char c) { return kValues[static_cast<unsigned char>(c)]; }

/// Appends `bytes` octets that `fill(char*)` writes.
template <class Fill>
void append_filled(std::string& out, std::size_t bytes, Fill fill) {
  const std::size_t before = out.size();
  out.resize_and_overwrite(before + bytes, [&](char* data, std::size_t) {
    fill(data + before);
    return before + bytes;  // some libraries tell the capacity as the size
  });
}

/// The last group of one or two octets, padded.
void append_padded(std::string& out, std::string_view octets) {
  const std::string group = std::string(octets) + std::string(3 - octets.size(), '\0');
  std::array<char, 4> characters;
  scalar_base64().encode_lines(characters.data(), group.data(), 1, 3, false);
  out.append(characters.data(), octets.size() + 1).append(3 - octets.size(), '=');
}

/// The octets of a last group "xx==" or "xxx=", or nothing when it is not canonical.
std::optional<std::string> padded_group(std::string_view group) {
  const bool two = group[2] == '=';
  const int a = value(group[0]), b = value(group[1]), c = two ? 0 : value(group[2]);
  if (a < 0 || b < 0 || c < 0) return std::nullopt;
  if (two ? (b & 15) != 0 : (c & 3) != 0) return std::nullopt;  // bits that no octet has
  std::string out(1, static_cast<char>(a << 2 | b >> 4));
  if (!two) out += static_cast<char>((b & 15) << 4 | c >> 2);
  return out;
}

}  // namespace

std::uint64_t base64_size(std::uint64_t bytes, std::uint32_t line_chars, bool final_crlf) {
  if (bytes == 0) return 0;
  const std::uint64_t characters = (bytes + 2) / 3 * 4;
  const std::uint64_t lines = line_chars == 0 ? 1 : (characters + line_chars - 1) / line_chars;
  return characters + 2 * (lines - (final_crlf ? 0 : 1));
}

void append_base64(std::string& out, std::string_view octets, std::uint32_t line_chars, bool final_crlf) {
  PARAPH_ASSERT(line_chars % 4 == 0);
  if (octets.empty()) return;
  const std::size_t line_octets = line_chars / 4 * 3;
  // Whole lines that surely end in CRLF; the last line, whole or not, is done by itself.
  const std::size_t lines = line_octets == 0 ? 0 : (octets.size() - 1) / line_octets;
  append_filled(out, lines * (line_chars + 2),
                [&](char* to) { best_base64().encode_lines(to, octets.data(), lines, line_octets, true); });
  const std::string_view last = octets.substr(lines * line_octets);
  const std::size_t whole = last.size() / 3 * 3;
  append_filled(out, whole / 3 * 4, [&](char* to) { best_base64().encode_lines(to, last.data(), 1, whole, false); });
  if (whole < last.size()) append_padded(out, last.substr(whole));
  if (final_crlf) out += "\r\n";
}

std::string encode_base64(std::string_view octets, std::uint32_t line_chars, bool final_crlf) {
  std::string out;
  out.reserve(base64_size(octets.size(), line_chars, final_crlf));
  append_base64(out, octets, line_chars, final_crlf);
  return out;
}

bool append_canonical_decoded(std::string& out, std::string_view characters) {
  if (characters.size() % 4 != 0) return false;
  std::string tail;
  if (characters.ends_with('=')) {
    auto group = padded_group(characters.substr(characters.size() - 4));
    if (!group) return false;
    tail = std::move(*group);
    characters.remove_suffix(4);
  }
  const std::size_t before = out.size();
  bool good = false;
  append_filled(out, characters.size() / 4 * 3, [&](char* to) {
    good = best_base64().decode_lines(to, characters.data(), 1, characters.size(), false) == 1;
  });
  if (!good) {
    out.resize(before);
    return false;
  }
  out += tail;
  return true;
}

Base64Lines base64_lines(std::string_view octets) {
  constexpr std::size_t kCharsMin = 32, kCharsMax = 998;
  const std::size_t characters = octets.substr(0, kCharsMax + 1).find('\r');
  if (characters == std::string_view::npos || characters < kCharsMin) return {};
  const std::size_t line = characters + 2;
  const std::size_t lines = best_base64().check_lines(octets.data(), octets.size() / line, characters);
  if (lines < 2) return {};
  return {(lines - 1) * line, lines - 1};
}

std::size_t base64_prefix(std::string_view octets) { return best_base64().prefix(octets.data(), octets.size()); }

void Base64Decoder::feed(std::string_view octets, std::string& out) {
  for (bool line_start = true; !octets.empty(); octets.remove_prefix(1)) {
    // The fast way for what most bodies are: whole groups up to the line's end.
    if (line_start && characters_ == 0) {
      const auto groups = octets.substr(0, std::min(octets.find('\r'), octets.size()) / 4 * 4);
      if (append_canonical_decoded(out, groups)) octets.remove_prefix(groups.size());
      if (octets.empty()) return;
    }
    const char c = octets.front();
    line_start = c == '\n';
    const int bits = value(c);
    if (bits >= 0) {
      group_ = group_ << 6 | static_cast<std::uint32_t>(bits);
      if (++characters_ == 4) flush(out);
    } else if (bits == kPad) {
      flush(out);
    }
  }
}

void Base64Decoder::finish(std::string& out) { flush(out); }

void Base64Decoder::flush(std::string& out) {
  const std::uint32_t group = group_ << 6 * (4 - characters_);
  if (characters_ >= 2) out += static_cast<char>(group >> 16 & 255);
  if (characters_ >= 3) out += static_cast<char>(group >> 8 & 255);
  if (characters_ == 4) out += static_cast<char>(group & 255);
  group_ = 0;
  characters_ = 0;
}

std::string decode_base64(std::string_view octets) {
  std::string out;
  out.reserve(octets.size() / 4 * 3);
  Base64Decoder decoder;
  decoder.feed(octets, out);
  decoder.finish(out);
  return out;
}

}  // namespace paraph::mime
