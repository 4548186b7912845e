#include "media/voice/voice.h"

#include <fmt/format.h>

#include "media/voice/decode.h"
#include "media/voice/encode.h"
#include "media/voice/format.h"
#include "media/voice/level.h"

namespace paraph::media::voice {
namespace {

/// Looked at, silence at the ends included.
constexpr std::uint32_t kSecondsLookedAt = 120;
/// Encoders fill up their last frames: a recording of exactly the limit stays within it.
constexpr std::uint32_t kPaddingMs = 500;

}  // namespace

Result<Voice> import_voice(const Request& request) {
  const auto& [upload, limits] = request;
  if (upload.octets.empty()) return fail(Code::BadInput, "the recording is empty: it has 0 octets");
  if (limits.upload_bytes_max != 0 && upload.octets.size() > limits.upload_bytes_max)
    return fail(Code::TooLarge, fmt::format("the recording has {} octets, {} are allowed", upload.octets.size(),
                                            limits.upload_bytes_max));
  PARAPH_TRY(const auto format, find_format(upload.octets, upload.declared_type));
  PARAPH_TRY(auto pcm, decode(upload.octets, format, kSecondsLookedAt));
  PARAPH_CHECK(trim(pcm));
  if (limits.seconds_max != 0 && pcm.milliseconds() > limits.seconds_max * 1000 + kPaddingMs)
    return fail(Code::TooLarge,
                fmt::format("the recording lasts {} s without the silence at its ends, {} s are allowed",
                            (pcm.milliseconds() + 999) / 1000, limits.seconds_max));
  Voice voice;
  voice.tones = has_telephone_keys(pcm);
  normalise(pcm);
  voice.waveform = waveform(pcm);
  PARAPH_TRY(voice.variants, encode_all(pcm, limits.bytes_max));
  return voice;
}

}  // namespace paraph::media::voice
