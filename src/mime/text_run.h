#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace paraph::mime {

/// What lies at the start of a text, up to where a delimiter line may begin.
struct TextRun {
  std::size_t bytes = 0;  ///< up to the first "-" that follows LF, or to the end
  std::uint64_t crlfs = 0;
  bool nul = false;
  bool bare_cr = false;  ///< a CR without LF after it; one at the end counts
  bool bare_lf = false;
  friend bool operator==(const TextRun&, const TextRun&) = default;
};

/// One pass, AVX2 where the processor has it: tens of GB/s.
TextRun text_run(std::string_view text);
/// The same in plain C++: the oracle of tests.
TextRun text_run_scalar(std::string_view text);

}  // namespace paraph::mime
