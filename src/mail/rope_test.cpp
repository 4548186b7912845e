#include "mail/rope.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace paraph::mail {
namespace {

Segment base64(std::uint64_t length, std::uint32_t line_chars, bool final_crlf) {
  return {.kind = Segment::Kind::Base64, .length = length, .line_chars = line_chars, .final_crlf = final_crlf};
}

TEST(Rope, WireBytesOfBase64CountsLineEnds) {
  EXPECT_EQ(base64(57, 76, true).wire_bytes(), 78u);
  EXPECT_EQ(base64(57, 76, false).wire_bytes(), 76u);
  EXPECT_EQ(base64(58, 76, false).wire_bytes(), 78u + 4);
  EXPECT_EQ(base64(58, 76, true).wire_bytes(), 78u + 6);
  EXPECT_EQ(base64(100, 0, false).wire_bytes(), 136u);
  EXPECT_EQ(base64(100, 0, true).wire_bytes(), 138u);
}

TEST(Rope, InlineRunsAreJoined) {
  Rope rope;
  rope.append("ab");
  rope.append("cd");
  ASSERT_EQ(rope.segments.size(), 1u);
  EXPECT_EQ(rope.wire_bytes(), 4u);
}

TEST(Rope, RangeCutsInlineAnywhereAndBase64AtLines) {
  Rope rope;
  rope.append("header");
  rope.append(base64(114, 76, true));
  rope.append("tail");
  Rope cut;
  cut.append_range(rope, {3, 6 + 78});
  ASSERT_EQ(cut.segments.size(), 2u);
  EXPECT_EQ(cut.segments[0].octets, "der");
  EXPECT_EQ(cut.segments[1], base64(57, 76, true));
  Rope rest;
  rest.append_range(rope, {6 + 78, 6 + 156 + 2});
  ASSERT_EQ(rest.segments.size(), 2u);
  EXPECT_EQ(rest.segments[0].offset, 57u);
  EXPECT_EQ(rest.segments[1].octets, "ta");
}

TEST(Rope, Base64IsCutBeforeALineEndToo) {
  Rope rope;
  rope.append(base64(100, 76, true));  // 76 CRLF 60 CRLF
  const std::vector<std::uint64_t> places{0, 76, 78, 138, 140};
  for (std::uint64_t at = 0; at <= 140; ++at) EXPECT_EQ(rope.can_cut(at), std::ranges::count(places, at) == 1) << at;
  EXPECT_FALSE(rope.can_cut(141));
  Rope body;
  body.append_range(rope, {0, 138});
  EXPECT_EQ(body.segments, std::vector<Segment>{base64(100, 76, false)});
  Rope rest;
  rest.append_range(rope, {76, 140});
  ASSERT_EQ(rest.segments.size(), 2u);
  EXPECT_EQ(rest.segments[0].octets, "\r\n");
  EXPECT_EQ(rest.segments[1].offset, 57u);
  EXPECT_EQ(rest.wire_bytes(), 64u);
}

}  // namespace
}  // namespace paraph::mail
