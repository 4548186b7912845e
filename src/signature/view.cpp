#include "signature/view.h"

#include <algorithm>

namespace paraph::signature {

View::View(const Message& message) {
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
