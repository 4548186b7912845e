#include "signature/make.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "signature/canonical.h"

namespace paraph::signature {
namespace {

TEST(CleanText, IsKeptInOneForm) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"Alice", "Alice"},
      {"Alice  \r\nExample\t\r\n\r\n", "Alice\nExample"},
      {"-- \nAlice", "Alice"},
      {"--\r\n\r\nAlice", "Alice"},
      {"\n\nAlice\n\nBob", "Alice\n\nBob"},
      {"a\tb", "a b"},
      {"e\u0301", "\u00E9"},
      {"\u05D0\u05D1 \u4F60\u597D \U0001F600", "\u05D0\u05D1 \u4F60\u597D \U0001F600"},
      {"", ""},
      {"-- \n", ""},
  };
  for (const auto& [input, expected] : cases) {
    const auto clean = clean_text(input);
    ASSERT_TRUE(clean) << printable(input);
    EXPECT_EQ(*clean, expected);
    EXPECT_EQ(clean_text(*clean).value(), *clean);
  }
}

TEST(CleanText, RefusesWhatCouldHideOrBreak) {
  using namespace std::string_literals;
  for (const auto& input : {"a\0b"s, "a\x1B[31m"s, "a\x7F"s, "\xC2\x85"s, "\u202Egpj.exe"s, "\u2066x"s, "\u2028"s,
                            "\uFEFFx"s, "\xFF"s, "-----BEGIN PGP MESSAGE-----"s, "a\x0Bz"s}) {
    EXPECT_EQ(clean_text(input).error().code, Code::BadInput) << printable(input);
  }
}

TEST(CleanText, HasLimits) {
  EXPECT_TRUE(clean_text(std::string(900, 'x')));
  EXPECT_EQ(clean_text(std::string(901, 'x')).error().code, Code::TooLarge);
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += "line\n";
  EXPECT_TRUE(clean_text(lines));
  EXPECT_EQ(clean_text(lines + "line\n").error().code, Code::TooLarge);
  EXPECT_EQ(clean_text(std::string(100'000, 'x')).error().code, Code::TooLarge);
}

// What is clean already is taken as it is; a line end after it sends it the long way.
TEST(CleanText, TheShortWayAgreesWithTheLongOne) {
  std::string lines = "1";
  for (int i = 2; i <= 20; ++i) lines += "\n" + std::to_string(i);
  for (const std::string& text : {std::string("Anna"),
                                  std::string("Anna\nSmith"),
                                  std::string(" Anna"),
                                  std::string("Anna\n\nSmith"),
                                  std::string("Anna\n--\nSmith"),
                                  std::string("--\nAnna"),
                                  std::string("-- \nAnna"),
                                  std::string("-Anna"),
                                  std::string("Anna \nSmith"),
                                  std::string("\nAnna"),
                                  std::string("a\tb"),
                                  std::string("a\x01"),
                                  std::string("a\x7F"),
                                  std::string("\u00C4nne"),
                                  std::string("-----BEGIN PGP MESSAGE-----"),
                                  std::string(900, 'x'),
                                  std::string(901, 'x'),
                                  std::string("a\n") + std::string(901, 'x'),
                                  lines,
                                  lines + "\n21"}) {
    const auto direct = clean_text(text);
    const auto round = clean_text(text + "\n");
    ASSERT_EQ(direct.has_value(), round.has_value()) << text;
    if (direct) EXPECT_EQ(*direct, *round);
    if (!direct) EXPECT_EQ(direct.error().code, round.error().code);
  }
}

TEST(CleanHtml, KeepsWhatIsAllowed) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"<b>Alice</b>", "<b>Alice</b>"},
      {"<B>Alice", "<b>Alice</b>"},
      {"<div><p>a</div>b", "<div><p>a</p></div>b"},
      {"</div>a</p>", "a"},
      {"a<br/>b", "a<br>b"},
      {"1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"},
      {"&lt;script&gt; &eacute;&Uuml; &bogus;", "&lt;script&gt; \u00E9\u00DC &amp;bogus;"},
      {"<a href='https://example.org/?a=1&amp;b=2'>x</a>", "<a href=\"https://example.org/?a=1&amp;b=2\">x</a>"},
      {"<a href=mailto:a@example.org>x</a>", "<a href=\"mailto:a@example.org\">x</a>"},
      {"<a href=\"tel:+4912345\">x</a>", "<a href=\"tel:+4912345\">x</a>"},
      {"<img src=\"cid:signature-image\" width=200 alt=\"a&quot;b\">",
       "<img src=\"cid:signature-image\" alt=\"a&quot;b\" width=\"200\">"},
      {"<p style=\"color: #ff0000; font-size:12px; position: fixed\">x</p>",
       "<p style=\"color: #ff0000; font-size: 12px\">x</p>"},
      {"<span style='font-family: \"Arial\", sans-serif'>x</span>",
       "<span style=\"font-family: 'Arial', sans-serif\">x</span>"},
      {"<font color=red size=\"+1\" face=\"Arial, Helvetica\">x</font>",
       "<font color=\"red\" face=\"Arial, Helvetica\" size=\"+1\">x</font>"},
      {"<table border=1><tr><td colspan=2>x</table>y",
       "<table border=\"1\"><tr><td colspan=\"2\">x</td></tr></table>y"},
      {"<section>x</section>", "x"},
      {"\u4F60\u597D", "\u4F60\u597D"},
  };
  for (const auto& [input, expected] : cases) {
    const auto clean = clean_html(input);
    ASSERT_TRUE(clean) << input;
    EXPECT_EQ(*clean, expected);
  }
}

