// MPEG-4 files with sound only (RFC 4337): a walk over boxes (ISO 14496-12). The duration is the sum of the sample
// table, which players follow, or the header's when that is longer.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "media/none/formats.h"
#include "media/none/octets.h"

namespace paraph::media::none {
namespace {

struct Movie {
  std::uint64_t milliseconds = 0;
  unsigned sounds = 0;
  bool has_media = false;
  std::uint64_t timescale = 0;  ///< of the track that is being read
};

std::uint64_t to_milliseconds(std::uint64_t units, std::uint64_t timescale) {
  constexpr std::uint64_t kUnitsMax = UINT64_MAX / 1000;
  return timescale == 0 ? 0 : std::min(units, kUnitsMax) * 1000 / timescale;
}

/// mvhd and mdhd have the same fields up to the duration.
std::uint64_t read_header(Octets box, std::uint64_t& timescale) {
  const bool wide = box.u8() == 1;
  box.skip(3 + (wide ? 16 : 8));
  timescale = box.big(4);
  const std::uint64_t duration = box.big(wide ? 8 : 4);
  const bool unknown = duration == (wide ? UINT64_MAX : UINT32_MAX);
  return box.ok() && !unknown ? to_milliseconds(duration, timescale) : 0;
}

std::uint64_t read_sample_times(Octets box) {
  box.skip(4);
  const std::uint64_t entries = box.big(4);
  std::uint64_t units = 0;
  for (std::uint64_t i = 0; i < entries && box.left() >= 8; ++i) {
    const std::uint64_t samples = box.big(4);
    units = std::min(units + samples * box.big(4), UINT64_MAX / 4);
  }
  return units;
}

Result<void> read_boxes(std::string_view octets, Movie& movie, int depth);

Result<void> read_box(std::string_view name, std::string_view content, Movie& movie, int depth) {
  static constexpr std::array<std::string_view, 5> kContainers{"moov", "trak", "mdia", "minf", "stbl"};
  if (std::ranges::find(kContainers, name) != kContainers.end()) return read_boxes(content, movie, depth + 1);
  if (name == "moof" || name == "mvex") return fail(Code::Unsupported, "fragmented MP4 is not taken");
  if (name == "mdat") movie.has_media = movie.has_media || !content.empty();
  if (name == "mvhd") {
    std::uint64_t timescale = 0;
    movie.milliseconds = std::max(movie.milliseconds, read_header(Octets(content), timescale));
  }
  if (name == "mdhd") movie.milliseconds = std::max(movie.milliseconds, read_header(Octets(content), movie.timescale));
  if (name == "stts") {
    movie.milliseconds =
        std::max(movie.milliseconds, to_milliseconds(read_sample_times(Octets(content)), movie.timescale));
  }
  if (name == "hdlr") {
    const auto kind = content.substr(0, 12).substr(std::min<std::size_t>(content.size(), 8));
    if (kind == "vide") return fail(Code::Unsupported, "the MP4 file holds a film");
    if (kind == "soun") ++movie.sounds;
  }
  if (name == "stsd") {
    const auto codec = content.substr(0, 16).substr(std::min<std::size_t>(content.size(), 12));
    if (codec != "mp4a" && codec != "alac") return fail(Code::Unsupported, "the MP4 file's codec is not AAC");
  }
  return {};
}

Result<void> read_boxes(std::string_view octets, Movie& movie, int depth) {
  constexpr int kDepthMax = 8;
  if (depth > kDepthMax) return fail(Code::BadInput, "the MP4 file is nested too deep");
  Octets in(octets);
  while (in.left() >= 8) {
    const std::size_t begin = in.at();
    std::uint64_t size = in.big(4);
    const auto name = in.take(4);
    if (size == 1) size = in.big(8);
    if (size == 0) size = octets.size() - begin;  // to the end
    const std::size_t head = in.at() - begin;
    if (!in.ok() || size < head || size - head > in.left()) {
      return fail(Code::BadInput, fmt::format("the MP4 file is broken at octet {} of a box", begin));
    }
    PARAPH_CHECK(read_box(name, in.take(size - head), movie, depth));
  }
  if (in.left() > 0) return fail(Code::BadInput, "the MP4 file has octets after its last box");
  return {};
}

}  // namespace

bool is_mp4(std::string_view octets) { return octets.substr(0, 8).ends_with("ftyp") && octets.size() >= 16; }

Result<Facts> read_mp4(std::string_view octets) {
  Movie movie;
  PARAPH_CHECK(read_boxes(octets, movie, 0));
  if (movie.sounds != 1 || !movie.has_media || movie.milliseconds == 0) {
    return fail(Code::BadInput, "the MP4 file does not hold one sound track");
  }
  return Facts{.media_type = "audio/mp4", .extension = "m4a", .milliseconds = movie.milliseconds};
}

}  // namespace paraph::media::none
