#include "signature/html_view.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "signature/html_references.h"
#include "signature/html_tokens.h"

namespace paraph::signature {
namespace {

TEST(HtmlTokens, FollowTheStandardsStates) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"a<b>c</b>", "T S:b T E:b"},
      {"a < b", "T"},
      {"a<3<b>", "T S:b"},
      {"<!-- <b> -->x", "C T"},
      {"<!-->x", "C T"},
      {"<!--->x", "C T"},
      {"<!-- a --!>x", "C T"},
      {"<?xml?><!doctype html></ x>y", "C C C T"},
      {"<style><b></style><i>", "S:style R E:style S:i"},
      {"<script></script>", "S:script E:script"},
      {"<script>'</scripty>'</script >x", "S:script R E:script T"},
      {"<title><b></title>", "S:title R E:title"},
      {"<plaintext></plaintext><b>", "S:plaintext R"},
      {"<a b='>'>x", "S:a T"},
      {"<A HREF=x/y>z", "S:a T"},
  };
  for (const auto& [html, expected] : cases) {
    std::string seen;
    HtmlTokens tokens(html);
    std::size_t at = 0;
    for (HtmlToken token; tokens.next(token);) {
      EXPECT_EQ(token.begin, at) << html;
      EXPECT_GT(token.end, token.begin) << html;
      at = token.end;
      if (!seen.empty()) seen += ' ';
      switch (token.kind) {
        case HtmlToken::Kind::Text:
          seen += "T";
          break;
        case HtmlToken::Kind::Start:
          seen += "S:" + token.name;
          break;
        case HtmlToken::Kind::End:
          seen += "E:" + token.name;
          break;
        case HtmlToken::Kind::Comment:
          seen += "C";
          break;
        case HtmlToken::Kind::RawText:
          seen += "R";
          break;
      }
    }
    EXPECT_EQ(seen, expected) << html;
    EXPECT_EQ(at, html.size()) << html;
  }
}

TEST(HtmlTokens, ReadAttributes) {
  const std::string html = "<a HREF=\"x&amp;y\" id=z b c='d\"e' href=second / =f>";
  HtmlTokens tokens(html);
  HtmlToken token;
  ASSERT_TRUE(tokens.next(token));
  EXPECT_EQ(token.attribute("href"), "x&y");
  EXPECT_EQ(token.attribute("id"), "z");
  EXPECT_TRUE(token.has("b"));
  EXPECT_EQ(token.attribute("c"), "d\"e");
  EXPECT_TRUE(token.has("=f"));
}

TEST(HtmlTokens, ReferencesAreDecoded) {
  EXPECT_EQ(decode_character_references("&lt;&#65;&#x42;&#x1F600; &bogus; & &#; &#xZ &#0; &#1114112;"),
            "<AB\U0001F600 &bogus; & &#; &#xZ \uFFFD \uFFFD");
  EXPECT_EQ(ascii_html("a\u00E9\u4F60\U0001F600"), "a&#233;&#20320;&#128512;");
}

TEST(HtmlLines, AreTheSameHoweverAClientWritesThem) {
  const std::string expected = "Alice Example\nExample & Sons";
  for (const std::string_view html :
       {"Alice Example<br>Example &amp; Sons", "<div>Alice  Example</div>\r\n<div>Example &amp; Sons</div>",
        "<p><b>Alice</b> <i>Example</i></p><p>Example&nbsp;&amp; Sons</p>",
        "<table><tr><td>Alice</td><td>Example</td></tr><tr><td>Example &#38; Sons</td></tr></table>",
        "<style>x</style><title>t</title>Alice\nExample<!-- c --><hr>Example &amp; Sons<script>s</script>"}) {
    EXPECT_EQ(html_lines(html), expected) << html;
  }
}

TEST(HtmlLines, AreFoundWholeOnly) {
  EXPECT_TRUE(shows_lines("a\nb\nc", "b\nc"));
  EXPECT_TRUE(shows_lines("b", "b"));
  EXPECT_FALSE(shows_lines("ab\nc", "b\nc"));
  EXPECT_FALSE(shows_lines("a\nbc", "a\nb"));
  EXPECT_FALSE(shows_lines("a", ""));
}

/// Where the signature goes, marked '|'; "locked" when nowhere.
std::string marked(std::string html) {
  const auto point = find_html_point(html);
  return point ? html.insert(point->at, "|") : "locked";
}

TEST(HtmlPoint, IsBeforeQuotesOrTheBodysEnd) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "|"},
      {"<p>a</p>", "<p>a</p>|"},
      {"<html><body>a</body></html>", "<html><body>a|</body></html>"},
      {"<body>a</body><!-- </body> -->", "<body>a|</body><!-- </body> -->"},
      {"<p>a</p><script>'</body>'</script>b", "<p>a</p><script>'</body>'</script>b|"},
      {"a</body>b</body>", "a</body>b|</body>"},
      {"a<div class=\"gmail_quote gmail_quote_container\">q</div></body>",
       "a|<div class=\"gmail_quote gmail_quote_container\">q</div></body>"},
      {"a<blockquote type=\"CITE\">q</blockquote>", "a|<blockquote type=\"CITE\">q</blockquote>"},
      {"a<blockquote>mine</blockquote>", "a<blockquote>mine</blockquote>|"},
      {"a<div id=appendonsend></div><hr><div id=divRplyFwdMsg>q",
       "a|<div id=appendonsend></div><hr><div id=divRplyFwdMsg>q"},
      {"a<div class=moz-cite-prefix>q</div>", "a|<div class=moz-cite-prefix>q</div>"},
      {"a<!-- open", "locked"},
      {"a</", "locked"},
      {"a<", "a<|"},
      {"a<style>b", "locked"},
      {"a<plaintext>b</body>", "locked"},
      {"a<textarea>b</body>", "locked"},
      {"a<p title=\"b</body>", "locked"},
      {"<script><!--<script></script></body>", "locked"},
  };
  for (const auto& [html, expected] : cases) EXPECT_EQ(marked(html), expected);
}

TEST(HtmlPoint, BelowAQuoteItEndsThePage) {
  const std::string quote = "a<div class=gmail_quote>q</div>";
  EXPECT_EQ(find_html_point(quote + "</body>", false)->at, quote.size());
  EXPECT_EQ(find_html_point(quote + "</body>more", false)->at, 1u);
}

TEST(OwnDiv, IsFoundByItsLinesAndOutsideQuotesOnly) {
  const auto is_alice = [](const std::string& lines) { return lines == "Alice"; };
  const std::string html =
      "x<div class=paraph-signature>Bob</div><div class='paraph-signature'><div>Alice</div></div>y";
  const auto div = find_own_div(html, is_alice);
  ASSERT_TRUE(div);
  EXPECT_EQ(html.substr(div->begin, div->size()), "<div class='paraph-signature'><div>Alice</div></div>");
  EXPECT_FALSE(find_own_div("<blockquote type=cite><div class=paraph-signature>Alice</div></blockquote>", is_alice));
  EXPECT_FALSE(find_own_div("<div class=paraph-signature>Alice", is_alice));
}

TEST(Images, AreTakenOutBySource) {
  EXPECT_EQ(without_image("a<IMG SRC='cid:x'>b<img src=cid:y>", "cid:x"), "ab<img src=cid:y>");
  EXPECT_TRUE(shows_image("<p><img alt=a src=\"cid:x\">", "cid:x"));
  EXPECT_FALSE(shows_image("<!-- <img src=\"cid:x\"> -->", "cid:x"));
}

}  // namespace
}  // namespace paraph::signature
