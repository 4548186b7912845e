// reads_as_planned(): the last look at a signed message.
#include <algorithm>

#include "signature/attach.h"

namespace paraph::signature {
namespace {

using mail::Part;

bool same_kind(const Part& a, const Part& b) {
  return a.type == b.type && a.subtype == b.subtype && a.children.size() <= b.children.size();
}

/// Are the parts of `before` found in `after`, in order? Both are in document order, and nothing is ever moved.
bool keeps_order(const mail::Structure& before, const mail::Structure& after) {
  auto at = after.parts.begin();
  return std::ranges::all_of(before.parts, [&](const Part& part) {
    at = std::find_if(at, after.parts.end(), [&](const Part& other) { return same_kind(part, other); });
    return at != after.parts.end() && (++at, true);
  });
}

}  // namespace

bool reads_as_planned(const mail::Structure& before, const mail::Structure& after, const Report& report) {
  const auto new_defects = static_cast<std::uint32_t>(after.defects) & ~static_cast<std::uint32_t>(before.defects);
  const bool ids_there = std::ranges::all_of(report.content_ids, [&](const std::string& id) {
    const std::string bracketed = "<" + id + ">";
    return std::ranges::count(after.parts, bracketed, &Part::id) >= 1;
  });
  return new_defects == 0 && ids_there && after.parts.size() == before.parts.size() + report.parts_added &&
         keeps_order(before, after);
}

}  // namespace paraph::signature
