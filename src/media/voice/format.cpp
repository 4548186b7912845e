#include "media/voice/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/text.h"

namespace paraph::media::voice {
namespace {

using namespace std::string_view_literals;

bool has(std::string_view octets, std::size_t at, std::string_view magic) {
  return octets.size() >= at && octets.substr(at).starts_with(magic);
}

unsigned octet(std::string_view octets, std::size_t at) {
  return at < octets.size() ? static_cast<unsigned char>(octets[at]) : 0;
}

bool is_wav(std::string_view octets) { return has(octets, 0, "RIFF") && has(octets, 8, "WAVE"); }
bool is_ogg(std::string_view octets) { return has(octets, 0, "OggS"); }
bool is_webm(std::string_view octets) { return has(octets, 0, "\x1A\x45\xDF\xA3"); }
bool is_mp4(std::string_view octets) { return has(octets, 4, "ftyp"); }
bool is_amr(std::string_view octets) { return has(octets, 0, "#!AMR\n") || has(octets, 0, "#!AMR-WB\n"); }
bool is_flac(std::string_view octets) { return has(octets, 0, "fLaC"); }
bool is_au(std::string_view octets) { return has(octets, 0, ".snd"); }
/// Eleven or twelve set bits, then MPEG's layer: 0 is AAC's ADTS, 1 is layer III.
bool is_frame(std::string_view octets, unsigned layer) {
  return octet(octets, 0) == 0xFF && (octet(octets, 1) & 0xE0) == 0xE0 && (octet(octets, 1) >> 1 & 3) == layer;
}
bool is_mp3(std::string_view octets) { return has(octets, 0, "ID3") || is_frame(octets, 1); }
bool is_adts(std::string_view octets) { return is_frame(octets, 0) && octet(octets, 1) >= 0xF0; }

/// A format, how it is known, and the media types that people declare it with.
struct Known {
  Format format;
  bool (*is)(std::string_view);
  std::span<const std::string_view> types;
};
constexpr std::array kWavTypes{"audio/wav"sv, "audio/x-wav"sv, "audio/wave"sv, "audio/vnd.wave"sv};
constexpr std::array kOggTypes{"audio/ogg"sv, "application/ogg"sv, "audio/opus"sv, "audio/vorbis"sv};
constexpr std::array kWebmTypes{"audio/webm"sv, "video/webm"sv, "audio/x-matroska"sv};
constexpr std::array kMp4Types{"audio/mp4"sv,  "audio/x-m4a"sv, "audio/m4a"sv,  "audio/aac"sv,
                               "audio/3gpp"sv, "video/mp4"sv,   "video/3gpp"sv, "audio/mp4a-latm"sv};
constexpr std::array kAmrTypes{"audio/amr"sv, "audio/amr-wb"sv};
constexpr std::array kFlacTypes{"audio/flac"sv, "audio/x-flac"sv};
constexpr std::array kAuTypes{"audio/basic"sv, "audio/x-au"sv};
constexpr std::array kAdtsTypes{"audio/aac"sv, "audio/aacp"sv, "audio/x-aac"sv};
constexpr std::array kMp3Types{"audio/mpeg"sv, "audio/mp3"sv, "audio/x-mp3"sv, "audio/mpeg3"sv, "audio/x-mpeg"sv};
constexpr std::array<Known, 9> kKnown{{{{"WAV", "wav"}, is_wav, kWavTypes},
                                       {{"Ogg", "ogg"}, is_ogg, kOggTypes},
                                       {{"WebM", "matroska"}, is_webm, kWebmTypes},
                                       {{"MP4", "mov"}, is_mp4, kMp4Types},
                                       {{"AMR", "amr"}, is_amr, kAmrTypes},
                                       {{"FLAC", "flac"}, is_flac, kFlacTypes},
                                       {{"AU", "au"}, is_au, kAuTypes},
                                       {{"AAC", "aac"}, is_adts, kAdtsTypes},
                                       {{"MP3", "mp3"}, is_mp3, kMp3Types}}};  // the weakest magic last

/// What has no magic, and is believed by its declared type alone.
std::optional<Format> raw_format(std::string_view type) {
  if (type == "audio/32kadpcm") return Format{.name = "32KADPCM", .demuxer = nullptr, .raw = true};
  if (type == "audio/basic") return Format{.name = "mu-law", .demuxer = "mulaw", .raw = true};
  return std::nullopt;
}

}  // namespace

Result<Format> find_format(std::string_view octets, std::string_view declared_type) {
  const std::string type = lowered(trimmed(declared_type.substr(0, declared_type.find(';'))));
  const bool declared = !type.empty() && type != "application/octet-stream";
  // Octets of these formats may look like anything at their start.
  if (type == "audio/32kadpcm") return *raw_format(type);
  const auto known = std::ranges::find_if(kKnown, [&](const Known& one) { return one.is(octets); });
  if (known == kKnown.end()) {
    if (const auto raw = raw_format(type)) return *raw;
    return fail(Code::Unsupported,
                "the recording is neither WAV, MP3, AAC, M4A, Ogg, WebM, AMR, FLAC nor AU: record it as one of them");
  }
  if (declared && std::ranges::find(known->types, type) == known->types.end()) {
    return fail(Code::BadInput,
                fmt::format("the recording is declared to be {}, and is {}", printable(type), known->format.name));
  }
  return known->format;
}

}  // namespace paraph::media::voice
