#pragma once
#include <cstddef>

namespace paraph::mime {

/// The inner loops of base64, once in plain C++ and once for AVX2. None reads or writes past what it is given; none
/// knows padding. Both give the same results for every input (base64_test.cpp).
struct Base64Kernel {
  /// Encodes `lines` lines of `octets` octets each (a multiple of 3) into octets / 3 * 4 characters and, if `crlf`,
  /// CRLF.
  void (*encode_lines)(char* out, const char* in, std::size_t lines, std::size_t octets, bool crlf);
  /// Decodes up to `lines` lines of `characters` each (a multiple of 4), each followed by CRLF if `crlf`. Answers how
  /// many whole lines, from the first on, were all alphabet and ended so; `out` holds these. It may be written up to
  /// `lines`.
  std::size_t (*decode_lines)(char* out, const char* in, std::size_t lines, std::size_t characters, bool crlf);
  /// How many of `lines` lines of `characters` each, followed by CRLF, from the first on, are all alphabet and end so.
  std::size_t (*check_lines)(const char* in, std::size_t lines, std::size_t characters);
  /// Length of the longest prefix that is all alphabet, CR and LF.
  std::size_t (*prefix)(const char* in, std::size_t bytes);
};

/// In plain C++: the oracle of tests, and what runs where there is nothing better.
const Base64Kernel& scalar_base64();
/// The best for this processor, chosen once.
const Base64Kernel& best_base64();

}  // namespace paraph::mime
