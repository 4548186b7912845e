#include "signature/splices.h"

#include <algorithm>
#include <utility>

#include "signature/entities.h"

namespace paraph::signature {
void Splices::replace(mail::Range range, mail::Rope with) {
  if (splices_.empty()) splices_.reserve(4);  // as many as most messages need
  const auto at = std::ranges::upper_bound(splices_, range.begin, {}, [](const Splice& s) { return s.range.begin; });
  splices_.insert(at, {range, std::move(with)});
}

void Splices::insert(std::uint64_t at, std::string_view octets) {
  mail::Rope rope;
  rope.append(octets);
  insert(at, std::move(rope));
}

std::uint64_t Splices::inline_bytes(const mail::Rope& from) const {
  std::uint64_t bytes = 0;
  const auto add = [&](const mail::Rope& rope) {
    for (const auto& segment : rope.segments) bytes += segment.octets.size();
  };
  add(from);
  for (const auto& splice : splices_) add(splice.with);
  return bytes;
}

std::vector<Change> Splices::changes() const {
  std::vector<Change> changes;
  changes.reserve(splices_.size());
  for (const auto& splice : splices_) {
    const Change change{.range = splice.range, .added = splice.with.wire_bytes()};
    if (!changes.empty() && change.range.begin <= changes.back().range.end) {
      changes.back().range.end = std::max(changes.back().range.end, change.range.end);
      changes.back().added += change.added;
    } else {
      changes.push_back(change);
    }
  }
  return changes;
}

std::optional<mail::Rope> Splices::apply(const mail::Rope& from) const {
  std::uint64_t at = 0;
  for (const auto& splice : splices_) {
    const auto [begin, end] = splice.range;
    if (begin < at || end < begin || !from.can_cut(begin) || !from.can_cut(end)) return std::nullopt;
    at = end;
  }

  mail::Rope result;
  result.segments.reserve(from.segments.size() + 2 * splices_.size());
  at = 0;
  for (const auto& splice : splices_) {
    result.append_range(from, {at, splice.range.begin});
    if (at == 0 && !result.segments.empty()) result.segments.back().octets.reserve(inline_bytes(from));
    append_rope(result, splice.with);
    at = splice.range.end;
  }
  result.append_range(from, {at, from.wire_bytes()});
  return result;
}

}  // namespace paraph::signature
