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

std::optional<mail::Rope> Splices::apply(const mail::Rope& from) const {
  std::vector<const Splice*> ordered;  // by place, then in the order in which they were added
  for (const auto& splice : splices_) ordered.push_back(&splice);
  std::ranges::sort(ordered, {}, [](const Splice* splice) { return std::pair(splice->range.begin, splice); });
  std::uint64_t at = 0;
  for (const auto* splice : ordered) {
    const auto [begin, end] = splice->range;
    if (begin < at || end < begin || !from.can_cut(begin) || !from.can_cut(end)) return std::nullopt;
    at = end;
  }

  mail::Rope result;
  result.segments.reserve(from.segments.size() + 2 * splices_.size());
  at = 0;
  for (const auto* splice : ordered) {
    result.append_range(from, {at, splice->range.begin});
    append_rope(result, splice->with);
    at = splice->range.end;
  }
  result.append_range(from, {at, from.wire_bytes()});
  return result;
}

}  // namespace paraph::signature
