#include "signature/template.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "signature/make.h"

namespace paraph::signature {
namespace {

const Fields kAlice{{"displayName", "Alice Example"},
                    {"tel", "+49 (30) 123-45"},
                    {"mail", "alice@example.org"},
                    {"org", "Example & Sons"},
                    {"title", ""},
                    {"url", "https://example.org/a?b=1"}};

TEST(FillText, Fields) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{{displayName}}", "Alice Example"},
      {"{{ displayname }}, {{TEL}}", "Alice Example, +49 (30) 123-45"},
      {"{{cn}} {{telephoneNumber}} {{email}} {{o}}", "Alice Example +49 (30) 123-45 alice@example.org Example & Sons"},
      {"a {{nothing}} b", "a  b"},
      {"no fields", "no fields"},
      {"", ""},
  };
  for (const auto& [input, expected] : cases) EXPECT_EQ(fill_text(input, kAlice), expected) << input;
}

TEST(FillText, BracesThatNameNothingStay) {
  for (const std::string input :
       {"{{", "}}", "{{}}", "{{{displayName}}}", "{{{{displayName}}", "{{displayName", "{{displayName}",
        "{displayName}", "{{1}}", "{{a b}}", "{{a\u00E9}}", "x {{- y", "{{ {{", "{{a\n}}"}) {
    EXPECT_EQ(fill_text(input, kAlice), input);
  }
  EXPECT_EQ(fill_text("{{displayName}}}", kAlice), "Alice Example}");
  EXPECT_EQ(fill_text("{{x {{displayName}}", kAlice), "{{x Alice Example");
  EXPECT_EQ(fill_text("{{" + std::string(65, 'a') + "}}", kAlice), "{{" + std::string(65, 'a') + "}}");
}

TEST(FillText, LinesOfEmptyFieldsGo) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{{displayName}}\n{{title}}\n{{tel}}", "Alice Example\n+49 (30) 123-45"},
      {"{{displayName}}\r\n{{title}}, {{unit}}\r\nBye", "Alice Example\nBye"},
      {"Title: {{title}}\nTel: {{tel}}", "Tel: +49 (30) 123-45"},
      {"Title: {{title}} | Unit: {{unit}}\nx", "x"},
      {"\u260E {{title}}\n\U0001F4DE {{unit}}\nx", "x"},
      {"Regards {{title}}", "Regards "},
      {"a\n\nb", "a\n\nb"},
      {"--\n{{title}}", "--"},
  };
  for (const auto& [input, expected] : cases) EXPECT_EQ(fill_text(input, kAlice), expected) << input;
}

TEST(FillText, PunctuationStandsBetweenTwo) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{{title}}, {{org}}", "Example & Sons"},
      {"{{org}}, {{title}}", "Example & Sons"},
      {"{{org}} | {{title}} | {{mail}}", "Example & Sons | alice@example.org"},
      {"{{org}} ({{title}})", "Example & Sons"},
      {"({{title}}) {{org}}", "Example & Sons"},
      {"({{org}})", "(Example & Sons)"},
      {"* {{org}} - {{mail}} *", "* Example & Sons - alice@example.org *"},
  };
  for (const auto& [input, expected] : cases) EXPECT_EQ(fill_text(input, kAlice), expected) << input;
}

std::string filled(std::string value) { return fill_text("<{{a}}>", {{"a", std::move(value)}}); }

TEST(FillText, ValuesAreOnePlainLine) {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, std::string>> cases{
      {"a\r\nBcc: b", "<a Bcc: b>"},
      {"a\0\x1B[31m\x7F"s, "<a[31m>"},
      {"\u202Egpj.exe\u2069", "<gpj.exe>"},
      {"\u2028\uFEFF\xC2\x85x", "<x>"},
      {"\t a \n", "<a>"},
      {"{{a}}", "<{{a}}>"},
      {"J\u00FCrgen \u4F60\u597D", "<J\u00FCrgen \u4F60\u597D>"},
  };
  for (const auto& [input, expected] : cases) EXPECT_EQ(filled(input), expected) << printable(input);
  EXPECT_EQ(fill_text("x{{a}}", {{"a", "\xFF"}}), "x");
}

TEST(FillText, IsBounded) {
  EXPECT_EQ(filled(std::string(1000, 'a')), "<" + std::string(256, 'a') + ">");
  std::string wide = "a";
  for (int i = 0; i < 300; ++i) wide += "\u4F60";
  const std::string cut = filled(wide);
  EXPECT_TRUE(is_utf8(cut));
  EXPECT_EQ(cut.size(), 1 + 85 * 3 + 2u);
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "{{a}}";
  EXPECT_LE(fill_text(many, {{"a", std::string(256, 'a')}}).size(), 16u * 1024);
}

