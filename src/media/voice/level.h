#pragma once
#include <string>

#include "base/result.h"
#include "media/voice/pcm.h"

/// What is done to a voice so that every one sounds alike. All pure; time in proportion to the samples.
namespace paraph::media::voice {

inline constexpr double kLoudness = -18;  ///< LUFS, of the whole (EBU R128)
inline constexpr double kPeak = -2;       ///< dBFS: between samples it may be half a dB more

/// Takes the silence at both ends away, but for a breath. BadInput: nothing else is there.
Result<void> trim(Pcm& pcm);

/// Brings the whole to kLoudness: measured, then one gain, twice; peaks are held at kPeak.
void normalise(Pcm& pcm);

/// media::Voice::waveform of it.
std::string waveform(const Pcm& pcm);

/// Is there a telephone key's pair of tones (ITU-T Q.23) of over 50 ms?
bool has_telephone_keys(const Pcm& pcm);

}  // namespace paraph::media::voice
