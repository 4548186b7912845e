#include "mime/quoted_printable.h"

#include <gtest/gtest.h>

#include <random>

#include "base/testing.h"

namespace paraph::mime {
namespace {

TEST(QuotedPrintable, DecodesTheSameHoweverItIsCut) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"a=20b=3D", "a b="},
      {"a=c3=A9", "a\u00e9"},
      {"soft=\r\nbreak", "softbreak"},
      {"soft= \t\r\nbreak", "softbreak"},
      {"blanks  \t\r\nend  ", "blanks\r\nend"},
      {"wrong =XY =4 = 1", "wrong =XY =4 = 1"},
      {"end=", "end"},
      {"bare\nlf \nx", "bare\nlf\nx"},
      {"cr\rmid\r", "cr\rmid\r"},
      {"=\rx", "=\rx"},
      {"a =\r\n b", "a  b"},
      {"==41=\r\n=", "=A"},
  };
  for (const auto& [raw, expected] : cases) {
    EXPECT_EQ(decode_quoted_printable(raw), expected) << raw;
    for_every_split(raw, [&](const std::vector<std::string>& pieces) {
      QuotedPrintableDecoder decoder;
      std::string out;
      for (const auto& piece : pieces) decoder.feed(piece, out);
      decoder.finish(out);
      EXPECT_EQ(out, expected) << raw;
    });
  }
}

TEST(QuotedPrintable, Encodes) {
  EXPECT_EQ(encode_quoted_printable("a=b\r\n\u00e9 \r\nx\t"), "a=3Db\r\n=C3=A9=20\r\nx=09");
  EXPECT_EQ(encode_quoted_printable("From me\r\n.\r\n"), "=46rom me\r\n=2E\r\n");
  EXPECT_EQ(encode_quoted_printable("a\rb\nc"), "a=0Db=0Ac");
  EXPECT_EQ(encode_quoted_printable(std::string(76, 'x')), std::string(76, 'x'));
  EXPECT_EQ(encode_quoted_printable(std::string(77, 'x')), std::string(75, 'x') + "=\r\nxx");
}

TEST(QuotedPrintable, EncodedTextComesBackInShortLines) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    while (text.size() < 300) {
      constexpr std::string_view kPieces[] = {
          "\r\n", " ", "=", ".", "From ", "\xc3\xa9", "word", "\t", "\r", "\n", "xxxxxxxxxxxxxxxxxxxxxxxxx"};
      text += kPieces[random() % std::size(kPieces)];
    }
    const std::string encoded = encode_quoted_printable(text);
    EXPECT_EQ(decode_quoted_printable(encoded), text);
    for (std::size_t at = 0; at < encoded.size();) {
      const auto end = std::min(encoded.find("\r\n", at), encoded.size());
      EXPECT_LE(end - at, 76u);
      EXPECT_NE(encoded.substr(at, end - at), ".");
      at = end + 2;
    }
  }
}

}  // namespace
}  // namespace paraph::mime