TEST(FillText, WhatComesOutIsClean) {
  const auto text = fill_text("{{displayName}}\n{{title}}\nTel: {{tel}}", kAlice);
  EXPECT_EQ(clean_text(text).value(), text);
}

TEST(NamesFields, SeesThem) {
  EXPECT_TRUE(names_fields("a {{b}}"));
  EXPECT_FALSE(names_fields("a {{{b}}} {{ {c}}"));
}

TEST(FillHtml, EscapesByPlace) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"<b>{{org}}</b>", "<b>Example &amp; Sons</b>"},
      {"<a href=\"tel:{{tel}}\">{{tel}}</a>", "<a href=\"tel:+493012345\">+49 (30) 123-45</a>"},
      {"<a href='mailto:{{mail}}'>x</a>", "<a href=\"mailto:alice@example.org\">x</a>"},
      {"<a href={{url}}>x</a>", "<a href=\"https://example.org/a?b=1\">x</a>"},
      {"<a href=\"https://e.org/?q={{org}}\">x</a>", "<a href=\"https://e.org/?q=Example%20%26%20Sons\">x</a>"},
      {"<a href=\"https://e.org/\"class=\"x\">{{mail}}</a>", "<a href=\"https://e.org/\">alice@example.org</a>"},
      {"<img src=\"cid:signature-image\" alt=\"{{displayName}}\">",
       "<img src=\"cid:signature-image\" alt=\"Alice Example\">"},
  };
  for (const auto& [input, expected] : cases)
    EXPECT_EQ(clean_html(fill_html(input, kAlice)).value(), expected) << input;
}

TEST(FillHtml, NoValueBreaksOut) {
  const std::vector<std::string> values{"<script>alert(1)</script>",
                                        "\" onmouseover=\"x",
                                        "' onmouseover='x",
                                        "a onclick=x",
                                        "javascript:alert(1)",
                                        "&#60;script&#62;",
                                        "-->",
                                        "\\\"><img src=x>"};
  const std::vector<std::string> places{"<b>{{v}}</b>",
                                        "<a href=\"{{v}}\">x</a>",
                                        "<a href='{{v}}'>x</a>",
                                        "<a href={{v}}>x</a>",
                                        "<a href=\"https://e.org/{{v}}\">x</a>",
                                        "<a href=\"tel:{{v}}\">x</a>",
                                        "<img src=\"cid:signature-image\" alt={{v}}>",
                                        "<a {{v}}>x</a>",
                                        "<{{v}}>x",
                                        "<!-- {{v}} -->",
                                        "<font color={{v}}>x</font>",
                                        "<style>{{v}}</style>",
                                        "<a href=\"{{v}}"};
  for (const auto& place : places) {
    for (const auto& value : values) {
      const auto clean = clean_html(fill_html(place, {{"v", value}})).value();
      for (const auto* bad : {"<script", " onmouseover=\"", " onclick=\"", "href=\"javascript", "src=\"x\""})
        EXPECT_EQ(clean.find(bad), std::string::npos) << place << " " << value << " " << clean;
    }
  }
}

TEST(FillHtml, LinesOfEmptyFieldsGo) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"<div>{{displayName}}</div><div>{{title}}</div><div>{{mail}}</div>",
       "<div>Alice Example</div><div>alice@example.org</div>"},
      {"{{displayName}}<br>{{title}}<br>\n{{mail}}", "Alice Example<br>\nalice@example.org"},
      {"<b>{{title}}</b>, <i>{{org}}</i>", "<b></b><i>Example &amp; Sons</i>"},
      {"<div>\n<b>{{title}}\n</b></div>", "<div>\n<b></b></div>"},
      {"<tr><td>Title:</td><td>{{title}}</td></tr><tr><td>Tel:</td><td>{{tel}}</td></tr>",
       "<tr><td>Tel:</td><td>+49 (30) 123-45</td></tr>"},
      {"<p>&#9742;&nbsp;{{title}}</p><p>x</p>", "<p>x</p>"},
      {"<p>Tel <a href=\"tel:{{tel}}\">{{tel}}</a></p>",
       "<p>Tel <a href=\"tel:&#43;493012345\">+49 (30) 123-45</a></p>"},
  };
  for (const auto& [input, expected] : cases) EXPECT_EQ(fill_html(input, kAlice), expected) << input;
}

TEST(FillHtml, IsBoundedAndLinear) {
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "<a href=\"{{a}}\">{{a}}";
  EXPECT_LE(fill_html(many, {{"a", std::string(256, '<')}}).size(), many.size() + 16u * 1024 * 10);
  std::string braces(200'000, '{');
  EXPECT_EQ(fill_html(braces, kAlice), braces);
  std::string open;
  for (int i = 0; i < 50'000; ++i) open += "{{a ";
  EXPECT_EQ(fill_html(open, kAlice), open);
}

}  // namespace
}  // namespace paraph::signature
