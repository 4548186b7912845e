#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/rope.h"
#include "mail/structure.h"
#include "mime/scan.h"

namespace paraph::mime {

/// Octets [offset, offset + length) of a segment's blob. Nothing for Inline.
struct BlobNeed {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  friend bool operator==(const BlobNeed&, const BlobNeed&) = default;
};

/// Which octets of the blob wire_octets() wants for octets [from, to) of the segment's wire form, from <= to <=
/// wire_bytes().
BlobNeed needed(const mail::Segment& segment, std::uint64_t from, std::uint64_t to);

/// Lines are encoded whole: append_wire_octets() may for a moment append this much more than it was asked for.
inline constexpr std::size_t kCutLinesBytes = 2048;

/// Octets [from, to) of the segment's wire form, appended. `blob_octets` are exactly those that needed() named. Cuts
/// anywhere.
void append_wire_octets(std::string& out, const mail::Segment& segment, std::string_view blob_octets,
                        std::uint64_t from, std::uint64_t to);
std::string wire_octets(const mail::Segment& segment, std::string_view blob_octets, std::uint64_t from,
                        std::uint64_t to);

/// Where in a rope a wire range lies.
struct SegmentRange {
  std::size_t segment = 0;  ///< index in Rope::segments
  std::uint64_t from = 0;   ///< within the segment's wire form
  std::uint64_t to = 0;
  friend bool operator==(const SegmentRange&, const SegmentRange&) = default;
};
/// The pieces of octets [range) of the rope, in order; empty pieces left out.
std::vector<SegmentRange> locate(const mail::Rope& rope, mail::Range range);

/// When the *decoded* body of leaf `part` is exactly the content of whole Base64 segments (line ends beside them
/// aside): those segments, in order; their blob, offset and length name the decoded octets. nullopt: decode the body's
/// wire octets instead (another encoding, a tiny leaf, or one that is not canonical).
std::optional<std::vector<mail::Segment>> decoded_range_of_leaf(const mail::Rope& rope,
                                                                const mail::Structure& structure, std::uint32_t part);

/// Parses a rope again, without looking into Base64 segments. `load` gives the octets of a Raw segment (length of
/// them).
mail::Structure scan_rope(const mail::Rope& rope, const std::function<std::string(const mail::Segment&)>& load,
                          ScanLimits limits = {});

/// The whole message. `load` gives the octets of a Raw or Base64 segment: `length` of the blob from `offset` on. For
/// tests, tools and small messages: everything is in memory at once.
std::string flatten(const mail::Rope& rope, const std::function<std::string(const mail::Segment&)>& load);

}  // namespace paraph::mime