/// What no sanitized signature may hold, in whatever letter case.
const std::vector<std::string> kForbidden{
    "<script", "<style",    "<svg",   "<math", "<iframe",  "<object",    "<!--",      "javascript:", "vbscript:",
    "onerror", "onload",    "http:",  "data:", "url(",     "expression", "<meta",     "<link",       "<form",
    "<input",  "<template", "class=", "id=",   "position", "<base",      "<noscript", "@import"};

TEST(CleanHtml, HostileInputBecomesInert) {
  const std::vector<std::string> inputs{
      "<script>alert(1)</script>x",
      "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
      "<scr<script>ipt>alert(1)</scr</script>ipt>",
      "<img src=x onerror=alert(1)>",
      "<img src=\"cid:signature-image\" onerror=\"alert(1)\">",
      "<img src='cid:signature-image'onload=alert(1)>",
      "<img src=\"http://tracker.example/p.gif\">",
      "<img src=\"data:image/svg+xml;base64,AAAA\">",
      "<img src=cid:other>",
      "<a href=\"javascript:alert(1)\">x</a>",
      "<a href=\"java&#115;cript:alert(1)\">x</a>",
      "<a href=\" &#14; javascript:alert(1)\">x</a>",
      "<a href=\"JaVaScRiPt&colon;alert(1)\">x</a>",
      "<a href=\"https://x\" onclick=alert(1)>x</a>",
      "<a href=\"https://e.example/&quot; onmouseover=&quot;alert(1)\">x</a>",
      "<a href=\"vbscript:x\">x</a>",
      "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
      "<svg><script>alert(1)</script></svg>x",
      "<svg/onload=alert(1)>",
      "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
      "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
      "<style>body{background:url(http://t.example)}</style>",
      "<p style=\"background:url(http://t.example)\">x</p>",
      "<p style=\"width: expression(alert(1))\">x</p>",
      "<p style=\"color: red\\; position: fixed\">x</p>",
      "<p style=\"font: 12px/**/url(x)\">x</p>",
      "<p style=\"margin: -1000px\">x</p>",
      "<p style=\"width: 100000px\">x</p>",
      "<div class=gmail_quote id=x>y</div>",
      "<!-- comment --><!--[if mso]><p>x</p><![endif]-->",
      "<!DOCTYPE html><html><head><title>t</title><meta http-equiv=refresh content=0><link rel=stylesheet "
      "href=x></head><body>x",
      "<iframe src=https://x></iframe>",
      "<iframe srcdoc='<script>alert(1)</script>'>",
      "<object data=x><embed src=y></object>",
      "<form action=https://x><input name=p></form>",
      "<template><script>alert(1)</script></template>x",
      "<textarea><script>alert(1)</script></textarea>",
      "<title><img src=x onerror=alert(1)></title>",
      "<xmp><script>alert(1)</script></xmp>",
      "<plaintext><script>alert(1)</script>",
      "<p title=\"unclosed",
      "<p a=\"b\" a=\"c\" style",
      "<img src=cid:signature-image style=\"x:expression(1)\" =onerror=alert(1)>",
      "<base href=https://evil.example>",
      "<p>&#x3C;script&#x3E;alert(1)</p>",
      "<b>\u0338script>",
      "<div\x0Bonload=alert(1)>x",
      "<a/href=\"javascript:1\"/onclick=1>x",
      "<//script><!>x</>",
  };
  for (const auto& input : inputs) {
    const auto clean = clean_html(input);
    ASSERT_TRUE(clean) << printable(input);
    std::string tags;  // only what stands within tags can do harm: text is escaped
    bool inside = false;
    for (const char c : *clean) {
      if (c == '<') inside = true;
      if (inside) tags += to_lower(c);
      if (c == '>') inside = false;
    }
    EXPECT_FALSE(inside) << *clean;
    for (const auto& word : kForbidden)
      EXPECT_EQ(tags.find(word), std::string::npos) << word << " of " << input << " in " << *clean;
    EXPECT_EQ(clean_html(*clean).value(), *clean) << input;
  }
}

