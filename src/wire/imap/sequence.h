#pragma once
#include <cstdint>
#include <vector>

#include "base/ids.h"

namespace paraph::imap {

/// `*`: the largest number in use (RFC 9051 §9, seq-number).
inline constexpr std::uint32_t kStar = 0;

/// Numbers first to last, both included. As parsed either may be kStar, and first may exceed last.
struct NumberRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  friend bool operator==(const NumberRange&, const NumberRange&) = default;
};

/// A sequence-set (RFC 9051 §9) as written: of message sequence numbers or of UIDs, which the command tells.
struct SequenceSet {
  std::vector<NumberRange> ranges;
  friend bool operator==(const SequenceSet&, const SequenceSet&) = default;
};

/// Ascending, disjoint, not adjacent ranges with `*` replaced by `largest`: the highest sequence number, or UID, in the
/// mailbox. In an empty mailbox (`largest` 0) `*` is nothing. Numbers past `largest` stay: for sequence numbers that is
/// BAD (the caller compares the last range), for UIDs it is no error. O(n log n).
std::vector<NumberRange> resolve(const SequenceSet& set, std::uint32_t largest);

/// Is `number` in ranges that resolve() made? O(log n).
bool contains(const std::vector<NumberRange>& resolved, std::uint32_t number);

/// Ranges of ascending numbers, for COPYUID and EXPUNGE sets: 1,2,3,5 gives 1:3,5:5.
std::vector<NumberRange> compact(const std::vector<Uid>& ascending);

}  // namespace paraph::imap
