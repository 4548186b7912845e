#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "signature/attach.h"

namespace paraph::signature {

/// The octets of a message that are at hand: inline segments of its rope, and what Message::octets holds. Views point
/// into the message, which must outlive it.
class View {
 public:
  explicit View(const Message& message);
  /// Octets [range) of the wire form; nullopt when they are not at hand in one piece.
  std::optional<std::string_view> octets(mail::Range range) const;
  /// Does `needle` occur in what is at hand?
  bool contains(std::string_view needle) const;

 private:
  struct Piece {
    std::uint64_t begin = 0;
    std::string_view octets;
  };
  static std::optional<std::string_view> find(const std::vector<Piece>& pieces, mail::Range range);

  std::vector<Piece> inline_;  ///< in order, apart from each other
  std::vector<Piece> asked_;   ///< in order of their begin
};

/// Of `by_need`, the most needed first, what no inline segment holds: in order, apart, and at most 4 MiB in all.
std::vector<mail::Range> missing_ranges(const mail::Rope& rope, const std::vector<mail::Range>& by_need);

}  // namespace paraph::signature
