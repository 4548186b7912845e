// What fails costs one answer, and is left alone for a while.
#include "record/keys.h"
#include "service/remote_source_test.h"
#include "store/flaky.h"

namespace paraph::service {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

struct RemoteFailuresTest : RemoteSourceTest {};

TEST_F(RemoteFailuresTest, UsesTheOldOneForAWeekWhenThePlaceFails) {
  ask();
  remote.say(kDown);
  clock.advance(7 * 24h - 1s);
  EXPECT_EQ(text(), "Alice");
  EXPECT_EQ(text(), "Alice");
  clock.advance(1s);
  EXPECT_EQ(text(), "(down)");
  EXPECT_EQ(source.last_error().text, "down");
}

TEST_F(RemoteFailuresTest, LeavesAPlaceThatFailsAlone) {
  remote.say(kDown);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(text("u" + std::to_string(i) + "@x"), "(down)");
  EXPECT_EQ(source.breaker(), Breaker::State::Open);
  EXPECT_EQ(text("another@x"), "(down)");
  EXPECT_EQ(remote.fetches(), 5);
  clock.advance(1s);
  remote.say(fetched("back"));
  EXPECT_EQ(text("another@x"), "back");
  EXPECT_EQ(source.breaker(), Breaker::State::Closed);
  EXPECT_EQ(source.counters().refused, 1u);
}

TEST_F(RemoteFailuresTest, ThatAPlaceKnowsNoneIsNoFailure) {
  remote.say(fail(Code::NotFound, "who?"));
  for (int i = 0; i < 10; ++i) text("u" + std::to_string(i) + "@x");
  EXPECT_EQ(remote.fetches(), 10);
  EXPECT_EQ(source.breaker(), Breaker::State::Closed);
}

TEST_F(RemoteFailuresTest, WhatOneOwnersEntryLeadsToIsNoFailureOfThePlace) {
  ask();
  remote.say(fail(Code::BadInput, "the link does not answer"));
  clock.advance(1h);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(text(), "Alice") << "the kept one";
  EXPECT_EQ(text("bob@example.org"), "(down)");
  EXPECT_EQ(source.breaker(), Breaker::State::Closed);
  EXPECT_EQ(source.counters().errors, 21u);
  EXPECT_EQ(source.last_error().text, "the link does not answer");
}

TEST_F(RemoteFailuresTest, AnExceptionOfThePlaceIsAFailure) {
  remote.say_of([](const std::string&) -> Result<source::Fetched> { throw std::runtime_error("broken"); });
  EXPECT_EQ(text(), "(down)");
  EXPECT_EQ(source.last_error().text, "broken");
}

TEST_F(RemoteFailuresTest, AFullPoolIsUnavailableAtOnce) {
  net::WorkerPool small(1, 1);
  ScriptedRemote slow;
  slow.say(fetched("slow"));
  slow.hold(true);
  RemoteSource busy(slow, services(), small, options);
  boost::asio::io_context loop;
  std::vector<Result<source::Acquired>> answers;
  const auto begin = [&](const std::string& owner) {
    boost::asio::co_spawn(loop, busy.acquire(owner), [&](std::exception_ptr, Result<source::Acquired> answer) {
      answers.push_back(std::move(answer));
    });
  };
  begin("a@x");
  loop.poll();
  slow.wait_for_fetch(1);
  begin("b@x");
  loop.poll();
  begin("c@x");
  while (answers.empty()) loop.run_one();
  EXPECT_EQ(answers.at(0).error().code, Code::Unavailable);
  slow.hold(false);
  loop.run();
  EXPECT_THAT(answers, SizeIs(3));
  EXPECT_EQ(slow.fetches(), 2);
}

TEST_F(RemoteFailuresTest, ADamagedRowIsReplaced) {
  store::Batch damage;
  damage.writes.push_back({record::remote_signature_key("hq", kAlice), "\x0A\xFFno row"});
  done(store.commit(std::move(damage)));
  EXPECT_EQ(text(), "Alice");
}

TEST_F(RemoteFailuresTest, StartsNothingWhenTheServerEnds) {
  gate.stop();
  EXPECT_EQ(text(), "(down)");
  EXPECT_EQ(remote.fetches(), 0);
}

/// Every call to the store fails once: the answer is right or Unavailable, and the next one is right.
TEST_F(RemoteFailuresTest, AFailingStoreCostsOneAnswer) {
  for (std::uint64_t n = 1; n <= 12; ++n) {
    store::Flaky flaky(store);
    flaky.fail_at(n);
    auto over = services();
    const RemoteServices with{.store = flaky,
                              .media = over.media,
                              .clock = over.clock,
                              .random = over.random,
                              .limits = over.limits,
                              .gate = over.gate};
    RemoteSource shaky(remote, with, pool, options);
    const std::string owner = "u" + std::to_string(n) + "@x";
    remote.say(with_voice(static_cast<char>('a' + n)));
    run(shaky.acquire(owner));
    clock.advance(1h);
    run(shaky.acquire(owner));
    EXPECT_EQ(run(shaky.acquire(owner))->signature.voice.size(), 1u) << n;
  }
}

}  // namespace
}  // namespace paraph::service
