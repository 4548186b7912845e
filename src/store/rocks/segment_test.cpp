#include "store/rocks/segment.h"

#include <gtest/gtest.h>

namespace paraph::store::rocks {
namespace {

const RecordHead kHead{.sequence = 7, .blobs_bytes = 1'000'000'000'000, .keys_bytes = 4};

TEST(RecordHead, ComesBackWithItsChecksum) {
  const std::string octets = format_record_head(kHead, "keys");
  ASSERT_EQ(octets.size(), kRecordHeadBytes);
  const auto head = parse_record_head(octets);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->sequence, 7u);
  EXPECT_EQ(head->record_bytes(), kRecordHeadBytes + 1'000'000'000'004);
  EXPECT_TRUE(checksum_fits(*head, "keys"));
  EXPECT_FALSE(checksum_fits(*head, "keyz"));
}

TEST(RecordHead, EveryFlippedOctetIsSeen) {
  for (std::size_t i = 0; i < kRecordHeadBytes; ++i) {
    std::string octets = format_record_head(kHead, "keys");
    octets[i] = static_cast<char>(octets[i] ^ 1);
    const auto head = parse_record_head(octets);
    EXPECT_FALSE(head && checksum_fits(*head, "keys")) << i;
  }
}

TEST(RecordHead, IsOfOneLength) {
  const std::string octets = format_record_head(kHead, "keys");
  EXPECT_FALSE(parse_record_head(octets.substr(1)));
  EXPECT_FALSE(parse_record_head(octets + "x"));
  EXPECT_FALSE(parse_record_head(""));
}

}  // namespace
}  // namespace paraph::store::rocks
