#include "mail/rope.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/assert.h"

namespace paraph::mail {
namespace {

/// Encoded characters of `length` decoded octets, without line ends.
std::uint64_t base64_chars(std::uint64_t length) { return (length + 2) / 3 * 4; }

/// A place of a Base64 segment's wire form where it can be cut: so many decoded octets lie before it, and it is after
/// or before the CRLF of the line that ends there.
struct Cut {
  std::uint64_t decoded = 0;
  bool before_crlf = false;
};

std::optional<Cut> cut_at(const Segment& segment, std::uint64_t wire) {
  const std::uint64_t size = segment.wire_bytes();
  if (wire == 0) return Cut{};
  if (wire == size) return Cut{.decoded = segment.length};
  if (segment.final_crlf && wire == size - 2) return Cut{.decoded = segment.length, .before_crlf = true};
  if (segment.line_chars == 0) return std::nullopt;
  const std::uint64_t line = segment.line_chars + 2;
  const std::uint64_t decoded = segment.line_chars / 4 * 3;
  if (wire % line == 0) return Cut{.decoded = wire / line * decoded};
  if (wire % line == segment.line_chars) return Cut{.decoded = (wire / line + 1) * decoded, .before_crlf = true};
  return std::nullopt;
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
      const auto first = cut_at(segment, begin);
      const auto last = cut_at(segment, end);
      PARAPH_ASSERT(first && last);
      if (first->before_crlf) append("\r\n");
      piece.offset += first->decoded;
      piece.length = last->decoded - first->decoded;
      piece.final_crlf = end == size ? segment.final_crlf : !last->before_crlf;
    }
    append(std::move(piece));
  }
}

bool Rope::can_cut(std::uint64_t wire) const {
  for (const auto& segment : segments) {
    const std::uint64_t size = segment.wire_bytes();
    if (wire <= size) return segment.kind != Segment::Kind::Base64 || cut_at(segment, wire).has_value();
    wire -= size;
  }
  return wire == 0;
}

}  // namespace paraph::mail
