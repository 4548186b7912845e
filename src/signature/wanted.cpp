// octets_wanted(): what of a message attach() must see.
#include <algorithm>

#include "signature/body.h"
#include "signature/found.h"
#include "signature/gate.h"
#include "signature/places.h"
#include "signature/view.h"

namespace paraph::signature {
namespace {

/// Most needed first: what does not fit any more is left out.
std::vector<mail::Range> by_need(const mail::Rope& rope, const mail::Structure& structure,
                                 const mail::Signature& signature, const std::vector<mail::PastRevision>& past,
                                 const Policy& policy) {
  const auto own = own_parts(structure);
  const Body body = find_body(structure);
  const auto& parts = structure.parts;
  std::vector<mail::Range> ranges;
  ranges.reserve(own.size() + 8);  // a body of each, and what is looked at besides
  ranges.push_back(parts.front().header);
  const auto add_closing = [&](std::uint32_t container) {
    if (const auto range = closing_range(structure, container)) ranges.push_back(*range);
  };
  const auto add_leaf = [&](std::optional<std::uint32_t> leaf) {
    if (!leaf) return;
    ranges.push_back(parts[*leaf].header);
    const std::uint64_t end = parts[*leaf].body.end;
    ranges.push_back({end, std::min(end + 2, structure.size)});  // is there a line end before the delimiter?
    if (!parts.front().multipart()) return;
    const std::uint64_t outer_end = parts[top_child_of(structure, *leaf)].body.end;  // or there?
    if (outer_end != end) ranges.push_back({outer_end, std::min(outer_end + 2, structure.size)});
  };
  if (parts.front().multipart()) add_closing(0);
  if (body.related) add_closing(*body.related);
  if (const auto container = find_voice_container(structure, own); container && container->last_audio) {
    ranges.push_back(delimiter_range(structure, container->part, *container->last_audio));
  }
  add_leaf(body.plain);
  add_leaf(body.html);
  for (const auto index : own) {
    if (parts[index].leaf() && is_body_leaf(parts[index]) && parts[index].body.size() <= policy.leaf_bytes_max) {
      ranges.push_back(parts[index].body);
    }
  }
  std::ranges::copy(media_ranges(rope, structure, own, signature, past), std::back_inserter(ranges));
  return ranges;
}

}  // namespace

std::vector<mail::Range> octets_wanted(const mail::Rope& rope, const mail::Structure& structure,
                                       const mail::Signature& signature, const std::vector<mail::PastRevision>& past,
                                       const Policy& policy) {
  return missing_ranges(rope, by_need(rope, structure, signature, past, policy));
}

}  // namespace paraph::signature
