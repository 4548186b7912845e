// Base64 for AVX2: 24 octets and 32 characters at a time. A line is covered by whole windows and a last one that ends
// with the line and may overlap the one before it (it writes the same there), so that nothing is left for scalar code
// but lines shorter than one window.
#include "mime/base64_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#define PARAPH_AVX2 __attribute__((target("avx2")))

namespace paraph::mime {
namespace {

constexpr std::size_t kOctets = 24;  ///< of a window
constexpr std::size_t kChars = 32;

/// Which low nibbles go with a high nibble, for the alphabet (and CR, LF): one bit for each distinct set of them. A
/// character is right when the row of its high nibble and the row of its low nibble share a bit.
struct NibbleRows {
  std::array<std::uint8_t, 16> high;
  std::array<std::uint8_t, 16> low;
};

constexpr NibbleRows nibble_rows(bool line_ends) {
  constexpr std::uint8_t kPlusSlash = 1, kDigits = 2, kFrom1 = 4, kUpToA = 8, kLineEnds = 16;
  NibbleRows rows{};
  rows.high[2] = kPlusSlash;                // 2B '+', 2F '/'
  rows.high[3] = kDigits;                   // 30-39
  rows.high[4] = rows.high[6] = kFrom1;     // 41-4F, 61-6F
  rows.high[5] = rows.high[7] = kUpToA;     // 50-5A, 70-7A
  if (line_ends) rows.high[0] = kLineEnds;  // 0A, 0D
  for (unsigned low = 0; low < 16; ++low) {
    std::uint8_t right = 0;
    if (low == 0xB || low == 0xF) right |= kPlusSlash;
    if (low <= 9) right |= kDigits;
    if (low != 0) right |= kFrom1;
    if (low <= 0xA) right |= kUpToA;
    if (low == 0xA || low == 0xD) right |= kLineEnds;
    rows.low[low] = right;
  }
  return rows;
}

constexpr NibbleRows kAlphabetRows = nibble_rows(false);
constexpr NibbleRows kTextRows = nibble_rows(true);

PARAPH_AVX2 __m256i twice(const std::array<std::uint8_t, 16>& row) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row.data())));
}

bool is_crlf(const char* at) { return std::memcmp(at, "\r\n", 2) == 0; }

PARAPH_AVX2 __m256i load(const char* at) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)); }

/// Zero octets where `text` is not of the set. (An octet past ASCII looks nothing up: a shuffle then gives zero.)
PARAPH_AVX2 inline __m256i right(__m256i text, __m256i high_row, __m256i low_row) {
  const __m256i high = _mm256_and_si256(_mm256_srli_epi32(text, 4), _mm256_set1_epi8(15));
  return _mm256_and_si256(_mm256_shuffle_epi8(high_row, high), _mm256_shuffle_epi8(low_row, text));
}

/// One bit for each octet that is zero.
PARAPH_AVX2 inline std::uint32_t zeros(__m256i octets) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(octets, _mm256_setzero_si256())));
}

