#include "net/worker_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <string>

#include "net/gate.h"
#include "net/testing.h"

namespace paraph::net {
namespace {

class PoolTest : public ::testing::Test {
 protected:
  boost::asio::io_context context_{1};
  Gate gate_;
};

Task<std::string> name_of_thread_and_sum(WorkerPool& pool, std::thread::id& worker, std::thread::id& after) {
  auto job = [&worker, text = std::string(100, 'x')] {
    worker = std::this_thread::get_id();
    return text + "y";
  };
  const std::string sum = co_await run_on(pool, std::move(job));
  after = std::this_thread::get_id();
  co_return sum;
}

TEST_F(PoolTest, RunsElsewhereAndComesBack) {
  WorkerPool pool(2, 10);
  std::thread::id worker, after;
  EXPECT_EQ(run_task(context_, name_of_thread_and_sum(pool, worker, after)).size(), 101u);
  EXPECT_NE(worker, std::this_thread::get_id());
  EXPECT_EQ(after, std::this_thread::get_id());
}

Task<void> run_void(WorkerPool& pool, int& runs) {
  auto job = [&runs] { ++runs; };
  co_await run_on(pool, std::move(job));
}

TEST_F(PoolTest, ManyJobsAllRun) {
  WorkerPool pool(1, 1000);
  int runs = 0;
  for (int i = 0; i < 500; ++i) spawn(gate_, context_.get_executor(), "job", run_void(pool, runs));
  context_.run();
  EXPECT_EQ(runs, 500);
  EXPECT_EQ(gate_.running(), 0u);
}

Task<int> run_throwing(WorkerPool& pool) {
  auto job = []() -> int { throw std::domain_error("no"); };
  const int value = co_await run_on(pool, std::move(job));
  co_return value;
}

TEST_F(PoolTest, ExceptionsComeBack) {
  WorkerPool pool(1, 10);
  EXPECT_THROW(run_task(context_, run_throwing(pool)), std::domain_error);
}

Task<int> run_simple(WorkerPool& pool) {
  auto job = [] { return 1; };
  const int value = co_await run_on(pool, std::move(job));
  co_return value;
}

TEST_F(PoolTest, AFullQueueIsSaid) {
  std::promise<void> started, release;
  WorkerPool pool(1, 1);
  ASSERT_TRUE(pool.post([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  ASSERT_TRUE(pool.post([] {}));
  EXPECT_EQ(pool.queued(), 1u);
  EXPECT_FALSE(pool.post([] {}));
  EXPECT_THROW(run_task(context_, run_simple(pool)), Overloaded);
  release.set_value();
}

TEST_F(PoolTest, FinishesWhatIsQueuedWhenDestroyed) {
  int runs = 0;
  {
    WorkerPool pool(1, 100);
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(pool.post([&] { ++runs; }));
  }
  EXPECT_EQ(runs, 50);
}

}  // namespace
}  // namespace paraph::net
