#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signature/template.h"

namespace paraph::signature {

/// `{{name}}` in a template: octets [begin, end).
struct FieldPlace {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view name;  ///< into the template
};

/// The first one at or after `from`. Calling it again from `end` costs, all in all, one walk over the text.
std::optional<FieldPlace> find_field(std::string_view text, std::size_t from);

/// Looks fields up, and keeps count of what they put in (kFilledBytesMax).
class FieldValues {
 public:
  explicit FieldValues(const Fields& fields);
  /// Without controls and line ends, not escaped; "" for an unknown field.
  std::string take(std::string_view name);

 private:
  Fields by_name_;  ///< lower-case; plain
  std::size_t bytes_left_;
};

/// One line of a template, in pieces.
class TemplateLine {
 public:
  /// Text of the template. `shown` is how a reader sees it (character references decoded).
  void add_literal(std::string_view text, std::string_view shown);
  /// A field's value, escaped already.
  void add_field(std::string value);
  enum class Nesting { Opens, Closes, Stands };
  void add_tag(std::string_view tag, Nesting nesting);
  bool empty() const { return pieces_.empty(); }
  /// The line as it shall stand, by the rules of template.h; nothing is left in it afterwards.
  std::string take();

 private:
  enum class Kind { Word, Label, Punctuation, Field, Tag };
  struct Piece {
    Kind kind;
    std::string text;
  };
  bool is_left_out() const;
  std::string tags_alone() const;
  std::string with_punctuation() const;

  std::vector<Piece> pieces_;
  int depth_ = 0;             ///< of open elements
  bool closes_more_ = false;  ///< an element that was opened before this line
};

}  // namespace paraph::signature
