#include "signature/view.h"

#include <algorithm>

namespace paraph::signature {
namespace {

constexpr std::uint64_t kWantedBytesMax = 4 * 1024 * 1024;

/// In order and apart.
std::vector<mail::Range> merged(std::vector<mail::Range> ranges) {
  std::ranges::sort(ranges);
  std::vector<mail::Range> out;
  for (const auto& range : ranges) {
    if (!out.empty() && range.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, range.end);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

}  // namespace

std::vector<mail::Range> missing_ranges(const mail::Rope& rope, const std::vector<mail::Range>& by_need) {
  std::vector<mail::Range> inline_ranges;
  inline_ranges.reserve(rope.segments.size());
  std::uint64_t at = 0;
  for (const auto& segment : rope.segments) {
    const std::uint64_t end = at + segment.wire_bytes();
    if (segment.kind == mail::Segment::Kind::Inline) inline_ranges.push_back({at, end});
    at = end;
  }
  const auto at_hand = [&](const mail::Range& range) {
    auto next = std::ranges::upper_bound(inline_ranges, range.begin, {}, &mail::Range::begin);
    return next != inline_ranges.begin() && range.end <= std::prev(next)->end;
  };
  std::vector<mail::Range> wanted;
  std::uint64_t total = 0;
  for (const auto& range : by_need) {
    if (range.size() == 0 || at_hand(range) || total + range.size() > kWantedBytesMax) continue;
    total += range.size();
    wanted.push_back(range);
  }
  return merged(std::move(wanted));
}

View::View(const Message& message) {
  inline_.reserve(message.rope.segments.size());
  asked_.reserve(message.octets.size());
  std::uint64_t at = 0;
  for (const auto& segment : message.rope.segments) {
    if (segment.kind == mail::Segment::Kind::Inline) inline_.push_back({.begin = at, .octets = segment.octets});
    at += segment.wire_bytes();
  }
  for (const auto& [range, octets] : message.octets) asked_.push_back({.begin = range.begin, .octets = octets});
}

std::optional<std::string_view> View::find(const std::vector<Piece>& pieces, mail::Range range) {
  auto piece = std::ranges::upper_bound(pieces, range.begin, {}, &Piece::begin);
  // Ranges asked for may begin at one place and differ in length: look at each that begins there or just before.
  while (piece != pieces.begin()) {
    --piece;
    const std::uint64_t from = range.begin - piece->begin;
    if (from <= piece->octets.size() && range.size() <= piece->octets.size() - from) {
      return piece->octets.substr(from, range.size());
    }
    if (piece->begin != range.begin) break;
  }
  return std::nullopt;
}

std::optional<std::string_view> View::octets(mail::Range range) const {
  if (range.begin >= range.end) return std::string_view{};
  auto found = find(inline_, range);
  return found ? found : find(asked_, range);
}

bool View::contains(std::string_view needle) const {
  const auto holds = [&](const Piece& piece) { return piece.octets.find(needle) != std::string_view::npos; };
  return std::ranges::any_of(inline_, holds) || std::ranges::any_of(asked_, holds);
}

}  // namespace paraph::signature
