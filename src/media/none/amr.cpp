// AMR and AMR-WB storage format (RFC 4867 §5): a walk over frames of 20 ms.
#include <fmt/format.h>

#include <array>

#include "media/none/formats.h"

namespace paraph::media::none {
namespace {

constexpr std::string_view kNarrow = "#!AMR\n";
constexpr std::string_view kWide = "#!AMR-WB\n";

/// Octets after a frame's first one, by frame type; -1: reserved.
constexpr std::array<int, 16> kNarrowBytes{12, 13, 15, 17, 19, 20, 26, 31, 5, -1, -1, -1, -1, -1, -1, 0};
constexpr std::array<int, 16> kWideBytes{17, 23, 32, 36, 40, 46, 50, 58, 60, 5, -1, -1, -1, -1, 0, 0};

}  // namespace

bool is_amr(std::string_view octets) { return octets.starts_with("#!AMR"); }

Result<Facts> read_amr(std::string_view octets) {
  const bool wide = octets.starts_with(kWide);
  if (!wide && !octets.starts_with(kNarrow)) return fail(Code::Unsupported, "only AMR with one channel is taken");
  const auto& sizes = wide ? kWideBytes : kNarrowBytes;
  std::uint64_t frames = 0;
  std::size_t at = wide ? kWide.size() : kNarrow.size();
  while (at < octets.size()) {
    const auto head = static_cast<unsigned char>(octets[at]);
    const int bytes = sizes[head >> 3 & 15];
    const bool padded = (head & 0x83) == 0;
    if (bytes < 0 || !padded || static_cast<std::size_t>(bytes) + 1 > octets.size() - at) {
      return fail(Code::BadInput, fmt::format("the AMR file has no whole frame at octet {}", at));
    }
    at += static_cast<std::size_t>(bytes) + 1;
    ++frames;
  }
  if (frames == 0) return fail(Code::BadInput, "the AMR file has no sound");
  return Facts{.media_type = wide ? "audio/AMR-WB" : "audio/AMR",
               .extension = wide ? "awb" : "amr",
               .milliseconds = frames * 20};
}

}  // namespace paraph::media::none
