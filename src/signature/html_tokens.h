#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace paraph::signature {

/// One attribute of a start tag. `name` is lower-cased, `value` has its character references decoded.
struct HtmlAttribute {
  std::string name;
  std::string value;
};

/// One piece of an HTML text: octets [begin, end) of it.
struct HtmlToken {
  enum class Kind { Text, Start, End, Comment, RawText };
  Kind kind = Kind::Text;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string name;                       ///< Start, End: lower-cased. RawText: of the element whose content it is
  std::vector<HtmlAttribute> attributes;  ///< Start: at most 64, each name once
  std::size_t attributes_seen = 0;        ///< also those past 64, and those that stand twice

  /// The value of attribute `wanted`, "" when absent.
  std::string_view attribute(std::string_view wanted) const&;
  std::string_view attribute(std::string_view wanted) && = delete;
  bool has(std::string_view wanted) const;
};

/// Cuts HTML (UTF-8, or any charset that keeps ASCII apart) into tokens, by the tokenizer states of the HTML standard
/// that matter for finding tags: data, tags, attributes, comments, raw text (script, style, xmp, iframe, noembed,
/// noframes), title and textarea, plaintext. It builds no tree. Linear; `html` must outlive it.
class HtmlTokens {
 public:
  explicit HtmlTokens(std::string_view html) : html_(html) {}
  /// The next token; false at the end.
  bool next(HtmlToken& token);
  /// After the end: text put there would be seen as text and tags (the data state). False within an unclosed comment,
  /// tag or raw text element, and when a script holds "<!--", where readers differ about its end.
  bool ends_in_data() const { return certain_ && raw_.empty(); }
  /// False once something was read whose end readers may see differently; what follows is then not to be relied on.
  bool certain() const { return certain_; }

 private:
  bool read_raw_text(HtmlToken& token);
  bool read_markup(HtmlToken& token);
  void read_tag(HtmlToken& token, std::size_t name_at);
  void read_attribute(HtmlToken& token);
  void read_comment(HtmlToken& token);
  void read_bogus_comment(HtmlToken& token);

  std::string_view html_;
  std::size_t at_ = 0;
  std::string raw_;  ///< the raw text element we are in
  bool certain_ = true;
};

/// Elements that have no end tag.
bool is_void_element(std::string_view name);

}  // namespace paraph::signature
