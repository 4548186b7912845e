// MPEG audio: a walk over frames (ISO 11172-3, 13818-3), between ID3 tags.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "media/none/formats.h"

namespace paraph::media::none {
namespace {

struct Frame {
  std::size_t bytes = 0;
  std::uint64_t samples = 0;
  std::uint64_t rate = 0;
};

unsigned octet(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

/// kbit/s of layer III by bit rate index: MPEG-1, and MPEG-2 and 2.5.
constexpr std::array<std::uint16_t, 15> kRates1{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
constexpr std::array<std::uint16_t, 15> kRates2{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
constexpr std::array<std::uint32_t, 3> kSampleRates{44100, 48000, 32000};

std::optional<Frame> frame_at(std::string_view octets, std::size_t at) {
  if (octets.size() - at < 4 || octet(octets, at) != 0xFF || (octet(octets, at + 1) & 0xE0) != 0xE0)
    return std::nullopt;
  const unsigned version = octet(octets, at + 1) >> 3 & 3;  // 0: 2.5, 2: 2, 3: 1
  const unsigned layer = octet(octets, at + 1) >> 1 & 3;    // 1: III
  const unsigned rate_index = octet(octets, at + 2) >> 4;
  const unsigned sample_index = octet(octets, at + 2) >> 2 & 3;
  const unsigned padding = octet(octets, at + 2) >> 1 & 1;
  if (version == 1 || layer != 1 || rate_index == 0 || rate_index == 15 || sample_index == 3) return std::nullopt;
  const bool mpeg1 = version == 3;
  const std::uint64_t rate = kSampleRates[sample_index] >> (mpeg1 ? 0 : version == 2 ? 1 : 2);
  const std::uint64_t bits = std::uint64_t{mpeg1 ? kRates1[rate_index] : kRates2[rate_index]} * 1000;
  const std::uint64_t samples = mpeg1 ? 1152 : 576;
  return Frame{
      .bytes = static_cast<std::size_t>(samples / 8 * bits / rate + padding), .samples = samples, .rate = rate};
}

/// Octets of an ID3v2 tag at the start; 0 when there is none.
std::size_t id3_bytes(std::string_view octets) {
  if (!octets.starts_with("ID3") || octets.size() < 10) return 0;
  std::size_t bytes = 0;
  for (std::size_t i = 6; i < 10; ++i) bytes = bytes << 7 | (octet(octets, i) & 0x7F);
  const bool footer = (octet(octets, 5) & 0x10) != 0;
  return bytes + 10 + (footer ? 10 : 0);
}

bool may_end_here(std::string_view rest) {
  return rest.starts_with("TAG") || rest.starts_with("APETAGEX") ||
         rest.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

bool is_mp3(std::string_view octets) {
  return octets.starts_with("ID3") || (octets.size() >= 4 && frame_at(octets, 0).has_value());
}

Result<Facts> read_mp3(std::string_view octets) {
  std::size_t at = id3_bytes(octets);
  std::uint64_t frames = 0;
  std::uint64_t microseconds = 0;
  while (at < octets.size()) {
    const auto frame = frame_at(octets, at);
    if (!frame) {
      if (frames > 0 && may_end_here(octets.substr(at))) break;
      return fail(Code::BadInput, fmt::format("the MP3 file has no frame at octet {}", at));
    }
    if (frame->bytes > octets.size() - at) break;  // the last frame is cut off: players leave it out
    microseconds += frame->samples * 1'000'000 / frame->rate;
    at += frame->bytes;
    ++frames;
  }
  if (frames == 0) return fail(Code::BadInput, "the MP3 file has no whole frame");
  return Facts{.media_type = "audio/mpeg", .extension = "mp3", .milliseconds = microseconds / 1000};
}

}  // namespace paraph::media::none
