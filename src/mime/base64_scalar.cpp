#include <array>
#include <cstdint>
#include <string_view>

#include "mime/base64_kernel.h"

namespace paraph::mime {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kLineEnd = 64;  ///< CR or LF
constexpr std::uint8_t kOther = 128;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kOther);
  for (std::uint8_t i = 0; i < 64; ++i) values[static_cast<unsigned char>(kAlphabet[i])] = i;
  values['\r'] = values['\n'] = kLineEnd;
  return values;
}();

std::uint32_t octet(const char* at) { return static_cast<unsigned char>(*at); }
std::uint32_t value(const char* at) { return kValues[static_cast<unsigned char>(*at)]; }

void encode_lines(char* out, const char* in, std::size_t lines, std::size_t octets, bool crlf) {
  for (std::size_t line = 0; line < lines; ++line) {
    for (std::size_t i = 0; i < octets; i += 3, in += 3) {
      const std::uint32_t group = octet(in) << 16 | octet(in + 1) << 8 | octet(in + 2);
      for (unsigned shift = 24; shift != 0;) *out++ = kAlphabet[group >> (shift -= 6) & 63];
    }
    if (!crlf) continue;
    *out++ = '\r';
    *out++ = '\n';
  }
}

std::size_t decode_lines(char* out, const char* in, std::size_t lines, std::size_t characters, bool crlf) {
  for (std::size_t line = 0; line < lines; ++line) {
    std::uint32_t all = 0;
    for (std::size_t i = 0; i < characters; i += 4, in += 4) {
      const std::uint32_t a = value(in), b = value(in + 1), c = value(in + 2), d = value(in + 3);
      all |= a | b | c | d;
      const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
      *out++ = static_cast<char>(group >> 16 & 255);
      *out++ = static_cast<char>(group >> 8 & 255);
      *out++ = static_cast<char>(group & 255);
    }
    if (all >= 64) return line;
    if (!crlf) continue;
    if (in[0] != '\r' || in[1] != '\n') return line;
    in += 2;
  }
  return lines;
}

std::size_t check_lines(const char* in, std::size_t lines, std::size_t characters) {
  for (std::size_t line = 0; line < lines; ++line, in += characters + 2) {
    std::uint32_t all = 0;
    for (std::size_t i = 0; i < characters; ++i) all |= value(in + i);
    if (all >= kLineEnd || in[characters] != '\r' || in[characters + 1] != '\n') return line;
  }
  return lines;
}

std::size_t prefix(const char* in, std::size_t bytes) {
  std::size_t i = 0;
  while (i < bytes && value(in + i) != kOther) ++i;
  return i;
}

}  // namespace

const Base64Kernel& scalar_base64() {
  static constexpr Base64Kernel kKernel{&encode_lines, &decode_lines, &check_lines, &prefix};
  return kKernel;
}

}  // namespace paraph::mime
