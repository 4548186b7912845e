// JPEG (ITU-T T.81 annex B): a walk over markers, up to EOI and not further.
#include <fmt/format.h>

#include <algorithm>

#include "media/none/formats.h"
#include "media/none/octets.h"

namespace paraph::media::none {
namespace {

constexpr unsigned kStartOfScan = 0xDA, kEnd = 0xD9;

bool is_size(unsigned marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}
/// Baseline, extended and progressive, Huffman-coded: what every reader shows.
bool is_common(unsigned marker) { return marker <= 0xC2; }
bool is_restart(unsigned marker) { return marker >= 0xD0 && marker <= 0xD7; }

/// Passes over coded data, up to the next marker that is no restart.
void skip_scan(Octets& in) {
  for (;;) {
    const auto rest = in.rest();
    const auto at = rest.find('\xFF');
    if (at == std::string_view::npos || at + 1 >= rest.size()) return in.skip(rest.size());
    const unsigned next = static_cast<unsigned char>(rest[at + 1]);
    if (next != 0 && !is_restart(next)) return in.skip(at);
    in.skip(at + 2);
  }
}

}  // namespace

bool is_jpeg(std::string_view octets) { return octets.starts_with("\xFF\xD8\xFF"); }

Result<Facts> read_jpeg(std::string_view octets) {
  Octets in(octets);
  in.skip(2);
  Facts facts{.media_type = "image/jpeg", .extension = "jpg"};
  bool has_scan = false;
  while (in.left() > 0) {
    const std::size_t begin = in.at();
    const auto broken = [&] { return fail(Code::BadInput, fmt::format("the JPEG file is broken at octet {}", begin)); };
    if (in.u8() != 0xFF) return broken();
    unsigned marker = in.u8();
    while (marker == 0xFF && in.left() > 0) marker = in.u8();  // fill octets
    if (marker == kEnd) {
      if (in.left() > 0)
        return fail(Code::BadInput, fmt::format("the JPEG file goes on after its end, at octet {}", in.at()));
      if (!has_scan || facts.width == 0 || facts.height == 0)
        return fail(Code::BadInput, "the JPEG file has no picture");
      return facts;
    }
    if (marker < 0xC0 || is_restart(marker) || marker == 0xD8) return broken();
    const std::uint64_t bytes = in.big(2);
    Octets content(in.take(bytes < 2 ? in.left() + 1 : bytes - 2));
    if (!in.ok()) return broken();
    if (is_size(marker)) {
      if (!is_common(marker)) return fail(Code::Unsupported, "this kind of JPEG is not taken");
      content.skip(1);
      facts.height = std::max(facts.height, static_cast<std::uint32_t>(content.big(2)));
      facts.width = std::max(facts.width, static_cast<std::uint32_t>(content.big(2)));
    }
    if (marker == kStartOfScan) {
      has_scan = true;
      skip_scan(in);
    }
  }
  return fail(Code::BadInput, "the JPEG file has no end");
}

}  // namespace paraph::media::none
