#include "signature/splices.h"

#include <algorithm>
#include <utility>

#include "signature/entities.h"

namespace paraph::signature {
void Splices::replace(mail::Range range, mail::Rope with) { splices_.push_back({range, std::move(with)}); }

void Splices::insert(std::uint64_t at, std::string_view octets) {
  mail::Rope rope;
  rope.append(octets);
  insert(at, std::move(rope));
}

/// By place, then in the order in which they were added.
std::vector<const Splices::Splice*> Splices::ordered() const {
  std::vector<const Splice*> ordered;
  ordered.reserve(splices_.size());
  for (const auto& splice : splices_) ordered.push_back(&splice);
  std::ranges::sort(ordered, {}, [](const Splice* splice) { return std::pair(splice->range.begin, splice); });
  return ordered;
}

std::vector<Change> Splices::changes() const {
  std::vector<Change> changes;
  changes.reserve(splices_.size());
  for (const auto* splice : ordered()) {
    const Change change{.range = splice->range, .added = splice->with.wire_bytes()};
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
  const auto ordered_splices = ordered();
  std::uint64_t at = 0;
  for (const auto* splice : ordered_splices) {
    const auto [begin, end] = splice->range;
    if (begin < at || end < begin || !from.can_cut(begin) || !from.can_cut(end)) return std::nullopt;
    at = end;
  }

  mail::Rope result;
  result.segments.reserve(from.segments.size() + 2 * splices_.size());
  at = 0;
  for (const auto* splice : ordered_splices) {
    result.append_range(from, {at, splice->range.begin});
    append_rope(result, splice->with);
    at = splice->range.end;
  }
  result.append_range(from, {at, from.wire_bytes()});
  return result;
}

}  // namespace paraph::signature
