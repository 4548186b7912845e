#include "mime/content.h"

#include <gtest/gtest.h>

namespace paraph::mime {
namespace {

using Parameters = std::vector<mail::Parameter>;

struct Case {
  std::string_view value;
  Parameters parameters;
  bool exact = true;
};

TEST(ContentType, ReadsParametersInEveryForm) {
  const Case cases[] = {
      {"text/plain", {}},
      {" Text/PLAIN ; Charset=UTF-8", {{"charset", "UTF-8"}}},
      {"text/plain; charset=\"u\\tf-8\" (why not);", {{"charset", "utf-8"}}},
      {"text/plain; (d) charset (e) = (f) x", {{"charset", "x"}}},
      {"text (a) / (b) plain (c); (d) charset (e) = (f) x", {{"charset", "x"}}, false},
      {"(a) text/plain", {}, false},
      {"text/plain (a)", {}, false},
      {"text/(a)plain", {}, false},
      {"text / plain", {}, false},
      {"text/plain;\r\n\tname=\"a\r\n b\"", {{"name", "a b"}}},
      {"text/plain; name=my voice.wav; x=1", {{"name", "my voice.wav"}, {"x", "1"}}},
      {"text/plain; type=text/html; ; y=2", {{"type", "text/html"}, {"y", "2"}}},
      {"text/plain; name=", {{"name", ""}}},
      {"text/plain; name*=utf-8'en'%e2%82%ac%20rates", {{"name", "\u20ac rates"}}},
      {"text/plain; name*=iso-8859-1''%A3", {{"name", "\u00a3"}}},
      {"text/plain; name*1=b; name*0=a; name*3=no", {{"name", "ab"}}},
      {"text/plain; name*0*=utf-8''%e2%82; name*1*=%ac; name*2=\" %41\"", {{"name", "\u20ac %41"}}},
      {"text/plain; name=old; name*=utf-8''new", {{"name", "new"}}},
      {"text/plain; charset=a; charset=b", {{"charset", "a"}}, false},
      {"text/plain; charset", {}, false},
      {"text/plain charset=a", {}, false},
      {"text/plain; name=\"open", {{"name", "open"}}, false},
      {"multipart/mixed; boundary=\"a b\"", {{"boundary", "a b"}}},
      {"multipart/mixed; boundary=\"a(b)\"\r\n ; x=y", {{"boundary", "a(b)"}, {"x", "y"}}},
      {"multipart/mixed; boundary=\"a\\b\"", {{"boundary", "ab"}}, false},
      {"multipart/mixed; boundary=\"a\r\n b\"", {{"boundary", "a b"}}, false},
      {"multipart/mixed; boundary=(c)a", {{"boundary", "a"}}, false},
      {"multipart/mixed; boundary=a (c)", {{"boundary", "a"}}, false},
      {"multipart/mixed; boundary=\"a\" (c); x=y", {{"boundary", "a"}, {"x", "y"}}, false},
      {"multipart/mixed; boundary=a/b", {{"boundary", "a/b"}}, false},
      {"multipart/mixed; boundary*0=a; boundary*1=b", {{"boundary", "ab"}}, false},
      {"multipart/mixed; boundary*=us-ascii''ab", {{"boundary", "ab"}}, false},
      {"multipart/mixed; boundary=\"a \"", {{"boundary", "a "}}, false},
      {"multipart/mixed; boundary=\xc3\xa9", {{"boundary", "\xc3\xa9"}}, false},
  };
  for (const Case& each : cases) {
    const auto type = parse_content_type(each.value);
    ASSERT_TRUE(type) << each.value;
    EXPECT_EQ(type->parameters, each.parameters) << each.value;
    EXPECT_EQ(type->exact, each.exact) << each.value;
    EXPECT_TRUE(type->type == "text" || type->type == "multipart") << each.value;
  }
}

TEST(ContentType, NeedsTypeAndSubtype) {
  for (const std::string_view value :
       {"", "text", "text/", "/plain", "; charset=x", "te xt/plain", "(text/plain)", "\"text\"/plain"}) {
    EXPECT_FALSE(parse_content_type(value)) << value;
  }
}

TEST(Disposition, KeepsUnknownParameters) {
  const auto disposition = parse_disposition("Inline; voice=Voice-Message; handling=required; filename=\"a;b.amr\"");
  ASSERT_TRUE(disposition);
  EXPECT_EQ(disposition->type, "inline");
  EXPECT_EQ(disposition->parameters,
            (Parameters{{"voice", "Voice-Message"}, {"handling", "required"}, {"filename", "a;b.amr"}}));
  EXPECT_FALSE(parse_disposition(" ; filename=x"));
}

TEST(Parameters, AreBounded) {
  std::string value = "a/b";
  for (int i = 0; i < 1000; ++i) value += "; p" + std::to_string(i) + "=1";
  EXPECT_EQ(parse_content_type(value)->parameters.size(), 64u);
  EXPECT_EQ(parse_content_type("a/b; x=" + std::string(10'000, 'y'))->parameters[0].value.size(), 4096u);
  EXPECT_FALSE(parse_content_type(std::string(100'000, '(')));
}

TEST(SmallValues, Table) {
  EXPECT_EQ(parse_token(" Base64 (as always)"), "base64");
  EXPECT_FALSE(parse_token("base64 really"));
  EXPECT_FALSE(parse_token(""));
  EXPECT_EQ(parse_languages("en, de-CH (x) ,, zh junk"), (std::vector<std::string>{"en", "de-CH", "zh"}));
  EXPECT_EQ(parse_duration(" 12 (s)"), 12u);
  EXPECT_EQ(parse_duration("4294967295"), 4294967295u);
  for (const std::string_view bad : {"", "-1", "4294967296", "1.5", "00000000001"})
    EXPECT_FALSE(parse_duration(bad)) << bad;
  EXPECT_TRUE(is_mime_version_1(" 1 (a) . 0 (b)"));
  for (const std::string_view bad : {"", "1.1", "1.0.0", "10"}) EXPECT_FALSE(is_mime_version_1(bad)) << bad;
}

TEST(FormatParameter, ComesBack) {
  EXPECT_EQ(format_parameter("a", "b"), "a=b");
  EXPECT_EQ(format_parameter("a", ""), "a=\"\"");
  EXPECT_EQ(format_parameter("a", "b \"c\""), "a=\"b \\\"c\\\"\"");
  EXPECT_EQ(format_parameter("a", "\u20ac"), "a*=utf-8''%E2%82%AC");
  EXPECT_EQ(format_parameter("a", "x\r\ny"), "a*=utf-8''x%0D%0Ay");
  for (const std::string value : {"plain", "two words", "a;b=\"c\\", "h\u00e9llo 100%", "'*%"}) {
    const auto back = parse_content_type("x/y; " + format_parameter("p", value));
    EXPECT_EQ(back->parameters, (Parameters{{"p", value}}));
    EXPECT_TRUE(back->exact);
  }
}

}  // namespace
}  // namespace paraph::mime