/// 24 octets at `in` to 32 characters at `out`.
PARAPH_AVX2 inline void encode_window(char* out, const char* in) {
  // Octets 0-11 into the lower lane, 12-23 (at 4-15 of a load from 8) into the upper; each group of three, a b c,
  // becomes b a c b.
  const __m128i front = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
  const __m128i back = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + 8));
  const __m256i spread = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10,  //
                                          5, 4, 6, 5, 8, 7, 9, 8, 11, 10, 12, 11, 14, 13, 15, 14);
  const __m256i groups = _mm256_shuffle_epi8(_mm256_set_m128i(back, front), spread);
  // Four six-bit fields, each moved to an octet of its own; a multiplication shifts the two 16-bit halves differently.
  const __m256i first = _mm256_mulhi_epu16(_mm256_and_si256(groups, _mm256_set1_epi32(0x0FC0FC00)),
                                           _mm256_set1_epi32(0x04000040));  // right by 10, right by 6
  const __m256i second = _mm256_mullo_epi16(_mm256_and_si256(groups, _mm256_set1_epi32(0x003F03F0)),
                                            _mm256_set1_epi32(0x01000010));  // left by 4, left by 8
  const __m256i values = _mm256_or_si256(first, second);
  // What to add to a value: looked up by 13 for A-Z, 0 for a-z, 1-10 for the digits, 11 for '+', 12 for '/'.
  const __m256i upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), values);
  const __m256i row =
      _mm256_or_si256(_mm256_subs_epu8(values, _mm256_set1_epi8(51)), _mm256_and_si256(upper, _mm256_set1_epi8(13)));
  constexpr char kLower = 'a' - 26, kDigit = '0' - 52, kPlus = '+' - 62, kSlash = '/' - 63;
  const __m256i added = _mm256_setr_epi8(kLower, kDigit, kDigit, kDigit, kDigit, kDigit, kDigit, kDigit, kDigit, kDigit,
                                         kDigit, kPlus, kSlash, 'A', 0, 0,  //
                                         kLower, kDigit, kDigit, kDigit, kDigit, kDigit, kDigit, kDigit, kDigit, kDigit,
                                         kDigit, kPlus, kSlash, 'A', 0, 0);
  const __m256i text = _mm256_add_epi8(values, _mm256_shuffle_epi8(added, row));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), text);
}

/// 32 characters at `in` to 24 octets at `out`. Answers what was right, as right() does.
PARAPH_AVX2 inline __m256i decode_window(char* out, const char* in, __m256i high_row, __m256i low_row) {
  const __m256i text = load(in);
  // What to add to a character: looked up by its high nibble, but 1 for '/' (whose row it shares with '+').
  const __m256i high = _mm256_and_si256(_mm256_srli_epi32(text, 4), _mm256_set1_epi8(15));
  const __m256i slash = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('/'));  // -1 where so: row 2 becomes 1
  const __m256i added =
      _mm256_setr_epi8(0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0,  //
                       0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0);
  const __m256i values = _mm256_add_epi8(text, _mm256_shuffle_epi8(added, _mm256_add_epi8(high, slash)));
  // a b c d: a * 64 + b, c * 64 + d, then these two together: 24 bits in each 32, turned round and put side by side.
  const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
  const __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
  const __m256i turn = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1,  //
                                        2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  const __m256i octets =
      _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, turn), _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(octets));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(out + 16), _mm256_extracti128_si256(octets, 1));
  return right(text, high_row, low_row);
}

PARAPH_AVX2 void encode_lines(char* out, const char* in, std::size_t lines, std::size_t octets, bool crlf) {
  if (octets < kOctets) return scalar_base64().encode_lines(out, in, lines, octets, crlf);
  const std::size_t characters = octets / 3 * 4;
  for (std::size_t line = 0; line < lines; ++line) {
    for (std::size_t i = 0; i + kOctets < octets; i += kOctets) encode_window(out + i / 3 * 4, in + i);
    encode_window(out + characters - kChars, in + octets - kOctets);
    in += octets;
    out += characters;
    if (!crlf) continue;
    *out++ = '\r';
    *out++ = '\n';
  }
}

PARAPH_AVX2 std::size_t decode_lines(char* out, const char* in, std::size_t lines, std::size_t characters, bool crlf) {
  if (characters < kChars) return scalar_base64().decode_lines(out, in, lines, characters, crlf);
  const __m256i high_row = twice(kAlphabetRows.high);
  const __m256i low_row = twice(kAlphabetRows.low);
  const std::size_t octets = characters / 4 * 3;
  for (std::size_t line = 0; line < lines; ++line) {
    __m256i good = _mm256_set1_epi8(-1);
    for (std::size_t i = 0; i + kChars < characters; i += kChars) {
      good = _mm256_min_epu8(good, decode_window(out + i / 4 * 3, in + i, high_row, low_row));
    }
    good = _mm256_min_epu8(good, decode_window(out + octets - kOctets, in + characters - kChars, high_row, low_row));
    if (zeros(good) != 0) return line;
    in += characters;
    out += octets;
    if (!crlf) continue;
    if (!is_crlf(in)) return line;
    in += 2;
  }
  return lines;
}

