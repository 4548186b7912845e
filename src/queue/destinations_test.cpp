#include "queue/destinations.h"

#include <gtest/gtest.h>

namespace paraph::queue {
namespace {

using namespace std::chrono_literals;

constexpr Time kBegin{std::chrono::hours(500'000)};

TEST(Destinations, OneThatIsLookedAfterGetsNoMoreLanes) {
  Destinations destinations(3, 20);
  EXPECT_TRUE(destinations.ring("a", "bell", kBegin));
  const auto lanes = destinations.lanes_to_begin(kBegin);
  ASSERT_EQ(lanes.size(), 1u);
  destinations.ring("a", "bell", kBegin);
  EXPECT_TRUE(destinations.lanes_to_begin(kBegin).empty()) << "it has not looked yet";
  destinations.begin_look(*lanes[0], kBegin);
  EXPECT_TRUE(destinations.ring("a", "bell", kBegin + 500ms));
  EXPECT_TRUE(destinations.lanes_to_begin(kBegin + 500ms).empty());
}

TEST(Destinations, ASlowServerKeepsNobodyElseWaiting) {
  Destinations destinations(3, 20);
  destinations.ring("a", "bell", kBegin);
  const auto first = destinations.lanes_to_begin(kBegin);
  ASSERT_EQ(first.size(), 1u);
  destinations.begin_look(*first[0], kBegin);
  for (const auto later : {2s, 4s}) {
    destinations.ring("a", "bell", kBegin + later);
    EXPECT_EQ(destinations.lanes_to_begin(kBegin + later).size(), 1u);
    destinations.begin_look(*first[0], kBegin + later);
  }
  destinations.ring("a", "bell", kBegin + 6s);
  EXPECT_TRUE(destinations.lanes_to_begin(kBegin + 6s).empty()) << "it has all that it may have";
}

TEST(Destinations, ASlowServerLeavesHalfOfTheLanesToOthers) {
  Destinations destinations(20, 4);
  destinations.ring("a", "bell", kBegin);
  auto now = kBegin;
  std::size_t lanes = destinations.lanes_to_begin(now).size();
  for (int i = 0; i < 5; ++i) {
    now += 2s;
    destinations.ring("a", "bell", now);
    lanes += destinations.lanes_to_begin(now).size();
  }
  EXPECT_EQ(lanes, 2u);
  destinations.ring("b", "bell", now);
  EXPECT_EQ(destinations.lanes_to_begin(now).size(), 1u);
}

TEST(Destinations, OneThatDoesNotAnswerHasOneLane) {
  Destinations destinations(3, 20);
  destinations.ring("a", "bell", kBegin);
  const auto first = destinations.lanes_to_begin(kBegin);
  ASSERT_EQ(first.size(), 1u);
  destinations.note_down("a", {.since = kBegin, .until = kBegin + 60s});
  destinations.ring("a", "bell", kBegin + 2s);
  EXPECT_TRUE(destinations.lanes_to_begin(kBegin + 2s).empty());
}

}  // namespace
}  // namespace paraph::queue
