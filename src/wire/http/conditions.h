#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace paraph::http {

inline constexpr std::size_t kEntityTagsMax = 32;

/// RFC 9110 §8.8.3, without its quotes.
struct EntityTag {
  std::string tag;
  bool weak = false;
  friend bool operator==(const EntityTag&, const EntityTag&) = default;
};

/// If-Match and If-None-Match (RFC 9110 §13.1): "*", or a list of tags.
struct EntityTags {
  bool any = false;
  std::vector<EntityTag> tags;

  /// If-Match: some tag is strong and this one. (`any` is the caller's affair: is there anything?)
  bool has_strong(std::string_view tag) const;
  /// If-None-Match: some tag is this one, weak or not.
  bool has(std::string_view tag) const;
};
/// BadInput: neither, or over kEntityTagsMax tags.
Result<EntityTags> parse_entity_tags(std::string_view text);

/// `"tag"`; `tag` holds no quote, blank or control.
std::string format_entity_tag(std::string_view tag);

/// Octets [begin, end) of a representation.
struct ByteRange {
  std::uint64_t begin = 0, end = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// What a Range field asks of a representation of `size` octets (RFC 9110 §14.1.2). Anything but one range in bytes is
/// answered as a whole: a server may do so, and many ranges in one answer are a way to make it work hard.
struct RangeAnswer {
  enum class Kind { Whole, Part, Unsatisfiable } kind = Kind::Whole;
  ByteRange part;
};
RangeAnswer parse_range(std::string_view text, std::uint64_t size);

}  // namespace paraph::http
