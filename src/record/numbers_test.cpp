#include "record/numbers.h"

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "record/keys.h"
#include "record/run_test.h"
#include "store/flaky.h"
#include "store/memory/memory_store.h"

namespace paraph::record {
namespace {

struct NumbersTest : testing::Test {
  std::uint64_t next(Numbers& numbers, std::string kind = "message") {
    return run(numbers.next(std::move(kind))).value();
  }
  store::memory::MemoryStore store;
};

TEST_F(NumbersTest, BeginAtOneAndRise) {
  Numbers numbers(store, 2);
  for (const std::uint64_t n : {1u, 2u, 3u, 4u, 5u}) EXPECT_EQ(next(numbers), n);
}

TEST_F(NumbersTest, KindsCountApart) {
  Numbers numbers(store);
  EXPECT_EQ(next(numbers, "message"), 1u);
  EXPECT_EQ(next(numbers, "mailbox"), 1u);
}

TEST_F(NumbersTest, OneCommitForABlock) {
  Numbers numbers(store, 100);
  for (int i = 0; i < 100; ++i) next(numbers);
  EXPECT_EQ(store.counters().batches, 1u);
  next(numbers);
  EXPECT_EQ(store.counters().batches, 2u);
}

TEST_F(NumbersTest, AfterACrashTheRestOfTheBlockIsSkipped) {
  {
    Numbers numbers(store, 100);
    EXPECT_EQ(next(numbers), 1u);
  }
  Numbers numbers(store, 100);
  EXPECT_EQ(next(numbers), 101u);
}

TEST_F(NumbersTest, AnAnswerLostSkipsTheBlock) {
  store::Flaky flaky(store);
  Numbers numbers(flaky, 100);
  flaky.fail_at(2, Code::Unavailable, store::Flaky::Effect::Applied);
  EXPECT_EQ(run(numbers.next("message")).error().code, Code::Unavailable);
  EXPECT_EQ(next(numbers), 101u);
}

TEST_F(NumbersTest, ADamagedCounterIsRefused) {
  for (const char* damaged : {"", "0", "x", "18446744073709551615"}) {
    store::Batch batch;
    batch.writes.push_back({counter_key("message"), damaged});
    ASSERT_TRUE(run(store.commit(std::move(batch))));
    Numbers numbers(store);
    EXPECT_EQ(run(numbers.next("message")).error().code, Code::Corrupt) << damaged;
  }
}

TEST_F(NumbersTest, ManyLoopsNeverGetTheSameNumber) {
  Numbers numbers(store, 7);
  std::mutex mutex;
  std::set<std::uint64_t> seen;
  const auto take_many = [&] {
    for (int i = 0; i < 500; ++i) {
      const auto number = next(numbers);
      const std::lock_guard lock(mutex);
      EXPECT_TRUE(seen.insert(number).second) << number;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(take_many);
  }
  EXPECT_EQ(seen.size(), 2000u);
}

}  // namespace
}  // namespace paraph::record
