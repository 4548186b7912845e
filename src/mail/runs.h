#pragma once
#include <optional>
#include <vector>

#include "mail/rope.h"

namespace paraph::mail {

/// A run of one rope as another, like it, has it: octets `same` of the other; where that is empty, `own` segment.
/// Stored on disk (record/records.proto).
struct Run {
  Range same;
  Segment own;
  friend bool operator==(const Run&, const Run&) = default;
};

/// `rope`, told by what `other` has of it already: two forms of one message differ in little. Segments over blobs are
/// the same when all of the segment is; text is looked for where the other has it likely, and no more than a bounded
/// number of times. Linear time; no octets of blobs are read.
std::vector<Run> runs_of(const Rope& rope, const Rope& other);

/// What runs_of(rope, other) was made from, segment by segment. nullopt: it was not made for `other`.
std::optional<Rope> rope_of(const std::vector<Run>& runs, const Rope& other);

}  // namespace paraph::mail
