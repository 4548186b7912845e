#include "store/rocks/index.h"

#include <gtest/gtest.h>

namespace paraph::store::rocks {
namespace {

using namespace std::string_literals;

TEST(Index, NamesSortByFamilyAndNumber) {
  EXPECT_EQ(key_name("x"), "kx");
  EXPECT_EQ(segment_name(0x0102), "s\0\0\0\0\0\0\1\2"s);
  EXPECT_LT(segment_name(255), segment_name(256));
  EXPECT_EQ(parse_segment_name(segment_name(UINT64_MAX)), UINT64_MAX);
  EXPECT_EQ(parse_segment_name("s123"), std::nullopt);
  BlobId id;
  id.digest.fill(7);
  EXPECT_EQ(parse_blob_name(blob_name(id)), id);
  EXPECT_EQ(parse_blob_name("b123"), std::nullopt);
}

TEST(Index, ABlobEntryComesBack) {
  const BlobEntry entry{.at = {.segment = 1, .offset = UINT64_MAX, .length = UINT32_MAX}, .references = 3};
  const auto parsed = parse_blob_entry(format(entry));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->at, entry.at);
  EXPECT_EQ(parsed->references, 3);
}

TEST(Index, ABlobEntryHasAtLeastOneReference) {
  for (const std::int64_t references : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN}) {
    EXPECT_FALSE(parse_blob_entry(format(BlobEntry{.references = references})));
  }
}

TEST(Index, OtherOctetsAreNoValue) {
  for (const auto& octets : {""s, "x"s, std::string(27, '\1'), std::string(29, '\1')}) {
    EXPECT_FALSE(parse_blob_entry(octets));
    EXPECT_FALSE(parse_segment_use(octets));
    EXPECT_FALSE(parse_position(octets));
  }
}

TEST(Index, AUseAndAPositionComeBack) {
  const auto use = parse_segment_use(format(SegmentUse{.bytes = 1, .live = 2}));
  EXPECT_TRUE(use && use->bytes == 1 && use->live == 2);
  const auto position = parse_position(format(Position{.segment = 1, .offset = 2, .sequence = 3}));
  EXPECT_TRUE(position && position->segment == 1 && position->offset == 2 && position->sequence == 3);
}

TEST(Index, CountersAreSignedDecimals) {
  EXPECT_EQ(parse_counter("-12"), -12);
  for (const char* text : {"", "-", "1 ", " 1", "1x", "9223372036854775808"}) EXPECT_FALSE(parse_counter(text)) << text;
}

}  // namespace
}  // namespace paraph::store::rocks
