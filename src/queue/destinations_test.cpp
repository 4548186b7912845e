#include "queue/destinations.h"

#include <gmock/gmock.h>

namespace paraph::queue {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Time kNow{std::chrono::seconds{1'000'000}};
constexpr std::chrono::minutes kMinute{1};

/// Names that begin with "s" take the smarthost, two lanes a way, five in all.
struct DestinationsTest : testing::Test {
  void ring(const std::string& name) { EXPECT_TRUE(all.ring(name, {"bell " + name, "token"}, kNow)); }
  std::vector<std::string> begin(Time now = kNow) {
    std::vector<std::string> names;
    for (auto& one : all.lanes_to_begin(now)) {
      names.push_back(one->name);
      running[one->name] = std::move(one);
    }
    return names;
  }
  /// The last lane of it ends, with nothing left to do.
  void end(const std::string& name, std::optional<Time> failed = std::nullopt) {
    const auto one = running.at(name);
    if (!failed) {
      all.begin_look(*one, kNow);
      all.end_look(*one, {});
    }
    all.end_lane(one, failed);
    running.erase(name);
  }

  Destinations all{2, 5, [](const std::string& name) { return name.starts_with('s') ? "smarthost" : name; }};
  std::map<std::string, DestinationPtr> running;
};

TEST_F(DestinationsTest, OnesOfOneWayTakeTurns) {
  for (const auto* name : {"s1", "s2", "s3", "s4", "a"}) ring(name);
  EXPECT_THAT(begin(), ElementsAre("s1", "s2", "a"));
  EXPECT_THAT(begin(), IsEmpty());
  end("s2");
  EXPECT_THAT(begin(), ElementsAre("s3"));
  end("s1");
  end("s3");
  EXPECT_THAT(begin(), ElementsAre("s4"));
  end("s4");
  end("a");
  EXPECT_FALSE(all.busy());
}

TEST_F(DestinationsTest, WhoComesWhileALaneHasJustBegunIsNotForgotten) {
  ring("a");
  EXPECT_THAT(begin(), ElementsAre("a"));
  EXPECT_FALSE(all.must_ring_again());
  const auto one = running.at("a");
  const store::KeyValue bell{"bell a", "another token"};
  all.begin_look(*one, kNow);
  EXPECT_TRUE(all.ring("a", bell, kNow + 500ms));
  EXPECT_THAT(begin(kNow + 500ms), IsEmpty()) << "the lane may look yet";
  EXPECT_TRUE(all.must_ring_again());
  EXPECT_FALSE(all.must_ring_again()) << "it says so once";
  EXPECT_TRUE(all.ring("a", bell, kNow + 1s));
  EXPECT_FALSE(all.must_ring_again());
  EXPECT_THAT(begin(kNow + 1s), ElementsAre("a")) << "it is kept waiting: one more";
}

TEST_F(DestinationsTest, WhoWaitsForAWayKeepsNobodyElseOut) {
  for (int i = 0; i < 500; ++i) ring("s" + std::to_string(i));
  begin();
  for (int i = 500; i < 6000; ++i) ring("s" + std::to_string(i));
  ring("a");
  EXPECT_THAT(begin(), ElementsAre("a"));
  EXPECT_FALSE(all.must_yield(*running.at("a"), 1));
  EXPECT_TRUE(all.must_yield(*running.at("s0"), 1000)) << "others of its way wait";
}

TEST_F(DestinationsTest, AWayThatDoesNotAnswerHasOneLaneUntilItDoes) {
  for (const auto* name : {"s1", "s2", "s3", "s4"}) ring(name);
  EXPECT_THAT(begin(), ElementsAre("s1", "s2"));
  const Down down{.since = kNow, .until = kNow + kMinute, .answer = {.text = "refused"}, .host = "smarthost"};
  all.note_down(*running.at("s1"), down);
  EXPECT_TRUE(all.find_down(*running.at("s2"), kNow));
  EXPECT_TRUE(all.must_yield(*running.at("s2"), 0));
  end("s2");
  EXPECT_THAT(begin(), IsEmpty());
  end("s1");
  EXPECT_THAT(begin(), ElementsAre("s3"));
  all.end_down("s9");  // an operator asks for another domain of that way
  EXPECT_FALSE(all.find_down(*running.at("s3"), kNow));
  EXPECT_THAT(begin(), IsEmpty()) << "and it is tried by one";
  EXPECT_TRUE(all.note_up(*running.at("s3")));
  EXPECT_FALSE(all.note_up(*running.at("s3")));
  EXPECT_THAT(begin(), ElementsAre("s4"));
}

TEST_F(DestinationsTest, ATurnThatIsNotTakenIsTheNextOnes) {
  ring("s1");
  EXPECT_THAT(begin(), ElementsAre("s1"));
  ring("s2");
  ring("s3");
  EXPECT_THAT(begin(), ElementsAre("s2"));
  end("s1", kNow + kMinute);  // the store failed
  EXPECT_THAT(begin(), ElementsAre("s3"));
  ring("s1");
  end("s2");
  end("s3");
  EXPECT_THAT(begin(), IsEmpty()) << "it is left alone";
  EXPECT_TRUE(all.ring("s1", {"bell", "token"}, kNow + kMinute));
  EXPECT_THAT(begin(kNow + kMinute), ElementsAre("s1"));
}

std::string own_way(const std::string& name) { return name; }

TEST(Destinations, OneThatIsLookedAfterGetsNoMoreLanes) {
  Destinations destinations(3, 20, own_way);
  EXPECT_TRUE(destinations.ring("a", {"bell", "token"}, kNow));
  const auto lanes = destinations.lanes_to_begin(kNow);
  ASSERT_EQ(lanes.size(), 1u);
  destinations.ring("a", {"bell", "token"}, kNow);
  EXPECT_TRUE(destinations.lanes_to_begin(kNow).empty()) << "it has not looked yet";
  destinations.begin_look(*lanes[0], kNow);
  EXPECT_TRUE(destinations.ring("a", {"bell", "token"}, kNow + 500ms));
  EXPECT_TRUE(destinations.lanes_to_begin(kNow + 500ms).empty());
}

TEST(Destinations, WhatALookHeardIsNothingNewUntilItsLanesEnd) {
  Destinations destinations(3, 20, own_way);
  destinations.ring("a", {"bell", "1"}, kNow);
  const auto lane = destinations.lanes_to_begin(kNow).at(0);
  destinations.begin_look(*lane, kNow);
  service::ItemRow row{.id = {7}, .item = {.destination = "a"}, .octets = ""};
  destinations.add_ready(*lane, {row});
  destinations.end_look(*lane, {{"bell", "1"}});
  destinations.ring("a", {"bell", "1"}, kNow);
  EXPECT_FALSE(destinations.must_look(*lane));
  EXPECT_EQ(destinations.heard_bells(*lane), std::nullopt) << "one is in hand";
  EXPECT_TRUE(destinations.next_ready(*lane));
  destinations.let_go("a", row.id);
  EXPECT_EQ(destinations.heard_bells(*lane).value_or(std::vector<store::KeyValue>()).size(), 1u);
  destinations.ring("a", {"bell", "2"}, kNow);
  EXPECT_TRUE(destinations.must_look(*lane));
  EXPECT_EQ(destinations.heard_bells(*lane), std::nullopt) << "there is more";
}

TEST(Destinations, WhatWasPassedOverIsLookedForAgain) {
  for (const bool ended : {false, true}) {
    Destinations destinations(3, 20, own_way);
    destinations.ring("a", {"bell", "1"}, kNow);
    const auto lane = destinations.lanes_to_begin(kNow).at(0);
    destinations.begin_look(*lane, kNow);
    EXPECT_FALSE(destinations.pass_over("a", {7}));
    destinations.add_ready(*lane, {{.id = {7}, .item = {.destination = "a"}, .octets = ""}});
    EXPECT_TRUE(destinations.pass_over("a", {7}));
    destinations.end_look(*lane, {{"bell", "1"}});
    destinations.let_go("a", {7}, ended);
    EXPECT_EQ(destinations.must_look(*lane), !ended);
  }
}

TEST(Destinations, WhatAnotherNodeServesIsNotAskedForAtOnceAgain) {
  Destinations destinations(3, 20, own_way);
  destinations.ring("a", {"bell", "1"}, kNow);
  const auto lane = destinations.lanes_to_begin(kNow).at(0);
  destinations.leave_to_others(*lane);
  destinations.end_lane(lane, std::nullopt);
  destinations.ring("a", {"bell", "1"}, kNow + 1s);
  EXPECT_TRUE(destinations.lanes_to_begin(kNow + 1s).empty());
  destinations.ring("a", {"bell", "1"}, kNow + 31s);
  EXPECT_EQ(destinations.lanes_to_begin(kNow + 31s).size(), 1u);
}

TEST(Destinations, AFailureIsAPauseAlthoughOtherLanesGoOn) {
  Destinations destinations(3, 20, own_way);
  destinations.ring("a", {"bell", "1"}, kNow);
  const auto one = destinations.lanes_to_begin(kNow).at(0);
  destinations.begin_look(*one, kNow);
  destinations.add_ready(*one, {{.id = {7}, .item = {.destination = "a"}, .octets = ""}});
  EXPECT_EQ(destinations.more_lanes(*one), 1u);
  destinations.end_lane(one, kNow + kMinute);
  EXPECT_EQ(destinations.more_lanes(*one), 1u);
  destinations.ring("a", {"bell", "2"}, kNow + 2s);
  EXPECT_TRUE(destinations.lanes_to_begin(kNow + 2s).empty());
}

TEST(Destinations, ASlowServerKeepsNobodyElseWaiting) {
  Destinations destinations(3, 20, own_way);
  destinations.ring("a", {"bell", "token"}, kNow);
  const auto first = destinations.lanes_to_begin(kNow);
  ASSERT_EQ(first.size(), 1u);
  destinations.begin_look(*first[0], kNow);
  for (const auto later : {2s, 4s}) {
    destinations.ring("a", {"bell", "token"}, kNow + later);
    EXPECT_EQ(destinations.lanes_to_begin(kNow + later).size(), 1u);
    destinations.begin_look(*first[0], kNow + later);
  }
  destinations.ring("a", {"bell", "token"}, kNow + 6s);
  EXPECT_TRUE(destinations.lanes_to_begin(kNow + 6s).empty()) << "it has all that it may have";
}

TEST(Destinations, ASlowServerLeavesHalfOfTheLanesToOthers) {
  Destinations destinations(20, 4, own_way);
  destinations.ring("a", {"bell", "token"}, kNow);
  auto now = kNow;
  std::size_t lanes = destinations.lanes_to_begin(now).size();
  for (int i = 0; i < 5; ++i) {
    now += 2s;
    destinations.ring("a", {"bell", "token"}, now);
    lanes += destinations.lanes_to_begin(now).size();
  }
  EXPECT_EQ(lanes, 2u);
  destinations.ring("b", {"bell", "token"}, now);
  EXPECT_EQ(destinations.lanes_to_begin(now).size(), 1u);
}

TEST(Destinations, OneThatDoesNotAnswerHasOneLane) {
  Destinations destinations(3, 20, own_way);
  destinations.ring("a", {"bell", "token"}, kNow);
  const auto first = destinations.lanes_to_begin(kNow);
  ASSERT_EQ(first.size(), 1u);
  destinations.note_down(*first[0], {.since = kNow, .until = kNow + 60s, .answer = {}, .host = {}});
  destinations.ring("a", {"bell", "token"}, kNow + 2s);
  EXPECT_TRUE(destinations.lanes_to_begin(kNow + 2s).empty());
}

}  // namespace
}  // namespace paraph::queue
