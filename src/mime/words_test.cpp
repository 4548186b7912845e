#include "mime/words.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace paraph::mime {
namespace {

TEST(DecodeWords, Table) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"=?utf-8?Q?h=C3=A9llo_you?=", "h\u00e9llo you"},
      {"=?UTF-8?b?aMOpbGxv?=", "h\u00e9llo"},
      {"=?iso-8859-1*en?q?=A3?= 5", "\u00a3 5"},
      {"a =?utf-8?Q?b?= c", "a b c"},
      {"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"},
      {"=?utf-8?Q?a?=  \t =?iso-8859-1?Q?=E9?= x", "a\u00e9 x"},
      {"=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=", "\u20ac"},
      {"=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "\u20ac"},
      {"=?utf-8?X?a?=", "=?utf-8?X?a?="},
      {"=?utf-8?Q?a", "=?utf-8?Q?a"},
      {"=? =?utf-8?Q?a?=", "=? a"},
      {"=??Q?a?=", "=??Q?a?="},
      {"=?utf-8?Q?a?b?=", "=?utf-8?Q?a?b?="},
      {"=?utf-8?Q?a=0D=0ABcc:_x?=", "a  Bcc: x"},
      {"raw \xc3\xa9", "raw \u00e9"},
      {"raw \xe9!", "raw \ufffd!"},
      {"=?utf-8?Q?=FF?=", "\ufffd"},
      {"=?gb2312?B?xOO6ww==?=", "\u4f60\u597d"},
      {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "\u65e5\u672c"},
      {"x =?utf-8?Q?y?=  ", "x y  "},
  };
  for (const auto& [raw, expected] : cases) EXPECT_EQ(decode_words(raw), expected) << raw;
}

TEST(DecodeWords, IsLinear) {
  std::string hostile;
  for (int i = 0; i < 100'000; ++i) hostile += "=?a";
  EXPECT_EQ(decode_words(hostile), hostile);
  hostile.clear();
  for (int i = 0; i < 50'000; ++i) hostile += "=?a?q?";
  EXPECT_EQ(decode_words(hostile), hostile);
}

TEST(EncodeWords, PlainTextStays) {
  EXPECT_EQ(encode_words("Hello, world"), "Hello, world");
  EXPECT_EQ(encode_words(""), "");
  EXPECT_EQ(encode_words("h\u00e9llo hello"), "=?utf-8?Q?h=C3=A9llo_hello?=");
  EXPECT_EQ(encode_words("\u65e5\u672c"), "=?utf-8?B?5pel5pys?=");
}

TEST(EncodeWords, ComesBackInShortLines) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += i % 3 == 0 ? "\u20ac" : i % 3 == 1 ? "\U0001F600" : "ab ";
  for (const std::string& input : {text, std::string("=?utf-8?Q?x?="), std::string("line\r\nend"),
                                   std::string(500, '\x7f'), "\u00e9" + std::string(300, 'x')}) {
    for (const std::size_t column : {0u, 9u, 40u, 74u, 200u}) {
      const std::string encoded = encode_words(input, column);
      std::size_t begin = 0;
      for (std::size_t end = 0; end != std::string::npos; begin = end + 3) {
        end = encoded.find("\r\n ", begin);
        EXPECT_LE(encoded.substr(begin, end - begin).size(), 75u);
        if (end == std::string::npos) break;
      }
      std::string shown = input;
      for (char& c : shown) c = c == '\r' || c == '\n' ? ' ' : c;
      EXPECT_EQ(decode_words(encoded), shown);
      EXPECT_TRUE(is_ascii(encoded));
    }
  }
}

}  // namespace
}  // namespace paraph::mime
