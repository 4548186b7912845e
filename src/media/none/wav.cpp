// RIFF WAVE: a walk over chunks (RFC 2361 lists the codecs).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "media/none/formats.h"
#include "media/none/octets.h"

namespace paraph::media::none {
namespace {

struct Format {
  std::uint64_t codec = 0, channels = 0, rate = 0, bytes_per_second = 0, block = 0, bits = 0;
};

bool is_taken(std::uint64_t codec) {
  static constexpr std::array<std::uint64_t, 7> kTaken{
      1, 3, 6, 7, 0x11, 0x31, 0xFFFE};  // PCM, float, A-law, mu-law, IMA, GSM, extensible
  return std::ranges::find(kTaken, codec) != kTaken.end();
}

/// Octets a second by the sample format, where that tells them: what writers state is often wrong.
std::uint64_t bytes_per_second(const Format& format) {
  switch (format.codec) {
    case 1:
    case 3:
    case 6:
    case 7:
      return format.rate * format.channels * ((format.bits + 7) / 8);
    case 0x11: {  // IMA: four octets a channel, then two samples an octet
      const std::uint64_t block = format.block / format.channels;
      return block <= 4 ? 0 : format.rate * format.block / ((block - 4) * 2 + 1);
    }
    case 0x31:
      return format.rate * 65 / 320;
    default:
      return format.bytes_per_second;
  }
}

}  // namespace

bool is_wav(std::string_view octets) { return octets.starts_with("RIFF") && octets.substr(0, 12).ends_with("WAVE"); }

Result<Facts> read_wav(std::string_view octets) {
  Octets in(octets);
  in.skip(12);
  Format format;
  while (in.left() >= 8) {
    const auto name = in.take(4);
    const std::uint64_t stated = in.little(4);
    const std::size_t bytes = std::min<std::uint64_t>(stated, in.left());  // writers to a pipe state the largest number
    if (name == "fmt ") {
      Octets chunk(in.rest().substr(0, bytes));
      format = {.codec = chunk.little(2),
                .channels = chunk.little(2),
                .rate = chunk.little(4),
                .bytes_per_second = chunk.little(4),
                .block = chunk.little(2),
                .bits = chunk.little(2)};
      if (!chunk.ok()) return fail(Code::BadInput, "the WAV file's format chunk is cut off");
      if (!is_taken(format.codec))
        return fail(Code::Unsupported, fmt::format("WAV codec {} is not taken", format.codec));
      if (format.channels < 1 || format.channels > 8 || format.rate < 4000 || format.rate > 192'000 ||
          format.bits > 64) {
        return fail(Code::BadInput, "the WAV file's format makes no sense");
      }
    } else if (name == "data") {
      const std::uint64_t speed = bytes_per_second(format);
      if (format.codec == 0) return fail(Code::BadInput, "the WAV file has its data before its format");
      if (speed < 500 || bytes == 0) return fail(Code::BadInput, "the WAV file has no sound");
      return Facts{.media_type = "audio/wav", .extension = "wav", .milliseconds = bytes * 1000 / speed};
    }
    in.skip(std::min<std::size_t>(bytes + bytes % 2, in.left()));
  }
  return fail(Code::BadInput, "the WAV file has no data chunk");
}

}  // namespace paraph::media::none
