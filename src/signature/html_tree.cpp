#include "signature/html_tree.h"

#include <gumbo.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "signature/html_bounds.h"
#include "signature/html_view.h"

namespace paraph::signature {
namespace {

struct Free {
  void operator()(GumboOutput* output) const { gumbo_destroy_output(&kGumboDefaultOptions, output); }
};
using Output = std::unique_ptr<GumboOutput, Free>;

bool is_element(const GumboNode* node) { return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE; }

bool is_foreign(const GumboNode* node) { return node->v.element.tag_namespace != GUMBO_NAMESPACE_HTML; }

std::vector<const GumboNode*> child_elements(const GumboNode* node) {
  std::vector<const GumboNode*> elements;
  const GumboVector& children = node->v.element.children;
  for (unsigned i = 0; i < children.length; ++i) {
    const auto* child = static_cast<const GumboNode*>(children.data[i]);
    if (is_element(child)) elements.push_back(child);
  }
  return elements;
}

/// What stands in one of these is not shown, or not where it was written.
bool hides(GumboTag tag) {
  constexpr GumboTag kHiding[] = {GUMBO_TAG_TEMPLATE, GUMBO_TAG_SELECT, GUMBO_TAG_OPTION, GUMBO_TAG_OPTGROUP,
                                  GUMBO_TAG_NOSCRIPT, GUMBO_TAG_HEAD,   GUMBO_TAG_OBJECT, GUMBO_TAG_APPLET,
                                  GUMBO_TAG_AUDIO,    GUMBO_TAG_VIDEO,  GUMBO_TAG_CANVAS};
  return std::ranges::find(kHiding, tag) != std::end(kHiding);
}

/// In these nothing but parts of a table may stand: anything else goes before the table.
bool takes_no_block(GumboTag tag) {
  constexpr GumboTag kTable[] = {GUMBO_TAG_TABLE, GUMBO_TAG_TBODY,    GUMBO_TAG_THEAD,   GUMBO_TAG_TFOOT,
                                 GUMBO_TAG_TR,    GUMBO_TAG_COLGROUP, GUMBO_TAG_FRAMESET};
  return std::ranges::find(kTable, tag) != std::end(kTable);
}

class Tree {
 public:
  explicit Tree(std::string_view html) : html_(html) {
    GumboOptions options = kGumboDefaultOptions;
    options.max_errors = 0;
    output_.reset(gumbo_parse_with_options(&options, html.data(), html.size()));
    for (const auto* child : child_elements(output_->root)) {
      if (child->v.element.tag == GUMBO_TAG_BODY) body_ = child;
      if (child->v.element.tag == GUMBO_TAG_HEAD) head_ = child;
    }
  }

  std::optional<HtmlPlaces> places() {
    if (body_ == nullptr) return std::nullopt;
    HtmlPlaces places;
    find_quote(places);
    places.body_end = offset(body_->v.element.original_end_tag);
    places.end_is_open = end_is_open();
    return places;
  }

 private:
  std::optional<std::size_t> offset(const GumboStringPiece& tag) const {
    if (tag.data == nullptr || tag.length == 0) return std::nullopt;
    return static_cast<std::size_t>(tag.data - html_.data());
  }

  /// The one that is written first, wherever in the tree it came to stand.
  void find_quote(HtmlPlaces& places) {
    const GumboNode* first = nullptr;
    std::vector<const GumboNode*> tables;
    std::vector<const GumboNode*> todo{output_->root};
    while (!todo.empty()) {
      const GumboNode* node = todo.back();
      todo.pop_back();
      for (const auto* child : child_elements(node)) todo.push_back(child);
      if (node->v.element.tag == GUMBO_TAG_TABLE) tables.push_back(node);
      const auto at = offset(node->v.element.original_tag);
      if (!at || (places.quote && *places.quote <= *at) || !begins_quote(node)) continue;
      places.quote = at;
      first = node;
    }
    if (first == nullptr) return;
    const bool moved = std::ranges::any_of(tables, [&](const GumboNode* table) {
      const auto begin = offset(table->v.element.original_tag);
      const bool written_inside = begin && *begin < *places.quote && *places.quote < table->v.element.end_pos.offset;
      return written_inside && !stands_in(first, table);
    });
    places.quote_is_open = !moved && is_shown(first);
  }

  static bool begins_quote(const GumboNode* node) {
    const GumboElement& element = node->v.element;
    const auto attribute = [&](const char* name) {
      const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
      return found == nullptr ? std::string_view() : std::string_view(found->value);
    };
    return !is_foreign(node) && is_reply_container(gumbo_normalized_tagname(element.tag), attribute("type"),
                                                   attribute("id"), attribute("class"), attribute("style"));
  }

  /// A template that is never closed, and begins where a head may still be: all that follows is in it.
  bool head_is_open() const {
    return head_ != nullptr && std::ranges::any_of(child_elements(head_), [&](const GumboNode* child) {
             return child->v.element.tag == GUMBO_TAG_TEMPLATE && !offset(child->v.element.original_end_tag);
           });
  }

  static bool stands_in(const GumboNode* node, const GumboNode* ancestor) {
    for (; node != nullptr && is_element(node); node = node->parent) {
      if (node == ancestor) return true;
    }
    return false;
  }

  static bool is_shown(const GumboNode* node) {
    if (takes_no_block(node->parent->v.element.tag)) return false;
    for (node = node->parent; node != nullptr && is_element(node); node = node->parent) {
      if (is_foreign(node) || hides(node->v.element.tag)) return false;
    }
    return true;
  }

  /// The innermost element that the page's end finds open.
  bool end_is_open() const {
    if (head_is_open()) return false;
    const GumboNode* node = body_;
    for (;;) {
      if (is_foreign(node) || hides(node->v.element.tag)) return false;
      const auto children = child_elements(node);
      if (children.empty()) break;
      const GumboElement& last = children.back()->v.element;
      if (offset(last.original_end_tag) || last.end_pos.offset < html_.size()) break;
      node = children.back();
    }
    return !takes_no_block(node->v.element.tag);
  }

  std::string_view html_;
  Output output_;
  const GumboNode* head_ = nullptr;
  const GumboNode* body_ = nullptr;
};

}  // namespace

std::optional<HtmlPlaces> find_html_places(std::string_view html) {
  if (!is_bounded_html(html)) return std::nullopt;
  return Tree(html).places();
}

}  // namespace paraph::signature
