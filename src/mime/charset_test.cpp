#include "mime/charset.h"

#include <gtest/gtest.h>

namespace paraph::mime {
namespace {

std::string utf8(std::string_view charset, std::string_view octets) {
  auto text = to_utf8(charset, octets);
  return text ? *text : "failed";
}

Code code_of(const Result<std::string>& result) { return result ? Code::Exists : result.error().code; }

TEST(Charset, ToUtf8) {
  EXPECT_EQ(utf8("", "abc"), "abc");
  EXPECT_EQ(utf8("UTF-8", "\xc3\xa9"), "\u00e9");
  EXPECT_EQ(utf8("ISO-8859-1", "\xe9"), "\u00e9");
  EXPECT_EQ(utf8("windows-1252", "\x80"), "\u20ac");
  EXPECT_EQ(utf8("gb18030", "\xc4\xe3\xba\xc3"), "\u4f60\u597d");
  EXPECT_EQ(utf8("iso-2022-jp", "\x1b$B\x46\x7c\x1b(B"), "\u65e5");
  EXPECT_EQ(utf8("utf-7", "+IKw-"), "\u20ac");
}

TEST(Charset, StrictRefusesWhatDoesNotFit) {
  EXPECT_EQ(code_of(to_utf8("us-ascii", "\xe9")), Code::BadInput);
  EXPECT_EQ(code_of(to_utf8("utf-8", "\xe9")), Code::BadInput);
  EXPECT_EQ(code_of(to_utf8("shift_jis", "\x81")), Code::BadInput);
  EXPECT_EQ(code_of(to_utf8("unknown-8bit", "a")), Code::Unsupported);
  EXPECT_EQ(code_of(to_utf8("latin1,swaplfnl", "a")), Code::Unsupported);
  EXPECT_EQ(code_of(to_utf8(std::string(1000, 'x'), "a")), Code::Unsupported);
  EXPECT_EQ(code_of(from_utf8("iso-8859-1", "\u20ac")), Code::BadInput);
  EXPECT_EQ(code_of(from_utf8("us-ascii", "\u00e9")), Code::BadInput);
  EXPECT_EQ(code_of(from_utf8("utf-8", "\xff")), Code::BadInput);
}

TEST(Charset, LossyAlwaysGivesText) {
  EXPECT_EQ(to_utf8_lossy("us-ascii", "a\xe9z"), "a\ufffdz");
  EXPECT_EQ(to_utf8_lossy("utf-8", "\xe2\x82"), "\ufffd\ufffd");
  EXPECT_EQ(to_utf8_lossy("no-such", "a\xc3\xa9"), "a\u00e9");
  EXPECT_EQ(to_utf8_lossy("shift_jis", "a\x81"), "a\ufffd");
}

TEST(Charset, FromUtf8ComesBack) {
  for (const std::string_view charset :
       {"iso-8859-15", "windows-1252", "gb18030", "utf-16", "iso-2022-jp", "utf-7", "utf-8", "koi8-r"}) {
    const std::string text = charset == "koi8-r"        ? "\u043f\u0440\u0438"
                             : charset == "iso-2022-jp" ? "\u65e5 x"
                                                        : "\u20ac a";
    const auto octets = from_utf8(charset, text);
    ASSERT_TRUE(octets) << charset;
    EXPECT_EQ(utf8(charset, *octets), text) << charset;
  }
}

TEST(Charset, KoreanBeginsWithItsDesignator) {
  // RFC 1557: a reader that meets no such line takes the octets after it for ASCII.
  EXPECT_EQ(from_utf8("iso-2022-kr", "\uC548\r\n").value(), "\x1b$)C\x0e>H\x0f\r\n");
  EXPECT_EQ(utf8("iso-2022-kr", "\x1b$)C\x0e>H\x0f\r\n"), "\uC548\r\n");
}

TEST(Charset, AsciiSupersets) {
  for (const std::string_view yes :
       {"", "us-ascii", "utf-8", "iso-8859-1", "windows-1252", "gb18030", "gbk", "big5", "euc-jp", "koi8-r"}) {
    EXPECT_TRUE(is_ascii_superset(yes)) << yes;
  }
  for (const std::string_view no :
       {"utf-16", "utf-7", "iso-2022-jp", "iso-2022-kr", "hz-gb-2312", "ibm037", "no-such", "utf-32"}) {
    EXPECT_FALSE(is_ascii_superset(no)) << no;
  }
}

TEST(Charset, LongTextPassesTheChunks) {
  std::string latin;
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    latin += i % 2 == 0 ? '\xe9' : 'x';
    expected += i % 2 == 0 ? "\u00e9" : "x";
  }
  EXPECT_EQ(utf8("iso-8859-1", latin), expected);
  EXPECT_EQ(*from_utf8("iso-8859-1", expected), latin);
}

}  // namespace
}  // namespace paraph::mime
