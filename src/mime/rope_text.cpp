#include "mime/rope_text.h"

#include <algorithm>

#include "base/assert.h"
#include "mime/base64.h"

namespace paraph::mime {
namespace {

using mail::Segment;

/// How a Base64 segment repeats: each unit of `octets` is written as `characters` and, between units, CRLF if `crlf`.
struct Unit {
  std::uint64_t octets;
  std::uint64_t characters;
  bool crlf;
  std::uint64_t wire() const { return characters + (crlf ? 2 : 0); }
};

/// Lines; for one line without end, its groups of four.
Unit unit_of(const Segment& segment) {
  if (segment.line_chars == 0) return {3, 4, false};
  return {segment.line_chars / 4 * 3, segment.line_chars, true};
}

/// The units that octets [from, to) of the wire form touch, as octets of the segment's content. The last CRLF, which
/// follows no whole unit when there is one line without end, counts with the last unit.
mail::Range touched(const Segment& segment, std::uint64_t from, std::uint64_t to) {
  const Unit unit = unit_of(segment);
  const std::uint64_t last = (segment.length - 1) / unit.octets;
  const std::uint64_t begin = std::min(from / unit.wire(), last) * unit.octets;
  const std::uint64_t end = std::min((to + unit.wire() - 1) / unit.wire() * unit.octets, segment.length);
  return {begin, end};
}

void append_base64_range(std::string& out, const Segment& segment, std::string_view octets, std::uint64_t from,
                         std::uint64_t to) {
  const Unit unit = unit_of(segment);
  const mail::Range range = touched(segment, from, to);
  PARAPH_ASSERT(octets.size() == range.size());
  const bool final_crlf = range.end == segment.length ? segment.final_crlf : unit.crlf;
  const std::uint64_t skipped = from - range.begin / unit.octets * unit.wire();
  const std::size_t before = out.size();
  append_base64(out, octets, segment.line_chars, final_crlf);
  // Of the first and the last unit only a part may be wanted.
  out.erase(before, skipped);
  out.resize(before + (to - from));
}

bool only_line_ends(std::string_view text) { return text.find_first_not_of("\r\n") == std::string_view::npos; }

}  // namespace

BlobNeed needed(const Segment& segment, std::uint64_t from, std::uint64_t to) {
  PARAPH_ASSERT(from <= to && to <= segment.wire_bytes());
  if (segment.kind == Segment::Kind::Inline || from == to) return {};
  if (segment.kind == Segment::Kind::Raw) return {segment.offset + from, to - from};
  const mail::Range range = touched(segment, from, to);
  return {segment.offset + range.begin, range.size()};
}

void append_wire_octets(std::string& out, const Segment& segment, std::string_view blob_octets, std::uint64_t from,
                        std::uint64_t to) {
  PARAPH_ASSERT(from <= to && to <= segment.wire_bytes());
  if (from == to) return;
  if (segment.kind == Segment::Kind::Inline) {
    out += std::string_view(segment.octets).substr(from, to - from);
  } else if (segment.kind == Segment::Kind::Raw) {
    PARAPH_ASSERT(blob_octets.size() == to - from);
    out += blob_octets;
  } else {
    append_base64_range(out, segment, blob_octets, from, to);
  }
}

std::string wire_octets(const Segment& segment, std::string_view blob_octets, std::uint64_t from, std::uint64_t to) {
  std::string out;
  append_wire_octets(out, segment, blob_octets, from, to);
  return out;
}

std::vector<SegmentRange> locate(const mail::Rope& rope, mail::Range range) {
  std::vector<SegmentRange> pieces;
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < rope.segments.size() && at < range.end; ++i) {
    const std::uint64_t size = rope.segments[i].wire_bytes();
    const std::uint64_t from = std::clamp(range.begin, at, at + size) - at;
    const std::uint64_t to = std::clamp(range.end, at, at + size) - at;
    if (from < to) pieces.push_back({i, from, to});
    at += size;
  }
  return pieces;
}

std::optional<std::vector<Segment>> decoded_range_of_leaf(const mail::Rope& rope, const mail::Structure& structure,
                                                          std::uint32_t part) {
  const mail::Part& leaf = structure.parts.at(part);
  if (!leaf.leaf() || leaf.encoding != mail::Encoding::Base64) return std::nullopt;
  std::vector<Segment> pieces;
  for (const SegmentRange& piece : locate(rope, leaf.body)) {
    const Segment& segment = rope.segments[piece.segment];
    if (segment.kind == Segment::Kind::Inline) {
      const auto text = std::string_view(segment.octets).substr(piece.from, piece.to - piece.from);
      if (!only_line_ends(text)) return std::nullopt;
      continue;
    }
    // The segment's last CRLF may be that of a delimiter, outside the body. Padding ends the content.
    const std::uint64_t characters_end = segment.wire_bytes() - (segment.final_crlf ? 2 : 0);
    const bool whole = segment.kind == Segment::Kind::Base64 && piece.from == 0 && piece.to >= characters_end;
    if (!whole || (!pieces.empty() && pieces.back().length % 3 != 0)) return std::nullopt;
    pieces.push_back(segment);
  }
  if (pieces.empty()) return std::nullopt;
  return pieces;
}

mail::Structure scan_rope(const mail::Rope& rope, const std::function<std::string(const Segment&)>& load,
                          ScanLimits limits) {
  Scanner scanner(limits);
  for (const Segment& segment : rope.segments) {
    switch (segment.kind) {
      case Segment::Kind::Inline:
        scanner.feed(segment.octets);
        break;
      case Segment::Kind::Raw:
        scanner.feed(load(segment));
        break;
      case Segment::Kind::Base64: {
        const std::uint64_t wire = segment.wire_bytes();
        const std::uint64_t characters = (segment.length + 2) / 3 * 4;
        scanner.skip_base64({.wire_bytes = wire,
                             .crlfs = (wire - characters) / 2,
                             .ends_in_crlf = segment.final_crlf,
                             .padding = static_cast<std::uint8_t>((3 - segment.length % 3) % 3)});
        break;
      }
    }
  }
  return scanner.finish();
}

std::string flatten(const mail::Rope& rope, const std::function<std::string(const Segment&)>& load) {
  std::string out;
  out.reserve(rope.wire_bytes());
  for (const Segment& segment : rope.segments) {
    const std::string octets = segment.kind == Segment::Kind::Inline ? std::string() : load(segment);
    append_wire_octets(out, segment, octets, 0, segment.wire_bytes());
  }
  return out;
}

}  // namespace paraph::mime
