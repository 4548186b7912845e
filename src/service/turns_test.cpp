#include "service/turns.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <thread>

namespace paraph::service {
namespace {

using testing::ElementsAre;
using Kind = Turns::Kind;

struct TurnsTest : testing::Test {
  /// Starts a taker; `who` is noted when it has its turn, which it keeps in `held`.
  void start(int who, std::vector<std::uint64_t> ids, Kind kind) {
    boost::asio::co_spawn(loop, take(who, std::move(ids), kind), boost::asio::detached);
    poll();
  }
  Task<void> take(int who, std::vector<std::uint64_t> ids, Kind kind) {
    auto turn = co_await turns.take(std::move(ids), kind);
    order.push_back(who);
    held[who] = std::move(turn);
  }
  void drop(int who) {
    held.erase(who);
    poll();
  }
  void submit(int who) {
    held[who].submitted();
    poll();
  }
  void poll() {
    loop.restart();
    loop.poll();
  }
  boost::asio::io_context loop{1};
  Turns turns;
  std::map<int, Turn> held;
  std::vector<int> order;
};

TEST_F(TurnsTest, FirstComeFirstServed) {
  for (int who = 1; who <= 3; ++who) start(who, {7}, Kind::Alone);
  EXPECT_THAT(order, ElementsAre(1));
  drop(1);
  EXPECT_THAT(order, ElementsAre(1, 2));
  drop(2);
  drop(3);
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
  EXPECT_EQ(turns.wanted(), 0u);
}

TEST_F(TurnsTest, OthersThingsAreNotInTheWay) {
  start(1, {7}, Kind::Alone);
  start(2, {8}, Kind::Alone);
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST_F(TurnsTest, BuildersGoOnWhenTheOneBeforeHasSubmitted) {
  start(1, {7}, Kind::Build);
  start(2, {7}, Kind::Build);
  EXPECT_THAT(order, ElementsAre(1));
  submit(1);
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST_F(TurnsTest, AloneWaitsForAllCommitsAndKeepsLaterBuildersOut) {
  start(1, {7}, Kind::Build);
  submit(1);
  start(2, {7}, Kind::Alone);
  start(3, {7}, Kind::Build);
  EXPECT_THAT(order, ElementsAre(1));
  drop(1);
  EXPECT_THAT(order, ElementsAre(1, 2));
  drop(2);
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST_F(TurnsTest, ManyThingsAreTakenInOneOrder) {
  start(1, {5}, Kind::Alone);
  start(2, {9, 5, 5}, Kind::Alone);
  start(3, {9}, Kind::Alone);  // 2 waits for 5 and does not hold 9 yet
  EXPECT_THAT(order, ElementsAre(1, 3));
  drop(1);
  drop(3);
  EXPECT_THAT(order, ElementsAre(1, 3, 2));
  drop(2);
  EXPECT_EQ(turns.wanted(), 0u);
}

Task<void> add_many(Turns& turns, std::vector<std::uint64_t> ids, int times, int& sum) {
  for (int i = 0; i < times; ++i) {
    auto turn = co_await turns.take(ids, Kind::Alone);
    const int before = sum;
    co_await boost::asio::post(use_task);
    sum = before + 1;
  }
}

TEST(TurnsThreads, KeepLoopsApart) {
  Turns turns;
  int sum = 0;  // guarded by thing 1 alone
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&turns, &sum, i] {
      boost::asio::io_context loop{1};
      std::vector<std::uint64_t> ids{1, static_cast<std::uint64_t>(2 + i % 2)};
      for (int k = 0; k < 5; ++k) boost::asio::co_spawn(loop, add_many(turns, ids, 50, sum), boost::asio::detached);
      loop.run();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sum, 1000);
  EXPECT_EQ(turns.wanted(), 0u);
}

}  // namespace
}  // namespace paraph::service