TEST(CleanHtml, HasLimits) {
  EXPECT_EQ(clean_html(std::string(300'000, 'x')).error().code, Code::TooLarge);
  EXPECT_EQ(clean_html(std::string(33'000, 'x')).error().code, Code::TooLarge);
  EXPECT_EQ(clean_html(std::string(10'000, '&')).error().code, Code::TooLarge);
  EXPECT_EQ(clean_html("\xFF").error().code, Code::BadInput);
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += "<div>";
  EXPECT_EQ(clean_html(deep).error().code, Code::BadInput);
}

TEST(Revision, ChangesWithEveryContentAndWithNothingElse) {
  mail::Signature signature{.owner = "a@example.org", .text = "T"};
  const std::string first = revision_of(signature);
  EXPECT_EQ(first.size(), 22u);
  signature.number = 9;
  EXPECT_EQ(revision_of(signature), first);
  signature.html = "T";
  EXPECT_NE(revision_of(signature), first);
  EXPECT_EQ(revision_of(mail::Signature{.owner = "a@example.org"}), "");
}

TEST(Remember, KeepsWhatAMessageIsComparedWith) {
  mail::Signature signature{.text = "Alice",
                            .image = mail::SignatureMedia{.media_type = "image/png", .extension = "png", .bytes = 7}};
  signature.voice.push_back({.media_type = "audio/AMR", .extension = "amr", .bytes = 9, .duration = 1});
  const auto past = remember(signature);
  EXPECT_EQ(past.media_bytes, (std::vector<std::uint64_t>{7, 9}));
  EXPECT_EQ(past.text_hash.size(), 32u);
  EXPECT_EQ(past.html_hash.size(), 32u);
  EXPECT_EQ(past.kinds, "text:image:voice");
  EXPECT_EQ(remember(mail::Signature{}).text_hash, "");
  EXPECT_EQ(remember(mail::Signature{}).kinds, "none");
}

TEST(Canonical, TextIsComparedWithoutWhatClientsChange) {
  EXPECT_EQ(canonical_text("a \nb\n\n"), "a\r\nb\r\n");
  EXPECT_EQ(canonical_text("a\r\nb"), "a\r\nb\r\n");
  EXPECT_EQ(canonical_text("\r\n\r\n"), "");
  EXPECT_EQ(html_from_text("a <b>\n  c"), "a &lt;b&gt;<br>&nbsp;&nbsp;c");
}

}  // namespace
}  // namespace paraph::signature
