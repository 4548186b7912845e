#include "mail/rope.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace paraph::mail {
namespace {

/// Encoded characters of `length` decoded octets, without line ends.
std::uint64_t base64_chars(std::uint64_t length) { return (length + 2) / 3 * 4; }

/// The decoded offset, within a Base64 segment, of the wire offset `wire`, which must be a line's start or the segment's end.
std::uint64_t decoded_offset(const Segment& segment, std::uint64_t wire) {
  if (wire == 0) return 0;
  if (wire == segment.wire_bytes()) return segment.length;
  PARAPH_ASSERT(segment.line_chars != 0 && wire % (segment.line_chars + 2) == 0);
  return wire / (segment.line_chars + 2) * (segment.line_chars / 4 * 3);
}

}  // namespace

std::uint64_t Segment::wire_bytes() const {
  if (kind == Kind::Inline) return octets.size();
  if (kind == Kind::Raw || length == 0) return length;
  const std::uint64_t chars = base64_chars(length);
  const std::uint64_t lines = line_chars == 0 ? 1 : (chars + line_chars - 1) / line_chars;
  return chars + 2 * (lines - (final_crlf ? 0 : 1));
}

std::uint64_t Rope::wire_bytes() const {
  std::uint64_t total = 0;
  for (const auto& segment : segments) total += segment.wire_bytes();
  return total;
}

void Rope::append(std::string_view octets) {
  if (octets.empty()) return;
  if (segments.empty() || segments.back().kind != Segment::Kind::Inline) segments.emplace_back();
  segments.back().octets += octets;
}

void Rope::append(Segment segment) {
  if (segment.wire_bytes() == 0) return;
  if (segment.kind == Segment::Kind::Inline) {
    append(segment.octets);
  } else {
    segments.push_back(std::move(segment));
  }
}

void Rope::append_range(const Rope& from, Range range) {
  std::uint64_t at = 0;
  for (const auto& segment : from.segments) {
    const std::uint64_t size = segment.wire_bytes();
    const std::uint64_t begin = std::clamp(range.begin, at, at + size) - at;
    const std::uint64_t end = std::clamp(range.end, at, at + size) - at;
    at += size;
    if (begin >= end) continue;
    if (segment.kind == Segment::Kind::Inline) {
      append(std::string_view(segment.octets).substr(begin, end - begin));
      continue;
    }
    Segment piece = segment;
    if (segment.kind == Segment::Kind::Raw) {
      piece.offset += begin;
      piece.length = end - begin;
    } else {
      const std::uint64_t first = decoded_offset(segment, begin);
      piece.offset += first;
      piece.length = decoded_offset(segment, end) - first;
      piece.final_crlf = end == size ? segment.final_crlf : true;
    }
    append(std::move(piece));
  }
}

}  // namespace paraph::mail
