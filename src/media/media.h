#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/task.h"

namespace paraph::media {

enum class Kind { Voice, Image };

struct Limits {
  std::uint64_t bytes_max = 0;
  std::uint32_t seconds_max = 0;    ///< voice
  std::uint32_t width_max = 0;      ///< image, pixels
  std::uint32_t height_max = 0;
};

/// A recording or picture that passed the checks, ready to be kept.
struct Checked {
  std::string octets;
  std::string media_type;           ///< as emitted in Content-Type
  std::string extension;
  std::uint32_t duration = 0;       ///< voice: seconds, rounded up, at least 1
  std::uint32_t width = 0;          ///< image, pixels
  std::uint32_t height = 0;
};

/// The door to audio and pictures (DESIGN decision 10): what enters a signature passes here. Answers on the caller's event loop.
/// Codes: Unsupported (not WAV, MP3, Ogg/Opus, AMR, M4A; PNG, JPEG), BadInput (broken: the sentence says where), TooLarge.
class Media {
 public:
  virtual ~Media() = default;
  virtual Task<Result<Checked>> check(Kind kind, std::string octets, Limits limits) = 0;
};

}  // namespace paraph::media
