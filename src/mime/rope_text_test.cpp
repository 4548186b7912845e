#include "mime/rope_text.h"

#include <gtest/gtest.h>

#include "mime/base64.h"

namespace paraph::mime {
namespace {

using mail::Segment;

std::string octets_of(std::size_t bytes) {
  std::string out(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>(i * 37 + i / 251);
  return out;
}

TEST(WireOctets, EveryRangeOfABase64Segment) {
  const std::string blob = octets_of(400);
  for (const std::uint32_t line : {0u, 12u, 76u}) {
    for (const std::uint64_t length : {1u, 58u, 114u}) {
      for (const bool final_crlf : {false, true}) {
        const Segment segment{.kind = Segment::Kind::Base64,
                              .offset = 57,
                              .length = length,
                              .line_chars = line,
                              .final_crlf = final_crlf};
        const std::string whole = encode_base64(blob.substr(57, length), line, final_crlf);
        ASSERT_EQ(whole.size(), segment.wire_bytes());
        for (std::uint64_t from = 0; from <= whole.size(); ++from) {
          for (std::uint64_t to = from; to <= whole.size(); ++to) {
            const BlobNeed need = needed(segment, from, to);
            ASSERT_LE(need.offset + need.length, 57 + length);
            ASSERT_EQ(wire_octets(segment, blob.substr(need.offset, need.length), from, to),
                      whole.substr(from, to - from))
                << line << " " << length << " " << from << " " << to;
          }
        }
      }
    }
  }
}

TEST(WireOctets, InlineAndRaw) {
  const Segment text{.octets = "hello"};
  EXPECT_EQ(needed(text, 1, 3), BlobNeed{});
  EXPECT_EQ(wire_octets(text, {}, 1, 3), "el");
  const Segment raw{.kind = Segment::Kind::Raw, .offset = 10, .length = 5};
  EXPECT_EQ(needed(raw, 1, 3), (BlobNeed{11, 2}));
  EXPECT_EQ(wire_octets(raw, "ab", 1, 3), "ab");
}

TEST(WireOctets, NeedsLittleForLittle) {
  const Segment segment{.kind = Segment::Kind::Base64, .length = 57 * 1000, .line_chars = 76, .final_crlf = true};
  EXPECT_EQ(needed(segment, 78 * 500, 78 * 501), (BlobNeed{57 * 500, 57}));
  EXPECT_EQ(needed(segment, 78 * 500 + 77, 78 * 501 + 1), (BlobNeed{57 * 500, 114}));
  EXPECT_EQ(needed(segment, 5, 5), BlobNeed{});
}

mail::Rope voice_rope(std::uint64_t first, std::uint64_t second, std::string_view between = "") {
  mail::Rope rope;
  rope.append("Content-Transfer-Encoding: base64\r\n\r\n");
  rope.append(Segment{.kind = Segment::Kind::Base64, .length = first, .line_chars = 76, .final_crlf = true});
  rope.append(between);
  rope.append(Segment{.kind = Segment::Kind::Base64, .length = second, .line_chars = 76, .final_crlf = true});
  return rope;
}

std::string no_load(const Segment&) { return {}; }

TEST(DecodedRange, OnlyWhenWholeSegmentsAreTheWholeBody) {
  const auto pieces_of = [](const mail::Rope& rope) {
    const auto structure = scan_rope(rope, no_load);
    const auto pieces = decoded_range_of_leaf(rope, structure, 0);
    return pieces ? pieces->size() : 0;
  };
  EXPECT_EQ(pieces_of(voice_rope(57, 100)), 2u);
  EXPECT_EQ(pieces_of(voice_rope(57, 100, "\r\n")), 2u);
  EXPECT_EQ(pieces_of(voice_rope(57, 100, "QUJD\r\n")), 0u);
  EXPECT_EQ(pieces_of(voice_rope(58, 100)), 0u);
  mail::Rope text;
  text.append("A: 1\r\n\r\nhello");
  EXPECT_EQ(pieces_of(text), 0u);
}

TEST(Locate, GivesThePiecesOfARange) {
  const mail::Rope rope = voice_rope(57, 57);
  const std::uint64_t head = rope.segments[0].wire_bytes();
  EXPECT_EQ(locate(rope, {head - 1, head + 79}),
            (std::vector<SegmentRange>{{0, head - 1, head}, {1, 0, 78}, {2, 0, 1}}));
  EXPECT_TRUE(locate(rope, {5, 5}).empty());
  EXPECT_TRUE(locate(rope, {1000, 2000}).empty());
}

}  // namespace
}  // namespace paraph::mime
