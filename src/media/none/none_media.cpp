#include "media/none/none_media.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "media/none/formats.h"

namespace paraph::media::none {
namespace {

struct Format {
  Kind kind;
  bool (*is)(std::string_view);
  Result<Facts> (*read)(std::string_view);
};
constexpr std::array<Format, 7> kFormats{{{Kind::Voice, is_wav, read_wav},
                                          {Kind::Voice, is_ogg, read_ogg},
                                          {Kind::Voice, is_amr, read_amr},
                                          {Kind::Voice, is_mp4, read_mp4},
                                          {Kind::Image, is_png, read_png},
                                          {Kind::Image, is_jpeg, read_jpeg},
                                          {Kind::Voice, is_mp3, read_mp3}}};  // the weakest magic last

Result<Facts> read_file(Kind kind, std::string_view octets) {
  for (const auto& format : kFormats) {
    if (format.kind == kind && format.is(octets)) return format.read(octets);
  }
  if (kind == Kind::Image) return fail(Code::Unsupported, "the picture is neither PNG nor JPEG");
  return fail(Code::Unsupported, "the recording is neither WAV, MP3, Ogg/Opus, AMR nor M4A");
}

/// Encoders fill up their last frames: a recording of exactly the limit stays within it.
constexpr std::uint64_t kPaddingMilliseconds = 500;

bool is_over(std::uint64_t value, std::uint64_t limit) { return limit != 0 && value > limit; }

}  // namespace

Result<File> check_headers(Kind kind, std::string octets, const Limits& limits) {
  if (octets.empty()) return fail(Code::BadInput, "the file is empty");
  if (is_over(octets.size(), limits.bytes_max)) {
    return fail(Code::TooLarge, fmt::format("the file has {} octets, {} are allowed", octets.size(), limits.bytes_max));
  }
  PARAPH_TRY(const Facts facts, read_file(kind, octets));
  const std::uint64_t seconds = std::max<std::uint64_t>((facts.milliseconds + 999) / 1000, 1);
  const bool too_long =
      limits.seconds_max != 0 && facts.milliseconds > limits.seconds_max * 1000ull + kPaddingMilliseconds;
  if (kind == Kind::Voice && (too_long || seconds > UINT32_MAX)) {
    return fail(Code::TooLarge, fmt::format("the recording lasts {} s, {} s are allowed", seconds, limits.seconds_max));
  }
  if (is_over(facts.width, limits.width_max) || is_over(facts.height, limits.height_max)) {
    return fail(Code::TooLarge, fmt::format("the picture has {}x{} pixels, {}x{} are allowed", facts.width,
                                            facts.height, limits.width_max, limits.height_max));
  }
  const bool voice = kind == Kind::Voice;
  return File{.octets = std::move(octets),
              .media_type = facts.media_type,
              .extension = facts.extension,
              .milliseconds = voice ? std::max<std::uint32_t>(static_cast<std::uint32_t>(facts.milliseconds), 1) : 0,
              .width = facts.width,
              .height = facts.height};
}

Task<Result<Voice>> NoneMedia::import_voice(Upload upload, Limits limits) {
  PARAPH_CO_TRY(auto file, check_headers(Kind::Voice, std::move(upload.octets), limits));
  Voice voice;
  voice.variants.push_back(std::move(file));
  co_return voice;
}

Task<Result<File>> NoneMedia::import_picture(Upload upload, Limits limits) {
  co_return check_headers(Kind::Image, std::move(upload.octets), limits);
}

}  // namespace paraph::media::none
