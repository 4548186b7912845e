#pragma once
#include <string_view>

#include "base/result.h"

namespace paraph::media::voice {

/// A format of recordings that is taken.
struct Format {
  std::string_view name;  ///< for people
  const char* demuxer;    ///< FFmpeg's name; null: G.726, which FFmpeg does not decode to the bit
  bool raw = false;       ///< no header tells what it is: one channel, 8,000 samples a second
};

/// The format by its magic. `declared_type` is a media type, its parameters ignored, or says nothing (empty,
/// application/octet-stream); only a declared type makes octets without magic a recording. Unsupported: no format that
/// is taken. BadInput: it is not what it is declared to be.
Result<Format> find_format(std::string_view octets, std::string_view declared_type);

}  // namespace paraph::media::voice