PARAPH_AVX2 std::size_t check_lines(const char* in, std::size_t lines, std::size_t characters) {
  if (characters < kChars) return scalar_base64().check_lines(in, lines, characters);
  const __m256i high_row = twice(kAlphabetRows.high);
  const __m256i low_row = twice(kAlphabetRows.low);
  for (std::size_t line = 0; line < lines; ++line, in += characters + 2) {
    __m256i good = right(load(in + characters - kChars), high_row, low_row);
    for (std::size_t i = 0; i + kChars < characters; i += kChars) {
      good = _mm256_min_epu8(good, right(load(in + i), high_row, low_row));
    }
    if (zeros(good) != 0 || !is_crlf(in + characters)) return line;
  }
  return lines;
}

/// Lines of 76 characters (RFC 2045 §6.8), two at a time: five windows cover 156 octets, where each line alone takes
/// three. A CRLF within a window is looked at by itself; what it is XORed with makes it "AA".
PARAPH_AVX2 std::size_t check_usual_lines(const char* in, std::size_t lines) {
  constexpr std::size_t kLine = 78, kFirstEnd = 76, kSecondEnd = 154;
  constexpr char kCr = '\r' ^ 'A', kLf = '\n' ^ 'A';
  const __m256i first_end = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, kCr, kLf, 0, 0,  // of the window at 64
                                             0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  const __m256i second_end = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  // of that at 124
                                              0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, kCr, kLf);
  const __m256i high_row = twice(kAlphabetRows.high);
  const __m256i low_row = twice(kAlphabetRows.low);
  const auto good = [&](__m256i text) PARAPH_AVX2 { return right(text, high_row, low_row); };
  std::size_t line = 0;
  for (; line + 2 <= lines; line += 2, in += 2 * kLine) {
    if (!is_crlf(in + kFirstEnd) || !is_crlf(in + kSecondEnd)) break;
    __m256i all = _mm256_min_epu8(good(load(in)), good(load(in + 32)));
    all = _mm256_min_epu8(all, good(_mm256_xor_si256(load(in + 64), first_end)));
    all = _mm256_min_epu8(all, good(load(in + 96)));
    all = _mm256_min_epu8(all, good(_mm256_xor_si256(load(in + 124), second_end)));
    if (zeros(all) != 0) break;
  }
  return line + check_lines(in, lines - line, kFirstEnd);
}

PARAPH_AVX2 std::size_t check_any_lines(const char* in, std::size_t lines, std::size_t characters) {
  return characters == 76 ? check_usual_lines(in, lines) : check_lines(in, lines, characters);
}

PARAPH_AVX2 std::size_t prefix(const char* in, std::size_t bytes) {
  const __m256i high_row = twice(kTextRows.high);
  const __m256i low_row = twice(kTextRows.low);
  std::size_t i = 0;
  for (; i + 32 <= bytes; i += 32) {
    const std::uint32_t wrong = zeros(right(load(in + i), high_row, low_row));
    if (wrong != 0) return i + static_cast<std::size_t>(std::countr_zero(wrong));
  }
  return i + scalar_base64().prefix(in + i, bytes - i);
}

}  // namespace

const Base64Kernel& best_base64() {
  static constexpr Base64Kernel kAvx2{&encode_lines, &decode_lines, &check_any_lines, &prefix};
  static const Base64Kernel& kBest = __builtin_cpu_supports("avx2") ? kAvx2 : scalar_base64();
  return kBest;
}

}  // namespace paraph::mime

#else

namespace paraph::mime {
const Base64Kernel& best_base64() { return scalar_base64(); }
}  // namespace paraph::mime

#endif
