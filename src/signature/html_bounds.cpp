#include "signature/html_bounds.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "signature/html_tokens.h"

namespace paraph::signature {
namespace {

constexpr std::size_t kBytesMax = 1024 * 1024;
constexpr std::size_t kDepthMax = 1000;
constexpr std::size_t kAttributesMax = 64;
constexpr std::size_t kNodesMax = 100'000;
constexpr std::size_t kStepsMax = 10'000'000;  // of looking through the open elements
constexpr std::size_t kAboveMax = 4;           // elements over a formatting element that its end tag still reaches

using Names = std::span<const std::string_view>;
bool is_one_of(std::string_view name, Names names) { return std::ranges::find(names, name) != names.end(); }

constexpr std::array<std::string_view, 14> kFormatting{"a",    "b", "big",   "code",   "em",     "font", "i",
                                                       "nobr", "s", "small", "strike", "strong", "tt",   "u"};
/// End tags do not reach past these, except where said.
constexpr std::array<std::string_view, 11> kBarriers{"applet", "caption", "table", "td",   "th",      "marquee",
                                                     "object", "svg",     "math",  "html", "template"};
/// Their end may be left out; the end tag of a block around them closes them.
constexpr std::array<std::string_view, 5> kLoose{"p", "li", "dt", "dd", "option"};
constexpr std::array<std::string_view, 20> kBlocks{
    "address", "article", "aside",  "blockquote", "center", "details", "dir", "div", "dl",      "fieldset",
    "figure",  "footer",  "header", "main",       "menu",   "nav",     "ol",  "pre", "section", "ul"};
constexpr std::array<std::string_view, 6> kTableParts{"td", "th", "tr", "tbody", "thead", "tfoot"};
constexpr std::array<std::string_view, 4> kTableBarriers{"table", "template", "svg", "math"};

/// The elements that may be open.
class OpenElements {
 public:
  void start(const std::string& name) {
    if (name == "html" || name == "body" || name == "head" || is_void_element(name)) return;
    // A cell ends the one before it, a row its cells, and so on.
    if (name == "td" || name == "th") {
      close_above_table("td") || close_above_table("th");
    } else if (is_one_of(name, kTableParts)) {
      close_above_table(name);
    } else if (is_one_of(name, kLoose) || is_one_of(name, kBlocks)) {
      if (!open_.empty() && open_.back() == "p") pop();
      if (is_one_of(name, kLoose) && !open_.empty() && open_.back() == name) pop();
    }
    open_.push_back(name);
    if (is_one_of(name, kFormatting)) ++formatting_;
  }

  void end(const std::string& name) {
    if (!open_.empty() && open_.back() == name) return pop();
    if (is_one_of(name, kFormatting)) return end_formatting(name);
    if (is_one_of(name, kBlocks)) return end_block(name);
    if (name == "table" || is_one_of(name, kTableParts)) close_above_table(name);
  }

  std::size_t depth() const { return open_.size(); }
  std::size_t formatting() const { return formatting_; }

 private:
  void pop() {
    if (is_one_of(open_.back(), kFormatting)) --formatting_;
    open_.pop_back();
  }

  /// Nothing above it stays open.
  void pop_to(std::size_t index) {
    while (open_.size() > index) pop();
  }

  void end_formatting(std::string_view name) {
    for (std::size_t above = 1; above <= kAboveMax && above < open_.size(); ++above) {
      const auto at = open_.end() - 1 - static_cast<std::ptrdiff_t>(above);
      if (is_one_of(*(at + 1), kBarriers)) return;
      if (*at != name) continue;
      open_.erase(at);
      --formatting_;
      return;
    }
  }

  void end_block(std::string_view name) {
    std::size_t at = open_.size();
    while (at > 0 && is_one_of(open_[at - 1], kLoose)) --at;
    if (at > 0 && open_[at - 1] == name) pop_to(at - 1);
  }

  bool close_above_table(std::string_view name) {
    for (std::size_t at = open_.size(); at > 0; --at) {
      if (open_[at - 1] == name) {
        pop_to(at - 1);
        return true;
      }
      if (is_one_of(open_[at - 1], kTableBarriers)) return false;
    }
    return false;
  }

  std::vector<std::string> open_;
  std::size_t formatting_ = 0;
};

}  // namespace

bool is_bounded_html(std::string_view html) {
  if (html.size() > kBytesMax) return false;
  OpenElements open;
  std::size_t nodes = 0;
  std::size_t steps = 0;
  HtmlTokens tokens(html);
  for (HtmlToken token; tokens.next(token);) {
    if (token.attributes_seen > kAttributesMax) return false;
    if (token.kind == HtmlToken::Kind::Start) open.start(token.name);
    if (token.kind == HtmlToken::Kind::End) open.end(token.name);
    nodes += 1 + open.formatting();
    steps += 1 + open.depth();
    if (open.depth() > kDepthMax || nodes > kNodesMax || steps > kStepsMax) return false;
  }
  return true;
}

}  // namespace paraph::signature
