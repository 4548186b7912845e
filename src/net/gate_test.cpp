#include "net/gate.h"

#include <gtest/gtest.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "base/log.h"

namespace paraph::net {
namespace {

std::mutex g_mutex;
std::string g_logged;

class GateTest : public ::testing::Test {
 protected:
  GateTest() {
    g_logged.clear();
    set_log_sink([](Level, std::string_view line) {
      const std::lock_guard lock(g_mutex);
      g_logged += line;
    });
  }
  ~GateTest() override { set_log_sink(nullptr); }

  Gate gate_;
  boost::asio::io_context context_{1};
};

Task<void> count(int& runs) {
  ++runs;
  co_return;
}
Task<void> throw_it() {
  throw std::runtime_error("broken");
  co_return;
}
Task<void> wait_for_ever(std::shared_ptr<int> held) {
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
  const Executor executor = co_await boost::asio::this_coro::executor;
  Timer timer(executor, Timer::time_point::max());
  co_await timer.async_wait(use_task);
  *held = 1;
}

TEST_F(GateTest, CountsWhatRuns) {
  int runs = 0;
  spawn(gate_, context_.get_executor(), "a", count(runs));
  spawn(gate_, context_.get_executor(), "b", count(runs));
  EXPECT_EQ(gate_.running(), 2u);
  EXPECT_FALSE(gate_.wait_until_empty(std::chrono::milliseconds(0)));
  context_.run();
  EXPECT_EQ(runs, 2);
  EXPECT_TRUE(gate_.wait_until_empty(std::chrono::milliseconds(0)));
}

TEST_F(GateTest, AnEscapedExceptionIsLoggedAndEndsOneTask) {
  int runs = 0;
  spawn(gate_, context_.get_executor(), "bad", throw_it());
  spawn(gate_, context_.get_executor(), "good", count(runs));
  context_.run();
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(gate_.running(), 0u);
  EXPECT_EQ(g_logged, "task=bad ended=exception what=\"broken\"");
}

TEST_F(GateTest, ATaskWhoseLoopIsDestroyedLeavesToo) {
  const auto held = std::make_shared<int>(0);
  {
    boost::asio::io_context context{1};
    spawn(gate_, context.get_executor(), "waits", wait_for_ever(held));
    context.run_for(std::chrono::milliseconds(1));
    EXPECT_EQ(gate_.running(), 1u);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(gate_.running(), 0u);
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(GateTest, SaysWhenToStop) {
  EXPECT_FALSE(gate_.stopping());
  gate_.stop();
  EXPECT_TRUE(gate_.stopping());
}

}  // namespace
}  // namespace paraph::net
