#include "wire/imap/sequence.h"

#include <gtest/gtest.h>

namespace paraph::imap {
namespace {

using Ranges = std::vector<NumberRange>;

TEST(Sequence, ResolveSortsJoinsAndReplacesStars) {
  struct Case {
    Ranges set;
    std::uint32_t largest;
    Ranges resolved;
  };
  for (const auto& [set, largest, resolved] : std::vector<Case>{
           {{{5, 5}, {1, 2}}, 9, {{1, 2}, {5, 5}}},
           {{{1, 3}, {4, 4}, {2, 2}}, 9, {{1, 4}}},
           {{{7, 3}}, 9, {{3, 7}}},
           {{{kStar, kStar}}, 9, {{9, 9}}},
           {{{4, kStar}}, 9, {{4, 9}}},
           {{{12, kStar}}, 9, {{9, 12}}},
           {{{kStar, kStar}, {1, kStar}}, 0, {}},
           {{{1, 4}}, 0, {{1, 4}}},
           {{{4294967295u, 4294967295u}, {1, 4294967294u}}, 9, {{1, 4294967295u}}},
       }) {
    EXPECT_EQ(resolve({set}, largest), resolved);
  }
}

TEST(Sequence, Contains) {
  const Ranges ranges{{2, 4}, {8, 8}};
  for (const std::uint32_t in : {2u, 3u, 4u, 8u}) EXPECT_TRUE(contains(ranges, in)) << in;
  for (const std::uint32_t out : {0u, 1u, 5u, 7u, 9u}) EXPECT_FALSE(contains(ranges, out)) << out;
  EXPECT_FALSE(contains({}, 1));
}

TEST(Sequence, Compact) {
  EXPECT_EQ(compact({Uid{1}, Uid{2}, Uid{3}, Uid{5}}), (Ranges{{1, 3}, {5, 5}}));
  EXPECT_EQ(compact({}), Ranges{});
}

}  // namespace
}  // namespace paraph::imap
