#include "mime/text_run.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>

#include <bit>
#endif

namespace paraph::mime {
namespace {

TextRun run_scalar(std::string_view text) {
  TextRun run;
  char before = 'x';
  for (; run.bytes < text.size(); ++run.bytes) {
    const char c = text[run.bytes];
    if (c == '-' && before == '\n') return run;
    if (c == '\n') (before == '\r' ? run.crlfs += 1 : run.bare_lf = true);
    if (c != '\n' && before == '\r') run.bare_cr = true;
    if (c == '\0') run.nul = true;
    before = c;
  }
  if (before == '\r') run.bare_cr = true;
  return run;
}

#if defined(__x86_64__)
#define PARAPH_AVX2 __attribute__((target("avx2,popcnt,bmi")))

struct Block {
  __m256i low, high;
};

/// One bit for each of 64 octets that is `c`.
PARAPH_AVX2 inline std::uint64_t mask(const Block& block, char c) {
  const __m256i wanted = _mm256_set1_epi8(c);
  const auto low = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(block.low, wanted)));
  const auto high = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(block.high, wanted)));
  return static_cast<std::uint64_t>(high) << 32 | low;
}

/// Goes over blocks of 64 octets; the last one is filled up with octets that mean nothing.
PARAPH_AVX2 TextRun run_avx2(std::string_view text) {
  constexpr std::size_t kBlock = 64;
  TextRun run;
  std::uint64_t cr_before = 0;  ///< 1 when the octet before the block is CR
  std::uint64_t lf_before = 0;
  std::uint64_t bare_cr = 0, bare_lf = 0;
  __m256i least = _mm256_set1_epi8(-1);
  while (run.bytes < text.size()) {
    const std::size_t bytes = std::min(text.size() - run.bytes, kBlock);
    alignas(32) char filled[kBlock];
    const char* at = text.data() + run.bytes;
    if (bytes < kBlock) {
      std::memset(filled, 'x', kBlock);
      std::memcpy(filled, at, bytes);
      at = filled;
    }
    const Block block{_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)),
                      _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32))};
    const std::uint64_t cr = mask(block, '\r');
    const std::uint64_t lf = mask(block, '\n');
    const std::uint64_t after_cr = cr << 1 | cr_before;
    const std::uint64_t stops = (lf << 1 | lf_before) & mask(block, '-');
    const std::uint64_t kept = stops == 0 ? ~std::uint64_t{0} : (stops & -stops) - 1;  // octets before the first stop
    bare_cr |= after_cr & ~lf & kept;
    bare_lf |= lf & ~after_cr & kept;
    run.crlfs += static_cast<std::uint64_t>(std::popcount(lf & after_cr & kept));
    if (stops != 0) {
      run.nul = (mask(block, '\0') & kept) != 0;
      run.bytes += static_cast<std::size_t>(std::countr_zero(stops));
      cr_before = 0;
      break;
    }
    least = _mm256_min_epu8(least, _mm256_min_epu8(block.low, block.high));
    cr_before = cr >> 63;
    lf_before = lf >> 63;
    run.bytes += bytes;
  }
  run.bare_cr = (bare_cr | cr_before) != 0;
  run.bare_lf = bare_lf != 0;
  run.nul |= _mm256_movemask_epi8(_mm256_cmpeq_epi8(least, _mm256_setzero_si256())) != 0;
  return run;
}
#undef PARAPH_AVX2
#endif

}  // namespace

TextRun text_run_scalar(std::string_view text) { return run_scalar(text); }

TextRun text_run(std::string_view text) {
#if defined(__x86_64__)
  static const bool kAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
  if (kAvx2) return run_avx2(text);
#endif
  return run_scalar(text);
}

}  // namespace paraph::mime
