#include "service/guesses.h"

#include <gtest/gtest.h>

#include "service/testing.h"

namespace paraph::service {
namespace {

TEST(Guesses, EachPeerHasItsHour) {
  FakeClock clock(kTestTime);
  const Limits limits{.recipient_guesses_max = 2};
  Guesses guesses(clock, limits);
  EXPECT_TRUE(guesses.take("a"));
  EXPECT_TRUE(guesses.take("a"));
  EXPECT_FALSE(guesses.take("a"));
  EXPECT_TRUE(guesses.take("b"));
  clock.advance(std::chrono::seconds(3'599));
  EXPECT_FALSE(guesses.take("a"));
  clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(guesses.take("a"));
  EXPECT_EQ(guesses.peers(), 1U);
}

TEST(Guesses, NotMorePeersThanFit) {
  FakeClock clock(kTestTime);
  const Limits limits;
  Guesses guesses(clock, limits);
  for (std::size_t i = 0; i < Guesses::kPeersMax + 10; ++i) guesses.take(std::to_string(i));
  EXPECT_EQ(guesses.peers(), Guesses::kPeersMax);
}

}  // namespace
}  // namespace paraph::service
