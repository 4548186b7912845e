#include "signature/html_tree.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <gumbo.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "signature/html_bounds.h"
#include "signature/html_view.h"
#include "signature/make.h"

namespace paraph::signature {
namespace {

/// Calls `visit` for each element of the tree that a browser makes of `html`.
template <class Visit>
void for_each_element(const std::string& html, Visit visit) {
  GumboOptions options = kGumboDefaultOptions;
  GumboOutput* const output = gumbo_parse_with_options(&options, html.data(), html.size());
  std::vector<const GumboNode*> todo{output->root};
  while (!todo.empty()) {
    const GumboNode* const node = todo.back();
    todo.pop_back();
    visit(*node);
    for (unsigned i = 0; i < node->v.element.children.length; ++i) {
      const auto* child = static_cast<const GumboNode*>(node->v.element.children.data[i]);
      if (child->type == GUMBO_NODE_ELEMENT || child->type == GUMBO_NODE_TEMPLATE) todo.push_back(child);
    }
  }
  gumbo_destroy_output(&kGumboDefaultOptions, output);
}

/// The page with the signature put where find_html_point() says; "" when it is locked.
std::string with_mark(std::string html) {
  const auto point = find_html_point(html);
  return point ? html.insert(point->at, "<div class=mark>Alice</div>") : "";
}

/// Is the mark an element of the page, outside of everything that would hide it?
bool shows_mark(const std::string& html) {
  bool shown = false;
  for_each_element(html, [&](const GumboNode& node) {
    const auto* name = gumbo_get_attribute(&node.v.element.attributes, "class");
    if (name == nullptr || std::string_view(name->value) != "mark") return;
    shown = node.v.element.tag_namespace == GUMBO_NAMESPACE_HTML;
    for (const auto* up = node.parent; up->type != GUMBO_NODE_DOCUMENT; up = up->parent)
      shown = shown && up->type != GUMBO_NODE_TEMPLATE && up->v.element.tag != GUMBO_TAG_SELECT;
  });
  return shown;
}

const std::string kQuote = "<div class=gmail_quote>q</div>";

TEST(HtmlTree, PagesWhoseTreeHasThePlaceElsewhereAreLocked) {
  for (const std::string& html : std::vector<std::string>{
           "a<select>" + kQuote,
           "a<template>" + kQuote + "</template>b</body>",
           "a<template>",
           "a<svg><foreignObject>" + kQuote + "</foreignObject></svg>",
           "<table>" + kQuote + "</table>",
           "<table><tr>" + kQuote + "</table>",
           std::string("a<table>"),
           std::string("a<table><tr>"),
           std::string("a<select><option>b"),
           std::string("a<svg>"),
           std::string("<frameset><frame></frameset>"),
           std::string("a<table><tr><td>b</body>"),
           std::string("a<object>b"),
           std::string("<template>a"),
           std::string("<html><head><template>a</head><body>b"),
           std::string("a<video>b"),
           std::string("a<audio>b"),
           std::string("a<canvas>b"),
       }) {
    EXPECT_EQ(with_mark(html), "") << html;
  }
}

TEST(HtmlTree, WhereThePageIsOpenTheSignatureIsShown) {
  for (const std::string& html : std::vector<std::string>{
           std::string(""),
           std::string("text only"),
           std::string("<template>a</template>b"),
           std::string("<p>a"),
           std::string("<b><i><p>a</b>c"),
           std::string("<table><tr><td>a</td></tr></table>"),
           std::string("<table><tr><td>a"),
           std::string("<div>a</body></html>\r\n\r\n"),
           std::string("<body>a</body><p>b</p></body>"),
           std::string("a</html><div>b</div>"),
           std::string("<!DOCTYPE html><html><head><title>t</title></head><body>a</body></html>"),
           std::string("<svg><path/></svg>a"),
           "<table><tr><td>" + kQuote + "</td></tr></table>",
           "<div dir=ltr>a<br>" + kQuote + "</div>",
           "<p>a<br>" + kQuote,
           "<center><font color=red>a" + kQuote + "</font></center></body>",
       }) {
    EXPECT_TRUE(shows_mark(with_mark(html))) << html;
  }
}

TEST(HtmlTree, HostilePagesAreBounded) {
  constexpr std::size_t kBytes = 60 * 1000;
  const auto repeated = [](std::string_view piece) {
    std::string out;
    while (out.size() + piece.size() <= kBytes) out += piece;
    return out;
  };
  std::string formatting;
  for (int i = 0; i < 2'000; ++i) formatting += fmt::format("<b id={}>", i);
  std::string hidden_formatting;  // the end tag is not heard within the object
  for (int i = 0; i < 2'000; ++i) hidden_formatting += fmt::format("<b id={}><object></b></object>", i);
  std::string attributes = "<a";
  for (int i = 0; i < 1'000; ++i) attributes += fmt::format(" a{}", i);
  for (const std::string& html : std::vector<std::string>{
           repeated("<div>"), repeated("<div></foo>"), repeated("<div><table></div></table>"),
           repeated("<span><div></span>"), repeated("<svg>"), repeated("<table><tr><td>"), formatting + repeated("<p>"),
           hidden_formatting + repeated("<p>"), attributes + ">", repeated("<p><a>"), repeated("<button>"),
           repeated("<ul><li>"), repeated("<b><div></b>")}) {
    EXPECT_FALSE(is_bounded_html(html)) << html.substr(0, 60);
    EXPECT_FALSE(find_html_point(html)) << html.substr(0, 60);
  }
  EXPECT_FALSE(is_bounded_html(std::string(1024 * 1024 + 1, 'x')));
}

TEST(HtmlTree, LargeAndLongPagesThatPeopleSendAreTaken) {
  std::string rows = "<table>";
  for (int i = 0; i < 1000; ++i)
    rows += fmt::format("<tr><td width=100><font color=red><b>{}</b></font><td><p>text<p>text</tr>", i);
  EXPECT_TRUE(find_html_point(rows + "</table>"));
  std::string thread;
  for (int i = 0; i < 150; ++i)
    thread +=
        "<div>Yes<br><blockquote class=x style='margin:0'><div><div dir=ltr><p>On Monday<p>Bob<ul><li>a<li>b</ul>";
  EXPECT_TRUE(find_html_point(thread));
  EXPECT_TRUE(find_html_point(std::string(300 * 1000, 'x')));
}

TEST(CleanHtml, IsToABrowserWhatTheAllowListSays) {
  static const std::set<std::string> kAllowed{"html",  "head",  "body", "a",  "b",  "br", "div",   "em",   "font",
                                              "hr",    "i",     "img",  "li", "ol", "p",  "small", "span", "strong",
                                              "table", "tbody", "td",   "tr", "u",  "ul", "sub",   "sup",  "th"};
  for (const std::string_view html :
       {"<b>x</b><script>alert(1)</script>", "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\"https://x/\" onclick=\"alert(1)\" style=\"background:url(//x)\">x</a>",
        "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id=\"</style><img onerror=alert(1) src>\">",
        "<textarea><img src=x onerror=alert(1)></textarea>", "<xmp><img src=x onerror=alert(1)></xmp>x",
        "<table><td><a><td><a>x", "<p><div><p></span></div><li>y", "<select><template><img src=x onerror=alert(1)>",
        "&lt;img src=x onerror=alert(1)&gt;", "<img src=\"cid:signature-image\" onerror=alert(1)>",
        "<img src=https://x/track.png>", "<a href=\"https://x/&quot;onclick=alert(1)\">x</a>", "<br/><b//x>y"}) {
    const auto clean = clean_html(html);
    ASSERT_TRUE(clean) << html;
    for_each_element("<!DOCTYPE html><div>" + *clean + "</div>", [&](const GumboNode& node) {
      const GumboElement& element = node.v.element;
      EXPECT_TRUE(kAllowed.contains(gumbo_normalized_tagname(element.tag))) << html;
      EXPECT_EQ(element.tag_namespace, GUMBO_NAMESPACE_HTML) << html;
      for (unsigned i = 0; i < element.attributes.length; ++i) {
        const auto* attribute = static_cast<const GumboAttribute*>(element.attributes.data[i]);
        const std::string name = attribute->name;
        const std::string value = attribute->value;
        EXPECT_FALSE(name.starts_with("on") || name == "class" || name == "id") << html;
        if (name == "src") EXPECT_EQ(value, "cid:signature-image");
        if (name == "href") EXPECT_TRUE(value.starts_with("https://"));
        if (name == "style") EXPECT_EQ(value.find("url"), std::string::npos);
      }
    });
  }
}

}  // namespace
}  // namespace paraph::signature
