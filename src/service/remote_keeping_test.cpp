// What is kept: by many at once, over restarts, of whom, and for how long.
#include <thread>

#include "record/keys.h"
#include "service/acquire.h"
#include "service/remote_rows.h"
#include "service/remote_source_test.h"

namespace paraph::service {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

struct RemoteKeepingTest : RemoteSourceTest {};

TEST_F(RemoteKeepingTest, WhatIsDeletedThereIsErasedHere) {
  remote.say(with_voice('a'));
  const auto before = ask();
  clock.advance(1h);
  remote.say(fail(Code::NotFound, "gone"));
  ask();
  EXPECT_EQ(text(), "(none)");
  EXPECT_EQ(memory.blob_bytes(), 0u);
  clock.advance(5min);
  remote.say(fetched("Alice again"));
  const auto after = ask();
  ASSERT_TRUE(after);
  EXPECT_EQ(after->signature.number, 2u);
  ASSERT_THAT(after->past, SizeIs(1));
  EXPECT_EQ(after->past[0].revision, before->signature.revision);
}

/// A thousand deposits on two event loops, while the place takes its time.
TEST_F(RemoteKeepingTest, ManyWhoWantTheSameMakeOneFetch) {
  constexpr int kDeposits = 500;
  remote.hold(true);
  std::atomic<int> waiting = 0, answered = 0;
  boost::asio::io_context loops[2];
  for (auto& loop : loops)
    for (int i = 0; i < kDeposits; ++i) {
      boost::asio::post(loop, [&] { ++waiting; });
      boost::asio::co_spawn(loop, source.acquire(kAlice), [&](std::exception_ptr, Result<source::Acquired> answer) {
        if (answer && answer->signature.text == "Alice") ++answered;
      });
    }
  std::jthread other([&] { loops[1].run(); });
  while (waiting < kDeposits) loops[0].run_one();
  remote.wait_for_fetch(1);
  remote.hold(false);
  loops[0].run();
  other.join();
  EXPECT_EQ(answered, 2 * kDeposits);
  EXPECT_EQ(remote.fetches(), 1);
}

/// The deposit's wait is over long before; its answer serves the next one.
TEST_F(RemoteKeepingTest, AFetchOutlivesWhoStartedIt) {
  remote.hold(true);
  boost::asio::io_context loop;
  Acquirer acquirer({&source}, std::chrono::milliseconds(20));
  std::optional<Acquirer::Answer> late;
  boost::asio::co_spawn(loop, acquirer.acquire(kAlice),
                        [&](std::exception_ptr, Acquirer::Answer answer) { late = std::move(answer); });
  while (!late) loop.run_one();
  EXPECT_EQ(late->reason, "fetch");
  remote.hold(false);
  loop.run();
  remote.say(kDown);
  EXPECT_EQ(run(acquirer.acquire(kAlice)).acquired.signature.text, "Alice");
}

TEST_F(RemoteKeepingTest, ARestartForgetsNothing) {
  remote.say(with_voice('a'));
  const auto before = ask();
  remote.say(kDown);
  RemoteSource again(remote, services(), pool, options);
  done(again.recover());
  EXPECT_EQ(again.rows(), 1u);
  EXPECT_EQ(run(again.acquire(kAlice))->signature, before->signature);
  EXPECT_EQ(remote.fetches(), 1);
  clock.advance(24h);
  EXPECT_EQ(run(again.acquire(kAlice))->signature, before->signature);
}

TEST_F(RemoteKeepingTest, ARestartAfterAWeekErases) {
  remote.say(with_voice('a'));
  ask();
  clock.advance(7 * 24h);
  RemoteSource again(remote, services(), pool, options);
  done(again.recover());
  EXPECT_EQ(again.rows(), 0u);
  EXPECT_EQ(memory.blob_bytes(), 0u);
}

TEST_F(RemoteKeepingTest, KeepsABoundedNumberOfOwners) {
  RemoteOptions few = options;
  few.rows_max = 3;
  RemoteSource small(remote, services(), pool, few);
  for (int i = 0; i < 6; ++i) {
    remote.say(with_voice(static_cast<char>('a' + i)));
    EXPECT_TRUE(run(small.acquire("u" + std::to_string(i) + "@x")));
    clock.advance(1s);
  }
  EXPECT_EQ(small.rows(), 3u);
  EXPECT_EQ(memory.blob_bytes(), 3 * amr('a').size());
  EXPECT_TRUE(done(store.get(record::remote_signature_key("hq", "u5@x"))));
  EXPECT_FALSE(done(store.get(record::remote_signature_key("hq", "u2@x"))));
  EXPECT_TRUE(run(small.acquire("u2@x"))) << "it is fetched again";
  EXPECT_EQ(remote.fetches(), 7);
}

/// Another server over the same store replaces the row while this one fetches.
TEST_F(RemoteKeepingTest, TwoServersOfOneStoreAgree) {
  RemoteSource other(remote, services(), pool, options);
  ScriptedRemote here;
  here.say_of([&](const std::string& owner) -> Result<source::Fetched> {
    run(other.acquire(owner));
    return with_voice('b');
  });
  net::WorkerPool own(1, 4);
  remote.say(with_voice('a'));
  RemoteSource mine(here, services(), own, options);
  const auto acquired = run(mine.acquire(kAlice));
  ASSERT_TRUE(acquired);
  EXPECT_EQ(acquired->signature.number, 2u);
  EXPECT_EQ(memory.blob_bytes(), amr('b').size());
}

TEST_F(RemoteKeepingTest, ForgetsAnAccountThatGoesAway) {
  remote.say(with_voice('a'));
  ask();
  done(source.forget("Alice@example.org"));
  EXPECT_EQ(memory.blob_bytes(), 0u);
  remote.say(fail(Code::NotFound, "gone"));
  EXPECT_EQ(text(), "(none)");
}

TEST_F(RemoteKeepingTest, ForgetsASourceThatIsNoMore) {
  remote.say(with_voice('a'));
  ask();
  EXPECT_EQ(done(forget_other_sources(store, {"hq", "other"})), 0u);
  EXPECT_EQ(memory.blob_bytes(), amr('a').size());
  EXPECT_EQ(done(forget_other_sources(store, {"other"})), 1u);
  EXPECT_EQ(memory.blob_bytes(), 0u);
}

}  // namespace
}  // namespace paraph::service
