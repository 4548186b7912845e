#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paraph::mime {

/// Octets that `bytes` octets take as base64 in lines of `line_chars` characters (0: one line). The last line, whole or
/// not, ends in CRLF when `final_crlf`; lines before it always do. 0 for no octets.
std::uint64_t base64_size(std::uint64_t bytes, std::uint32_t line_chars, bool final_crlf);

/// Appends `octets` as base64 (RFC 4648 §4, padded) in lines; `line_chars` is 0 or a multiple of 4. AVX2 where the
/// processor has it: several GB/s.
void append_base64(std::string& out, std::string_view octets, std::uint32_t line_chars, bool final_crlf);

/// The same as a new string: 76 characters a line, a CRLF after each.
std::string encode_base64(std::string_view octets, std::uint32_t line_chars = 76, bool final_crlf = true);

/// Decodes canonical base64 without line ends: length a multiple of 4, padding only at the end, unused bits zero.
/// Appends to `out` and answers true, or answers false and leaves `out` as it was.
bool append_canonical_decoded(std::string& out, std::string_view characters);

/// Whole lines of base64, all of one length (32 to 998 characters), each with its CRLF, at the start of a text.
struct Base64Lines {
  std::size_t bytes = 0;
  std::size_t lines = 0;
};
/// As many as there are, but one: another such line follows. None when there are not two.
Base64Lines base64_lines(std::string_view octets);

/// Length of the longest prefix of `octets` that is all base64 alphabet, CR and LF (no padding).
std::size_t base64_prefix(std::string_view octets);

/// Decodes base64 as readers should (RFC 2045 §6.8): octets outside the alphabet are passed over, padding ends a group
/// and a following one may begin. Feed in any pieces, then finish().
class Base64Decoder {
 public:
  /// Appends what can be decoded so far.
  void feed(std::string_view octets, std::string& out);
  /// Ends the input: a group of 2 or 3 characters without its padding is still decoded. Ready for new input afterwards.
  void finish(std::string& out);

 private:
  void flush(std::string& out);
  std::uint32_t group_ = 0;
  unsigned characters_ = 0;
};

/// Base64Decoder over a whole body.
std::string decode_base64(std::string_view octets);

}  // namespace paraph::mime
