#include <atomic>
#include <condition_variable>

#include "store_contract.h"

namespace paraph::store {
namespace {

/// How often a watcher was called, and a way to wait for it.
class Calls {
 public:
  std::function<void()> counter() {
    return [this] {
      const std::lock_guard lock(mutex_);
      ++calls_;
      changed_.notify_all();
    };
  }
  void wait_for(int calls) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return calls_ >= calls; });
  }
  int so_far() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int calls_ = 0;
};

struct Watch : StoreContract {
  std::string touch(std::vector<std::uint64_t> topics, std::optional<std::string> expected = std::nullopt) {
    Batch batch;
    batch.expects.push_back({"never written", std::move(expected)});
    batch.writes.push_back({"k", "v"});
    batch.topics = std::move(topics);
    return commit(std::move(batch));
  }
};
PARAPH_STORE_CONTRACT(Watch);

TEST_P(Watch, WakesAfterABatchThatNamesTheTopic) {
  Calls calls;
  const auto subscription = store().watch(7, calls.counter());
  EXPECT_EQ(touch({1, 7}), "ok");
  calls.wait_for(1);
  EXPECT_EQ(touch({7}), "ok");
  calls.wait_for(2);
}

TEST_P(Watch, WakesEveryWatcherOfTheTopic) {
  Calls one, two;
  const auto first = store().watch(7, one.counter());
  const auto second = store().watch(7, two.counter());
  EXPECT_EQ(touch({7}), "ok");
  one.wait_for(1);
  two.wait_for(1);
}

TEST_P(Watch, OtherTopicsAndFailedBatchesWakeNobody) {
  Calls calls, last;
  const auto subscription = store().watch(7, calls.counter());
  const auto marker = store().watch(9, last.counter());
  EXPECT_EQ(touch({8}), "ok");
  EXPECT_EQ(touch({7}, "not so"), "conflict");
  EXPECT_EQ(touch({9}), "ok");
  last.wait_for(1);
  EXPECT_EQ(calls.so_far(), 0);
}

TEST_P(Watch, EndsWithTheSubscription) {
  Calls calls, last;
  auto subscription = store().watch(7, calls.counter());
  const auto marker = store().watch(7, last.counter());
  subscription.reset();
  EXPECT_EQ(touch({7}), "ok");
  last.wait_for(1);
  EXPECT_EQ(calls.so_far(), 0);
}

Task<void> subscribe_and_commit(Store& store, std::uint64_t topic) {
  for (int i = 0; i < 20; ++i) {
    const auto alive = std::make_unique<std::atomic<int>>(0);  // not to be touched once the subscription is gone
    const auto subscription = store.watch(topic, [&count = *alive] { ++count; });
    Batch batch;
    batch.writes.push_back({"k", "v"});
    batch.topics = {0, 1};
    const auto done = co_await store.commit(std::move(batch));
    EXPECT_TRUE(done);
  }
}

TEST_P(Watch, SubscriptionsComeAndGoWhileBatchesAreCommitted) {
  run_sessions(8, 4, [&](int n) { return subscribe_and_commit(store(), static_cast<std::uint64_t>(n % 2)); });
}

}  // namespace
}  // namespace paraph::store
