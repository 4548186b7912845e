#include "mime/text_run.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <bit>
#endif

namespace paraph::mime {
namespace {

/// Goes on with `run` octet by octet from run.bytes.
void extend(TextRun& run, std::string_view text) {
  char before = run.bytes == 0 ? '\0' : text[run.bytes - 1];
  for (; run.bytes < text.size(); ++run.bytes) {
    const char c = text[run.bytes];
    if (c == '-' && before == '\n') return;
    if (c == '\n') (before == '\r' ? run.crlfs += 1 : run.bare_lf = true);
    if (c != '\n' && before == '\r') run.bare_cr = true;
    if (c == '\0') run.nul = true;
    before = c;
  }
  if (before == '\r') run.bare_cr = true;
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

/// Blocks of 64 octets, for as long as no delimiter line can begin in them.
PARAPH_AVX2 void extend_avx2(TextRun& run, std::string_view text) {
  std::uint64_t cr_before = 0;  ///< 1 when the octet before the block is CR
  std::uint64_t lf_before = 0;
  __m256i least = _mm256_set1_epi8(-1);
  std::uint64_t bare_cr = 0, bare_lf = 0;
  while (text.size() - run.bytes >= 64) {
    const char* at = text.data() + run.bytes;
    const Block block{_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)),
                      _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32))};
    const std::uint64_t cr = mask(block, '\r');
    const std::uint64_t lf = mask(block, '\n');
    const std::uint64_t after_cr = cr << 1 | cr_before;
    const std::uint64_t after_lf = lf << 1 | lf_before;
    if ((after_lf & mask(block, '-')) != 0) break;
    bare_cr |= after_cr & ~lf;
    bare_lf |= lf & ~after_cr;
    run.crlfs += static_cast<std::uint64_t>(std::popcount(lf & after_cr));
    least = _mm256_min_epu8(least, _mm256_min_epu8(block.low, block.high));
    cr_before = cr >> 63;
    lf_before = lf >> 63;
    run.bytes += 64;
  }
  run.bare_cr = bare_cr != 0;
  run.bare_lf = bare_lf != 0;
  run.nul = _mm256_movemask_epi8(_mm256_cmpeq_epi8(least, _mm256_setzero_si256())) != 0;
}
#undef PARAPH_AVX2
#endif

}  // namespace

TextRun text_run_scalar(std::string_view text) {
  TextRun run;
  extend(run, text);
  return run;
}

TextRun text_run(std::string_view text) {
  TextRun run;
#if defined(__x86_64__)
  static const bool kAvx2 = __builtin_cpu_supports("avx2");
  if (kAvx2) extend_avx2(run, text);
#endif
  extend(run, text);
  return run;
}

}  // namespace paraph::mime
