#include "report/text.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace paraph::report {
namespace {

TEST(ReportText, CleanedIsOneLineOfTheCharset) {
  struct Case {
    std::string_view text;
    Charset charset;
    std::string_view result;
  };
  for (const auto& [text, charset, result] : {
           Case{"550 5.1.1 no such user", Charset::Ascii, "550 5.1.1 no such user"},
           Case{"two\r\nStatus: 2.0.0\tlines", Charset::Ascii, "two  Status: 2.0.0 lines"},
           Case{std::string_view("a\0b\x7f", 4), Charset::Ascii, "a b "},
           Case{"gr\xC3\xBC\xC3\x9F", Charset::Ascii, "gr????"},
           Case{"gr\xC3\xBC\xC3\x9F", Charset::Utf8, "gr\xC3\xBC\xC3\x9F"},
           Case{"gr\xFC", Charset::Utf8, "gr?"},
       }) {
    EXPECT_EQ(cleaned(text, charset), result) << text;
  }
  EXPECT_EQ(cleaned("ab\xC3\xBC", Charset::Utf8, 3), "ab");
}

TEST(ReportText, FieldsAreFoldedAtBlanks) {
  std::string out;
  append_field(out, "Status", "5.1.1");
  EXPECT_EQ(out, "Status: 5.1.1\r\n");
  out.clear();
  append_field(out, "Diagnostic-Code",
               "smtp; 550 5.7.1 this message is not wanted here, because nobody here wants to be told of such things");
  EXPECT_EQ(out,
            "Diagnostic-Code: smtp; 550 5.7.1 this message is not wanted here, because\r\n"
            " nobody here wants to be told of such things\r\n");
}

TEST(ReportText, NoValueMakesALineTooLong) {
  std::string word(5000, 'x');
  std::string umlauts;
  for (int i = 0; i < 3000; ++i) umlauts += "\xC3\xBC";
  for (const auto& value : {word, word + " " + word, umlauts, std::string()}) {
    std::string out;
    append_field(out, "Name", value);
    for (const auto line : split(out, '\n')) {
      EXPECT_LE(line.size(), 999U);
      EXPECT_TRUE(is_utf8(line));
    }
  }
}

TEST(ReportText, AddressesHaveTypes) {
  const mail::Address umlaut{.local = "\xC3\xA4+b", .domain = "x.example"};
  EXPECT_EQ(typed_address({.local = "a b", .domain = "x.example"}, Charset::Utf8), "rfc822; \"a b\"@x.example");
  EXPECT_EQ(typed_address(umlaut, Charset::Utf8), "utf-8; \xC3\xA4+b@x.example");
  EXPECT_EQ(typed_address(umlaut, Charset::Ascii), "utf-8; \\x{E4}\\x{2B}b@x.example");
  EXPECT_EQ(typed_address({.local = "\xF0\x9F\x93\x9E", .domain = "x"}, Charset::Ascii), "utf-8; \\x{1F4DE}@x");
  EXPECT_EQ(typed_original("rfc822;Bob@x.example", Charset::Ascii), "rfc822; Bob@x.example");
  EXPECT_EQ(typed_original("UTF-8;\xC3\xA4@x", Charset::Ascii), "utf-8; \\x{E4}@x");
  EXPECT_EQ(typed_original("utf-8;\xC3@x", Charset::Ascii), "utf-8; ?@x");
  EXPECT_EQ(typed_original("x400;/a=b\r\nStatus: 2.0.0", Charset::Ascii), "x400; /a=b  Status: 2.0.0");
  EXPECT_EQ(typed_original("bob@x", Charset::Ascii), "");
  EXPECT_EQ(typed_original("", Charset::Ascii), "");
}

}  // namespace
}  // namespace paraph::report
