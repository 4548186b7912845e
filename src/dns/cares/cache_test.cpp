#include "dns/cares/cache.h"

#include <gmock/gmock.h>

namespace paraph::dns::cares {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const Cache::Now kNow = Cache::Now() + 100h;
const std::vector<Kind> kTexts{Kind::Txt};

Answer says(std::string text) {
  Answer answer;
  answer.names_or_texts.push_back(std::move(text));
  return answer;
}

TEST(Cache, AnAnswerIsThereAsLongAsItIsTrue) {
  Cache cache(1 << 20);
  cache.keep(kTexts, "a.test", says("here"), 60s, kNow);
  const auto found = cache.find(kTexts, "a.test", kNow + 59s);
  ASSERT_TRUE(found && *found);
  EXPECT_THAT((*found)->names_or_texts, ElementsAre("here"));
  EXPECT_FALSE(cache.find(kTexts, "a.test", kNow + 60s));
  EXPECT_FALSE(cache.find({Kind::Mx}, "a.test", kNow)) << "another question";
  EXPECT_FALSE(cache.find(kTexts, "b.test", kNow)) << "another name";
}

TEST(Cache, ANewAnswerTakesTheOldOnesPlace) {
  Cache cache(1 << 20);
  cache.keep(kTexts, "a.test", says("old"), 60s, kNow);
  cache.keep(kTexts, "a.test", says("new"), 60s, kNow + 30s);
  EXPECT_THAT((*cache.find(kTexts, "a.test", kNow + 80s))->names_or_texts, ElementsAre("new"));
}

TEST(Cache, NoLongerThanItsLimits) {
  Cache cache(1 << 20);
  cache.keep(kTexts, "a.test", says("here"), 48h, kNow);
  EXPECT_TRUE(cache.find(kTexts, "a.test", kNow + kKeptMax - 1s));
  EXPECT_FALSE(cache.find(kTexts, "a.test", kNow + kKeptMax));
  cache.keep(kTexts, "none.test", Answer{}, 48h, kNow);
  cache.keep(kTexts, "gone.test", fail(Code::NotFound, "no such name"), 48h, kNow);
  for (const auto* name : {"none.test", "gone.test"}) {
    EXPECT_TRUE(cache.find(kTexts, name, kNow + kNothingKeptMax - 1s)) << name;
    EXPECT_FALSE(cache.find(kTexts, name, kNow + kNothingKeptMax)) << name;
  }
  EXPECT_EQ(cache.find(kTexts, "gone.test", kNow)->error().code, Code::NotFound);
}

TEST(Cache, FailuresAndWhatIsOfThisMomentAreAskedAnew) {
  Cache cache(1 << 20);
  cache.keep(kTexts, "a.test", fail(Code::Unavailable, "no answer"), 60s, kNow);
  cache.keep(kTexts, "a.test", fail(Code::Corrupt, "broken"), 60s, kNow);
  cache.keep(kTexts, "a.test", says("here"), 0s, kNow);
  EXPECT_FALSE(cache.find(kTexts, "a.test", kNow));
}

TEST(Cache, ManyNamesTakeNoMoreThanTheirRoomAndWhatIsAskedForStays) {
  constexpr std::size_t kBytes = 100'000;
  Cache cache(kBytes);
  cache.keep(kTexts, "often.test", says("x"), 3600s, kNow);
  std::size_t there = 0;
  for (int i = 0; i < 10'000; ++i) {
    cache.keep(kTexts, std::to_string(i), says(std::string(100, 'x')), 3600s, kNow);
    EXPECT_TRUE(cache.find(kTexts, "often.test", kNow)) << i;
  }
  for (int i = 0; i < 10'000; ++i) there += cache.find(kTexts, std::to_string(i), kNow).has_value() ? 1 : 0;
  EXPECT_GT(there, 100u);
  EXPECT_LT(there, kBytes / 300);
  cache.keep(kTexts, "long.test", says(std::string(kBytes, 'x')), 3600s, kNow);
  EXPECT_FALSE(cache.find(kTexts, "long.test", kNow)) << "more than there is room for";
}

}  // namespace
}  // namespace paraph::dns::cares
