#include "store_contract.h"

namespace paraph::store {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using Keys = StoreContract;
PARAPH_STORE_CONTRACT(Keys);

TEST_P(Keys, AValueComesBack) {
  put("k", "v");
  EXPECT_EQ(get("k"), "v");
  put("k", "w");
  EXPECT_EQ(get("k"), "w");
}

TEST_P(Keys, AnAbsentKeyIsNothing) { EXPECT_EQ(get("k"), std::nullopt); }

TEST_P(Keys, AnEmptyValueIsNotAnAbsentOne) {
  put("k", "");
  EXPECT_EQ(get("k"), "");
}

TEST_P(Keys, AnErasedKeyIsAbsent) {
  put("k", "v");
  put("k", std::nullopt);
  EXPECT_EQ(get("k"), std::nullopt);
  put("k", std::nullopt);
}

TEST_P(Keys, AnyOctetsAndSizesUpToTheLimits) {
  const std::string cases[] = {"\0"s, "\xFF\xFF"s, "\r\n\0k"s, std::string(kKeyBytesMax, 'k')};
  for (const auto& key : cases) {
    put(key, "v\0\n\xFF"s + key);
    EXPECT_EQ(get(key), "v\0\n\xFF"s + key);
  }
  put("long", std::string(kValueBytesMax, 'v'));
  EXPECT_EQ(get("long")->size(), kValueBytesMax);
}

TEST_P(Keys, ManyComeInTheOrderAskedFor) {
  put("a", "1");
  put("b", "");
  const auto values = run(store().get_many({"b", "x", "a", "b"})).value();
  EXPECT_THAT(values, ElementsAre("", std::nullopt, "1", ""));
  EXPECT_THAT(run(store().get_many({})).value(), IsEmpty());
}

struct Scans : StoreContract {
  void SetUp() override {
    for (const auto& key : {"a"s, "b"s, "b\0"s, "b\x7F"s, "b\x80"s, "c"s}) put(key, "v" + key);
    put("bz", "gone");
    put("bz", std::nullopt);
  }
};
PARAPH_STORE_CONTRACT(Scans);

TEST_P(Scans, FromIsInAndToIsOut) {
  EXPECT_THAT(keys({.from = "a", .to = "b"}), ElementsAre("a"));
  EXPECT_THAT(keys({.from = "", .to = "\xFF"}).size(), 6u);
}

TEST_P(Scans, OctetsAreUnsigned) {
  EXPECT_THAT(keys({.from = "b", .to = "c"}), ElementsAre("b", "b\0"s, "b\x7F", "b\x80"));
}

TEST_P(Scans, ValuesComeWithTheirKeys) {
  const auto found = run(store().scan({.from = "a", .to = "b"})).value();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.front().value, "va");
}

TEST_P(Scans, BackwardsFromTheLastBeforeTo) {
  EXPECT_THAT(keys({.from = "a", .to = "b\x80", .entries_max = 2, .backwards = true}), ElementsAre("b\x7F", "b\0"s));
  EXPECT_THAT(keys({.from = "b", .to = "c", .backwards = true}), ElementsAre("b\x80", "b\x7F", "b\0"s, "b"));
}

TEST_P(Scans, AtMostSoMany) {
  EXPECT_THAT(keys({.from = "a", .to = "z", .entries_max = 1}), ElementsAre("a"));
  EXPECT_THAT(keys({.from = "a", .to = "z", .entries_max = 0}), IsEmpty());
}

TEST_P(Scans, AnEmptyRangeHoldsNothing) {
  EXPECT_THAT(keys({.from = "b", .to = "b"}), IsEmpty());
  EXPECT_THAT(keys({.from = "c", .to = "a"}), IsEmpty());
  EXPECT_THAT(keys({.from = "x", .to = "z"}), IsEmpty());
}

TEST_P(Scans, AreAllThereWhenTheStoreIsOpenedAgain) {
  if (!engine().reopen()) GTEST_SKIP() << "this engine forgets";
  EXPECT_THAT(keys({.from = "b", .to = "d", .backwards = true}), ElementsAre("c", "b\x80", "b\x7F", "b\0"s, "b"));
  EXPECT_EQ(get("a"), "va");
  EXPECT_THAT(run(store().get_many({"c", "bz"})).value(), ElementsAre("vc", std::nullopt));
}

}  // namespace
}  // namespace paraph::store
