#pragma once
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/structure.h"

namespace paraph::mime {

/// One field of a header block (RFC 5322 §2.2). The views point into the block that was iterated.
struct Field {
  std::string_view name;   ///< as written, without blanks before the colon
  std::string_view value;  ///< what follows the colon, folding included, without the last CRLF: see unfold()
  mail::Range range;       ///< octets of the whole field within the block, folding and last CRLF included
};

/// The fields of a header block, in order: `for (const Field& field : Fields(block))`. Stops at the empty line, or at
/// the first line that is neither a field nor a continuation; a first line "From ..." (mbox) is passed over. Only CRLF
/// ends a line. Cheap to make; the block must outlive it. Linear, allocates nothing.
class Fields {
 public:
  explicit Fields(std::string_view block) : block_(block) {}

  class Iterator {
   public:
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    explicit Iterator(std::string_view block) : block_(block), done_(false) { ++*this; }
    const Field& operator*() const { return field_; }
    const Field* operator->() const { return &field_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return done_; }

   private:
    std::string_view block_;
    std::uint64_t at_ = 0;
    Field field_;
    bool done_ = true;
  };

  Iterator begin() const { return Iterator(block_); }
  std::default_sentinel_t end() const { return {}; }

 private:
  std::string_view block_;
};

/// What a line of a header block is, by itself. `line` has no CRLF.
enum class LineKind { Field, Continuation, Empty, Other };
LineKind line_kind(std::string_view line);

/// The first field called `name` (ASCII case-insensitive).
std::optional<Field> find_field(std::string_view block, std::string_view name);

/// How many fields are called `name`.
std::size_t count_fields(std::string_view block, std::string_view name);

/// The unfolded value of the first field called `name`; nullopt when there is none.
std::optional<std::string> find_value(std::string_view block, std::string_view name);

/// A raw value on one line: each CRLF that blanks follow is removed, and blanks around the whole (RFC 5322 §2.2.3).
/// Stray CR, LF and NUL octets become spaces, so the result never holds a line end.
std::string unfold(std::string_view raw);

/// The `<...>` of Message-ID, In-Reply-To or References, in order, with their angle brackets and without blanks inside
/// (RFC 5322 §3.6.4); anything else is passed over. At most `max`.
std::vector<std::string> parse_message_ids(std::string_view raw, std::size_t max = 1000);

}  // namespace paraph::mime
