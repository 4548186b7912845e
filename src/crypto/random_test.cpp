#include "crypto/random.h"

#include <gtest/gtest.h>

#include <array>

namespace paraph::crypto {
namespace {

TEST(Random, SameSeedGivesTheSameOctets) {
  SeededRandom a(7), b(7), c(8);
  const std::string from_a = a.octets(40);
  EXPECT_EQ(from_a, b.octets(40));
  EXPECT_NE(from_a, c.octets(40));
}

TEST(Random, SystemOctetsDiffer) {
  SystemRandom random;
  EXPECT_NE(random.octets(16), random.octets(16));
  EXPECT_EQ(random.octets(0), "");
}

TEST(Random, HexHasTwoDigitsAnOctet) {
  SystemRandom random;
  const std::string hex = random.hex(9);
  EXPECT_EQ(hex.size(), 18u);
  EXPECT_EQ(hex.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Random, BelowReachesEveryValueAndNoOther) {
  SeededRandom random(1);
  std::array<int, 6> seen{};
  for (int i = 0; i < 600; ++i) ++seen.at(random.below(6));
  for (const int count : seen) EXPECT_GT(count, 50);
  EXPECT_EQ(random.below(1), 0u);
}

}  // namespace
}  // namespace paraph::crypto
