#include "record/format.h"

#include <gmock/gmock.h>

#include "record/keys.h"
#include "record/run_test.h"
#include "store/memory/memory_store.h"

namespace paraph::record {
namespace {

struct FormatTest : testing::Test {
  Result<void> open(std::uint64_t newest) { return run(check_format(store, newest)); }
  void put(std::string key, std::string value) {
    store::Batch batch;
    batch.writes.push_back({std::move(key), std::move(value)});
    ASSERT_TRUE(run(store.commit(std::move(batch))));
  }
  std::string stored() { return run(store.get(format_key())).value().value_or("nothing"); }

  store::memory::MemoryStore store;
};

TEST_F(FormatTest, AnEmptyStoreGetsTheNumber) {
  EXPECT_TRUE(open(kFormat));
  EXPECT_EQ(stored(), "1");
}

TEST_F(FormatTest, OpeningAgainWritesNothing) {
  ASSERT_TRUE(open(3));
  const auto before = store.counters().batches;
  EXPECT_TRUE(open(3));
  EXPECT_EQ(store.counters().batches, before);
}

TEST_F(FormatTest, AnOlderStoreIsTakenAndItsNumberRises) {
  ASSERT_TRUE(open(1));
  EXPECT_TRUE(open(2));
  EXPECT_EQ(stored(), "2");
}

TEST_F(FormatTest, ANewerStoreIsRefusedWithASentence) {
  ASSERT_TRUE(open(2));
  const auto refused = open(1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::Unsupported);
  EXPECT_EQ(refused.error().text, "the store has format 2 and this server knows formats up to 1: start a newer paraph");
  EXPECT_EQ(stored(), "2");
}

TEST_F(FormatTest, ADamagedNumberIsRefused) {
  put(format_key(), "two");
  EXPECT_EQ(open(1).error().code, Code::Corrupt);
}

TEST_F(FormatTest, RecordsWithoutANumberAreRefused) {
  put(account_key(AccountId{1}), "x");
  EXPECT_EQ(open(1).error().code, Code::Corrupt);
}

}  // namespace
}  // namespace paraph::record
