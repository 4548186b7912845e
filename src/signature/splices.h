#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "mail/rope.h"
#include "signature/attach.h"

namespace paraph::signature {

/// Changes to a message, collected and then made at once. Those at one place happen in the order in which they were
/// added.
class Splices {
 public:
  /// Octets [range) of the message are replaced by `with`. Ranges must not overlap.
  void replace(mail::Range range, mail::Rope with);
  void insert(std::uint64_t at, mail::Rope what) { replace({at, at}, std::move(what)); }
  void insert(std::uint64_t at, std::string_view octets);
  bool empty() const { return splices_.empty(); }

  /// `from` with the changes made: what no change names are segments of `from`, cut where needed. nullopt when a cut
  /// would fall within a line of a Base64 segment, or ranges overlap.
  std::optional<mail::Rope> apply(const mail::Rope& from) const;
  /// What was collected, in order and apart.
  std::vector<Change> changes() const;

 private:
  struct Splice {
    mail::Range range;
    mail::Rope with;
  };
  /// What the inline segments of the result have at most.
  std::uint64_t inline_bytes(const mail::Rope& from) const;
  std::vector<Splice> splices_;  ///< by place, then in the order in which they were added
};

}  // namespace paraph::signature
