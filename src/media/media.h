#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"

namespace paraph::media {

/// A file as somebody gave it.
struct Upload {
  std::string octets;
  std::string declared_type;  ///< the media type it came with; empty or application/octet-stream: none
};

/// What is taken. 0 is no limit.
struct Limits {
  std::uint64_t upload_bytes_max = 0;  ///< of the file as it came
  std::uint64_t bytes_max = 0;         ///< of one file that is kept
  std::uint32_t seconds_max = 0;       ///< voice: without the silence at its ends
  std::uint32_t width_max = 0;         ///< picture: it is scaled down to fit, pixels
  std::uint32_t height_max = 0;
};

/// A recording or a picture, ready to be sent.
struct File {
  std::string octets;
  std::string media_type;  ///< as emitted in Content-Type
  std::string extension;
  std::uint32_t milliseconds = 0;  ///< voice: exact
  std::uint32_t width = 0;         ///< picture, pixels
  std::uint32_t height = 0;
  friend bool operator==(const File&, const File&) = default;
};

/// One recording in several formats (spec 2.8), trimmed and of one loudness.
struct Voice {
  std::vector<File> variants;  ///< at least one
  std::string waveform;        ///< kWaveformPoints octets, each the peak of its part of the time, 0 to 255; or empty
  bool tones = false;          ///< it holds telephone keys (DTMF), which may drive somebody's menu
  friend bool operator==(const Voice&, const Voice&) = default;
};
inline constexpr std::size_t kWaveformPoints = 100;

/// The door to audio and pictures (DESIGN decision 10): what enters a signature passes here. Answers on the caller's
/// event loop. Codes: Unsupported (no format that is known), BadInput (broken, or not what it was declared to be),
/// TooLarge: the sentence names the rule, the limit and what was found. Unavailable: the work was not done.
class Media {
 public:
  virtual ~Media() = default;
  virtual Task<Result<Voice>> import_voice(Upload upload, Limits limits) = 0;
  virtual Task<Result<File>> import_picture(Upload upload, Limits limits) = 0;
};

}  // namespace paraph::media
