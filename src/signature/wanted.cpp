// octets_wanted(): what of a message attach() must see.
#include <algorithm>

#include "signature/body.h"
#include "signature/found.h"
#include "signature/gate.h"
#include "signature/places.h"

namespace paraph::signature {
namespace {

constexpr std::uint64_t kWantedBytesMax = 4 * 1024 * 1024;

/// Most needed first: what does not fit any more is left out.
std::vector<mail::Range> by_need(const mail::Rope& rope, const mail::Structure& structure,
                                 const mail::Signature& signature, const std::vector<mail::PastRevision>& past,
                                 const Policy& policy) {
  const auto own = own_parts(structure);
  const Body body = find_body(structure);
  const auto& parts = structure.parts;
  std::vector<mail::Range> ranges{parts.front().header};
  const auto add_closing = [&](std::uint32_t container) {
    if (const auto range = closing_range(structure, container)) ranges.push_back(*range);
  };
  const auto add_leaf = [&](std::optional<std::uint32_t> leaf) {
    if (!leaf) return;
    ranges.push_back(parts[*leaf].header);
    const std::uint64_t end = parts[*leaf].body.end;
    ranges.push_back({end, std::min(end + 2, structure.size)});  // is there a line end before the delimiter?
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

/// In order and apart.
std::vector<mail::Range> merged(std::vector<mail::Range> ranges) {
  std::ranges::sort(ranges);
  std::vector<mail::Range> out;
  for (const auto& range : ranges) {
    if (!out.empty() && range.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, range.end);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

}  // namespace

std::vector<mail::Range> octets_wanted(const mail::Rope& rope, const mail::Structure& structure,
                                       const mail::Signature& signature, const std::vector<mail::PastRevision>& past,
                                       const Policy& policy) {
  std::vector<mail::Range> inline_ranges;
  std::uint64_t at = 0;
  for (const auto& segment : rope.segments) {
    const std::uint64_t end = at + segment.wire_bytes();
    if (segment.kind == mail::Segment::Kind::Inline) inline_ranges.push_back({at, end});
    at = end;
  }
  const auto at_hand = [&](const mail::Range& range) {
    auto next = std::ranges::upper_bound(inline_ranges, range.begin, {}, &mail::Range::begin);
    return next != inline_ranges.begin() && range.end <= std::prev(next)->end;
  };
  std::vector<mail::Range> wanted;
  std::uint64_t total = 0;
  for (const auto& range : by_need(rope, structure, signature, past, policy)) {
    if (range.size() == 0 || at_hand(range) || total + range.size() > kWantedBytesMax) continue;
    total += range.size();
    wanted.push_back(range);
  }
  return merged(std::move(wanted));
}

}  // namespace paraph::signature
