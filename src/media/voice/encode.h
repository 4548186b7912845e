#pragma once
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "media/media.h"
#include "media/voice/pcm.h"

namespace paraph::media::voice {

/// The voice in every format that spec 2.8 wants, the one that most can play first: MP3, WAV, Opus in Ogg, AMR, mu-law
/// as WAV and bare, and what voice profile systems take, G.726 at 32 kbit/s, if it is short enough for them. What would
/// have over `bytes_max` octets is left out (0: no limit). Nothing but sound is in them: no tags, no encoder's name.
Result<std::vector<File>> encode_all(const Pcm& pcm, std::uint64_t bytes_max);

}  // namespace paraph::media::voice
