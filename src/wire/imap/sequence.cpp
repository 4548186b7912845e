#include "wire/imap/sequence.h"

#include <algorithm>

namespace paraph::imap {

std::vector<NumberRange> resolve(const SequenceSet& set, std::uint32_t largest) {
  std::vector<NumberRange> ranges;
  ranges.reserve(set.ranges.size());
  for (auto [first, last] : set.ranges) {
    if ((first == kStar || last == kStar) && largest == 0) continue;
    if (first == kStar) first = largest;
    if (last == kStar) last = largest;
    ranges.push_back({std::min(first, last), std::max(first, last)});
  }
  std::ranges::sort(ranges, {}, &NumberRange::first);
  std::size_t kept = 0;
  for (const auto& range : ranges) {
    if (kept > 0 && range.first <= std::uint64_t{ranges[kept - 1].last} + 1) {
      ranges[kept - 1].last = std::max(ranges[kept - 1].last, range.last);
    } else {
      ranges[kept++] = range;
    }
  }
  ranges.resize(kept);
  return ranges;
}

bool contains(const std::vector<NumberRange>& resolved, std::uint32_t number) {
  const auto after = std::ranges::upper_bound(resolved, number, {}, &NumberRange::first);
  return after != resolved.begin() && std::prev(after)->last >= number;
}

std::vector<NumberRange> compact(const std::vector<Uid>& ascending) {
  std::vector<NumberRange> ranges;
  for (const Uid uid : ascending) {
    if (!ranges.empty() && ranges.back().last + 1 == uid.value) {
      ranges.back().last = uid.value;
    } else {
      ranges.push_back({uid.value, uid.value});
    }
  }
  return ranges;
}

}  // namespace paraph::imap
