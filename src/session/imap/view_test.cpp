#include "session/imap/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paraph::session_imap {
namespace {

using imap::kStar;
using imap::Numbers;
using testing::ElementsAre;

View view_of(std::initializer_list<std::uint32_t> uids) {
  std::vector<Uid> all;
  for (const auto uid : uids) all.push_back(Uid{uid});
  return View(std::move(all));
}

std::vector<std::uint32_t> picked(const View& view, std::vector<imap::NumberRange> ranges, Numbers numbers) {
  const auto picked = view.pick({std::move(ranges)}, numbers);
  std::vector<std::uint32_t> uids;
  for (const auto uid : view.uids_of(picked.value())) uids.push_back(uid.value);
  return uids;
}

TEST(View, PicksBySequenceNumber) {
  const auto view = view_of({10, 20, 30});
  EXPECT_THAT(picked(view, {{1, 1}, {3, kStar}}, Numbers::Sequence), ElementsAre(10, 30));
  EXPECT_THAT(picked(view, {{kStar, 2}}, Numbers::Sequence), ElementsAre(20, 30));
  EXPECT_FALSE(view.pick({{{2, 4}}}, Numbers::Sequence));
  EXPECT_FALSE(view_of({}).pick({{{1, kStar}}}, Numbers::Sequence));
}

TEST(View, PicksByUidAndPassesOverWhatIsNotThere) {
  const auto view = view_of({10, 20, 30});
  EXPECT_THAT(picked(view, {{11, 25}}, Numbers::Uid), ElementsAre(20));
  EXPECT_THAT(picked(view, {{40, kStar}}, Numbers::Uid), ElementsAre(30));
  EXPECT_THAT(picked(view, {{5, 6}}, Numbers::Uid), ElementsAre());
}

TEST(View, WhatIsGoneKeepsItsNumberUntilTold) {
  auto view = view_of({10, 20, 30, 40});
  view.mark_gone({Uid{30}, Uid{20}, Uid{30}, Uid{99}});
  EXPECT_EQ(view.size(), 4u);
  EXPECT_EQ(view.find(Uid{40}), 3u);
  EXPECT_TRUE(view.is_gone(Uid{20}));
  EXPECT_THAT(view.take_gone(), ElementsAre(2, 2));
  EXPECT_EQ(view.find(Uid{40}), 1u);
  EXPECT_FALSE(view.has_gone());
}

TEST(View, KeepOnlyMarksTheMissing) {
  auto view = view_of({1, 2, 3});
  view.keep_only({Uid{2}, Uid{4}});
  EXPECT_THAT(view.take_gone(), ElementsAre(1, 2));
}

TEST(View, AddPassesOverWhatIsKnown) {
  auto view = view_of({5});
  view.add(Uid{5});
  view.add(Uid{7});
  EXPECT_EQ(view.size(), 2u);
}

TEST(View, RecentIsASetOfRanges) {
  auto view = view_of({1, 2, 3, 4, 5});
  view.add_recent(Uid{2}, Uid{3});
  view.add_recent(Uid{3}, Uid{4});
  view.add_recent(Uid{5}, Uid{6});
  EXPECT_TRUE(view.is_recent(Uid{3}));
  EXPECT_FALSE(view.is_recent(Uid{4}));
  EXPECT_EQ(view.count_recent(), 3u);
}

TEST(Chunks, CutsAcrossRanges) {
  Chunks chunks({{0, 2}, {5, 6}, {8, 11}});
  EXPECT_THAT(chunks.next(4), ElementsAre(0, 1, 5, 8));
  EXPECT_THAT(chunks.next(4), ElementsAre(9, 10));
  EXPECT_TRUE(chunks.next(4).empty());
}

}  // namespace
}  // namespace paraph::session_imap
