#include "mime/base64.h"

#include <gtest/gtest.h>

#include <random>

#include "base/testing.h"
#include "mime/base64_kernel.h"

namespace paraph::mime {
namespace {

std::string random_octets(std::size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::string out(bytes, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

TEST(Base64, Rfc4648Vectors) {
  const std::pair<std::string_view, std::string_view> cases[] = {{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [octets, text] : cases) {
    EXPECT_EQ(encode_base64(octets, 0, false), text);
    std::string back;
    EXPECT_TRUE(append_canonical_decoded(back, text));
    EXPECT_EQ(back, octets);
    EXPECT_EQ(decode_base64(text), octets);
  }
}

TEST(Base64, LinesHaveTheSizeThatIsTold) {
  for (std::size_t bytes = 0; bytes < 200; ++bytes) {
    const std::string octets = random_octets(bytes, 1);
    for (const std::uint32_t line : {0u, 4u, 8u, 32u, 36u, 64u, 76u, 996u}) {
      for (const bool final_crlf : {false, true}) {
        const std::string text = encode_base64(octets, line, final_crlf);
        EXPECT_EQ(text.size(), base64_size(bytes, line, final_crlf));
        EXPECT_EQ(text.ends_with("\r\n"), final_crlf && bytes != 0);
        EXPECT_EQ(decode_base64(text), octets);
        if (line != 0 && text.size() > line) {
          EXPECT_EQ(text.substr(line, 2), "\r\n");
        }
      }
    }
  }
}

TEST(Base64, KernelsAgreeOnAllOctets) {
  const std::string octets = random_octets(4000, 2);
  for (const std::size_t line : {3u, 21u, 24u, 27u, 45u, 48u, 57u, 72u, 747u}) {
    const std::size_t lines = octets.size() / line;
    const std::size_t size = lines * (line / 3 * 4 + 2);
    std::string a(size, '\0'), b(size, '\0');
    scalar_base64().encode_lines(a.data(), octets.data(), lines, line, true);
    best_base64().encode_lines(b.data(), octets.data(), lines, line, true);
    EXPECT_EQ(a, b);
    std::string decoded(lines * line, '\0');
    EXPECT_EQ(best_base64().decode_lines(decoded.data(), a.data(), lines, line / 3 * 4, true), lines);
    EXPECT_EQ(decoded, octets.substr(0, decoded.size()));
  }
}

TEST(Base64, KernelsAgreeOnEveryWrongCharacter) {
  const std::string good = encode_base64(random_octets(57 * 3, 3), 76, true);
  std::string out(57 * 3, '\0');
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int c = 0; c < 256; ++c) {
      std::string text = good;
      text[at] = static_cast<char>(c);
      EXPECT_EQ(best_base64().decode_lines(out.data(), text.data(), 3, 76, true),
                scalar_base64().decode_lines(out.data(), text.data(), 3, 76, true));
      EXPECT_EQ(best_base64().check_lines(text.data(), 3, 76), scalar_base64().check_lines(text.data(), 3, 76));
      EXPECT_EQ(best_base64().prefix(text.data(), text.size()), scalar_base64().prefix(text.data(), text.size()));
    }
  }
}

TEST(Base64, LinesOfOneLengthAreTakenButTheLast) {
  const std::string line = std::string(76, 'A') + "\r\n";
  const std::pair<std::string, std::size_t> cases[] = {{"", 0},
                                                       {line, 0},
                                                       {line + line, 1},
                                                       {line + line + line + "AAAA", 2},
                                                       {line + std::string(72, 'A') + "\r\n" + line, 0},
                                                       {line + line + "--b\r\n", 1},
                                                       {line + line + line.substr(0, 70), 1},
                                                       {std::string(31, 'A') + "\r\n" + line, 0},
                                                       {"\r\n" + line + line, 0}};
  for (const auto& [text, lines] : cases) {
    EXPECT_EQ(base64_lines(text).lines, lines) << text;
    EXPECT_EQ(base64_lines(text).bytes, lines * line.size()) << text;
  }
  for (const std::size_t length : {32u, 33u, 60u, 64u, 77u, 998u}) {
    std::string text;
    for (int i = 0; i < 4; ++i) text += std::string(length, 'z') + "\r\n";
    EXPECT_EQ(base64_lines(text).lines, 3u) << length;
  }
}

TEST(Base64, CanonicalMeansOneSpelling) {
  for (const std::string_view bad : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "====", "Z===", "Zm9v=", "Zg==Zg==", "Zm9v\r\n",
                                     "Zm9*", "Zm9v Zg==", "Z=g="}) {
    std::string out = "kept";
    EXPECT_FALSE(append_canonical_decoded(out, bad)) << bad;
    EXPECT_EQ(out, "kept");
  }
}

TEST(Base64, ReadersPassOverWhatDoesNotBelong) {
  EXPECT_EQ(decode_base64("Zm 9v\r\nYm!Fy"), "foobar");
  EXPECT_EQ(decode_base64("Zg==Zm8="), "ffo");
  EXPECT_EQ(decode_base64("Zm9vYg"), "foob");
  EXPECT_EQ(decode_base64("Z"), "");
  for_every_split("Zm9v\r\nYg==\r\nZm8", [](const std::vector<std::string>& pieces) {
    Base64Decoder decoder;
    std::string out;
    for (const auto& piece : pieces) decoder.feed(piece, out);
    decoder.finish(out);
    EXPECT_EQ(out, "foobfo");
  });
}

}  // namespace
}  // namespace paraph::mime
