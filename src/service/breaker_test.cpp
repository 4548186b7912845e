#include "service/breaker.h"

#include <gtest/gtest.h>

namespace paraph::service {
namespace {

using namespace std::chrono_literals;
using State = Breaker::State;

struct BreakerTest : testing::Test {
  void fail(int times) {
    for (int i = 0; i < times; ++i) {
      EXPECT_TRUE(breaker.admit(now));
      breaker.failed(now);
    }
  }
  crypto::SeededRandom random{1};
  Breaker breaker{random, {}};
  Time now{std::chrono::hours(500'000)};
};

TEST_F(BreakerTest, OpensAfterFiveFailuresInARow) {
  fail(4);
  breaker.succeeded();
  fail(4);
  EXPECT_EQ(breaker.state(now), State::Closed);
  fail(1);
  EXPECT_EQ(breaker.state(now), State::Open);
  EXPECT_FALSE(breaker.admit(now));
}

TEST_F(BreakerTest, LetsOneTryAfterAWhile) {
  fail(5);
  now += 1s;
  EXPECT_EQ(breaker.state(now), State::HalfOpen);
  EXPECT_TRUE(breaker.admit(now));
  EXPECT_FALSE(breaker.admit(now)) << "one only";
  breaker.succeeded();
  EXPECT_EQ(breaker.state(now), State::Closed);
  EXPECT_TRUE(breaker.admit(now));
}

TEST_F(BreakerTest, ATryThatWasNotMadeLetsAnotherTry) {
  fail(5);
  now += 1s;
  {
    EXPECT_TRUE(breaker.admit(now));
    Permit unused(breaker);
  }
  EXPECT_EQ(breaker.state(now), State::HalfOpen);
  EXPECT_TRUE(breaker.admit(now));
}

TEST_F(BreakerTest, StaysOpenLongerEachTimeUpToAMinute) {
  fail(5);
  for (const std::chrono::milliseconds most : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}) {
    EXPECT_EQ(breaker.state(now + most * 3 / 4 - 1ms), State::Open) << most.count();
    EXPECT_EQ(breaker.state(now + most), State::HalfOpen) << most.count();
    now += most;
    ASSERT_TRUE(breaker.admit(now));
    breaker.failed(now);
  }
}

TEST_F(BreakerTest, LateFailuresOfManyAtOnceDoNotProlongIt) {
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(breaker.admit(now));
  for (int i = 0; i < 50; ++i) breaker.failed(now);
  EXPECT_EQ(breaker.state(now + 1s), State::HalfOpen);
}

TEST_F(BreakerTest, AClockSetBackDoesNotKeepItOpen) {
  fail(5);
  EXPECT_EQ(breaker.state(now - std::chrono::hours(24)), State::HalfOpen);
}

}  // namespace
}  // namespace paraph::service
