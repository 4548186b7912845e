#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace paraph::dkim {

/// One tag of a tag-list (RFC 6376 §3.2).
struct Tag {
  std::string name;
  std::string value;            ///< blanks and line ends at its ends removed
  std::size_t value_begin = 0;  ///< octets between "=" and ";" in the text that was parsed
  std::size_t value_end = 0;
};

class TagList {
 public:
  /// BadInput: not of the form, a tag that stands twice, over kTagListBytesMax octets or kTagsMax tags.
  static Result<TagList> parse(std::string_view text);

  const Tag* find(std::string_view name) const&;
  const Tag* find(std::string_view name) && = delete;
  /// The value, "" when there is no such tag.
  std::string_view value(std::string_view name) const&;
  std::string_view value(std::string_view name) && = delete;
  const std::vector<Tag>& all() const& { return tags_; }
  const std::vector<Tag>& all() && = delete;

 private:
  std::vector<Tag> tags_;
};

inline constexpr std::size_t kTagListBytesMax = 16 * 1024;
inline constexpr std::size_t kTagsMax = 64;

/// Without SP, HTAB, CR, LF anywhere: base64 and lists may be folded.
std::string without_blanks(std::string_view text);

/// The items of a colon-separated list, without blanks; empty ones left out.
std::vector<std::string> colon_list(std::string_view value);

}  // namespace paraph::dkim
