#include "base/text.h"

#include <gtest/gtest.h>

namespace paraph {
namespace {

TEST(Text, IfindIsCaseInsensitiveAndHonoursFrom) {
  EXPECT_EQ(ifind("Hello World", "world"), 6u);
  EXPECT_EQ(ifind("aXbx", "x", 2), 3u);
  EXPECT_EQ(ifind("abc", "d"), std::string_view::npos);
  EXPECT_EQ(ifind("abc", "a", 9), std::string_view::npos);
}

TEST(Text, SplitKeepsEmptyPieces) { EXPECT_EQ(split("a,,b", ',').size(), 3u); }

TEST(Text, ParseDecimalTakesWholeNumbersOnly) {
  EXPECT_EQ(parse_decimal("18446744073709551615"), 18446744073709551615ull);
  for (const auto* bad : {"", "18446744073709551616", "1 ", "-1", "+1", "0x1"}) EXPECT_FALSE(parse_decimal(bad)) << bad;
}

TEST(Text, PrintableLetsNoControlThrough) { EXPECT_EQ(printable("a\r\n\x80"), "a\\x0d\\x0a\\x80"); }

TEST(Text, Utf8) {
  for (const auto* good : {"", "abc", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) EXPECT_TRUE(is_utf8(good)) << good;
  for (const auto* bad : {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF"}) EXPECT_FALSE(is_utf8(bad)) << bad;
}

}  // namespace
}  // namespace paraph
