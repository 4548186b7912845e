#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "media/voice/format.h"
#include "media/voice/pcm.h"

namespace paraph::media::voice {

/// The sound of a recording, its channels mixed to one, at 16,000 samples a second, or 8,000 when it has no more. Only
/// the demuxer that `format` names and the decoders of voice are used, or that of G.726, and no file but `octets`.
/// TooLarge: it lasts over `seconds_max`, by its samples. BadInput: broken. Unsupported: no sound, or coded in an
/// unknown way. Unavailable: out of memory.
Result<Pcm> decode(std::string_view octets, const Format& format, std::uint32_t seconds_max);

}  // namespace paraph::media::voice
