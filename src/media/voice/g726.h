#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "media/voice/pcm.h"

namespace paraph::media::voice {

// audio/32KADPCM (RFC 3802): ITU-T G.726 at 32 kbit/s, 8,000 samples a second, two in an octet, the first in its low
// half. By spandsp, which does what G.726 says to the bit: where a voice makes the predictors swing, a coder and a
// decoder that differ in one bit drift apart for a tenth of a second, and the recording cracks there.

constexpr std::uint32_t kG726Rate = 8'000;
constexpr std::size_t kG726SamplesInOctet = 2;

/// A silent sample follows an odd last one. Unavailable: out of memory.
Result<std::string> encode_g726(std::span<const std::int16_t> samples);

/// Any octets are a recording. What is louder than full scale is held there. Unavailable: out of memory.
Result<Pcm> decode_g726(std::string_view octets);

}  // namespace paraph::media::voice
