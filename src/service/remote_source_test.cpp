#include "service/remote_source.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <thread>

#include "media/none/none_media.h"
#include "record/keys.h"
#include "service/acquire.h"
#include "service/check.h"
#include "service/remote_rows.h"
#include "service/testing.h"
#include "store/flaky.h"

namespace paraph::service {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kAlice = "alice@example.org";

std::string amr(char fill) {
  std::string octets = "#!AMR\n";
  for (int i = 0; i < 100; ++i) octets += '\x3C' + std::string(31, fill);
  return octets;
}

source::Fetched fetched(std::string text, std::string tag = "") {
  source::Fetched one;
  one.text = std::move(text);
  one.tag = std::move(tag);
  return one;
}

source::Fetched with_voice(char fill) {
  auto one = fetched("Alice");
  one.voice.push_back({.octets = amr(fill), .declared_type = "audio/AMR"});
  return one;
}

/// A place that a test tells what to answer, and when.
class ScriptedRemote final : public source::Remote {
 public:
  const std::string& name() const& override { return name_; }
  Result<source::Fetched> fetch(const std::string& owner, const std::string& tag) override {
    std::unique_lock lock(mutex_);
    ++fetches_;
    tags_.push_back(tag);
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    const auto answer = answer_;
    lock.unlock();
    return answer(owner);
  }
  void say(Result<source::Fetched> what) {
    say_of([what = std::move(what)](const std::string&) { return what; });
  }
  void say_of(std::function<Result<source::Fetched>(const std::string& owner)> answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  /// Fetches wait until it is let go.
  void hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  void wait_for_fetch(int number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return fetches_ >= number; });
  }
  int fetches() {
    const std::lock_guard lock(mutex_);
    return fetches_;
  }
  std::vector<std::string> tags() {
    const std::lock_guard lock(mutex_);
    return tags_;
  }

 private:
  std::string name_ = "hq";
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int fetches_ = 0;
  std::vector<std::string> tags_;
  std::function<Result<source::Fetched>(const std::string&)> answer_ = [](const std::string&) {
    return Result<source::Fetched>(fail(Code::NotFound, "who?"));
  };
};

const Result<source::Fetched> kDown = fail(Code::Unavailable, "down");

struct RemoteSourceTest : testing::Test, World {
  RemoteSourceTest() { remote.say(fetched("Alice")); }
  /// Whatever happened, the store is as `paraph check` wants it.
  void TearDown() override {
    auto findings = check_store(store, Repair::No, [](const Finding& finding) { ADD_FAILURE() << finding.text; });
    EXPECT_EQ(done(std::move(findings)), 0u);
  }
  RemoteServices services() {
    return {.store = store,
            .media = media,
            .clock = clock,
            .random = random,
            .limits = limits,
            .gate = gate,
            .metrics = &metrics};
  }
  /// Answers when the fetches that it caused have ended too.
  Result<source::Acquired> ask(const std::string& owner = kAlice) { return run(source.acquire(owner)); }
  std::string text(const std::string& owner = kAlice) {
    const auto acquired = ask(owner);
    return acquired ? acquired->signature.text : "(" + std::string(name(acquired.error().code)) + ")";
  }
  static std::string_view name(Code code) {
    return code == Code::NotFound ? "none" : code == Code::Unavailable ? "down" : "?";
  }

  Metrics metrics;
  media::none::NoneMedia media;
  crypto::SeededRandom random{1};
  net::Gate gate;
  ScriptedRemote remote;
  net::WorkerPool pool{2, 64};
  RemoteOptions options{.rows_max = 100};
  RemoteSource source{remote, services(), pool, options};
};

TEST_F(RemoteSourceTest, AsksOnceAndThenKnows) {
  const auto first = ask("Alice@Example.org");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->signature.text, "Alice");
  EXPECT_EQ(first->signature.owner, kAlice);
  EXPECT_EQ(first->signature.number, 1u);
  EXPECT_EQ(ask()->signature, first->signature);
  EXPECT_EQ(remote.fetches(), 1);
  EXPECT_EQ(source.counters().asked, 2u);
  EXPECT_EQ(source.counters().requests, 1u);
  EXPECT_EQ(source.counters().hits, 1u);
}

TEST_F(RemoteSourceTest, AnswersTheOldOneAtOnceAndFetchesTheNewOne) {
  remote.say(fetched("old", "\"v1\""));
  ask();
  clock.advance(1h);
  remote.say(fetched("new", "\"v2\""));
  EXPECT_EQ(text(), "old");
  const auto now = ask();
  ASSERT_TRUE(now);
  EXPECT_EQ(now->signature.text, "new");
  EXPECT_EQ(now->signature.number, 2u);
  ASSERT_THAT(now->past, SizeIs(1));
  EXPECT_EQ(source.counters().stale, 1u);
  EXPECT_THAT(remote.tags(), ElementsAre("", "\"v1\""));
}

TEST_F(RemoteSourceTest, WhatDidNotChangeIsKept) {
  remote.say(fetched("Alice", "\"v1\""));
  const auto first = ask();
  clock.advance(1h);
  source::Fetched unchanged;
  unchanged.unchanged = true;
  remote.say(unchanged);
  ask();
  EXPECT_EQ(ask()->signature, first->signature);
  EXPECT_EQ(remote.fetches(), 2);
  EXPECT_EQ(source.counters().unchanged, 1u);
  // And it is as good as new: it can be used for seven more days.
  remote.say(kDown);
  clock.advance(7 * 24h - 1s);
  EXPECT_EQ(text(), "Alice");
}

TEST_F(RemoteSourceTest, TheSameAgainIsNoNewRevision) {
  remote.say(with_voice('a'));
  const auto first = ask();
  clock.advance(1h);
  ask();
  EXPECT_EQ(ask()->signature, first->signature);
  EXPECT_EQ(ask()->past, first->past);
  EXPECT_EQ(memory.blob_bytes(), amr('a').size());
}

TEST_F(RemoteSourceTest, OldRevisionsAreRememberedByHashesOnly) {
  for (int i = 0; i < 25; ++i) {
    remote.say(with_voice(static_cast<char>('a' + i)));
    ask();
    clock.advance(1h);
  }
  const auto acquired = ask();
  ASSERT_TRUE(acquired);
  EXPECT_EQ(acquired->signature.number, 25u);
  ASSERT_THAT(acquired->past, SizeIs(20));
  EXPECT_THAT(acquired->past[0].media, ElementsAre(crypto::sha256(amr('x'))));
  EXPECT_EQ(memory.blob_bytes(), amr('a').size());
}

TEST_F(RemoteSourceTest, RemembersThatThereIsNone) {
  remote.say(fail(Code::NotFound, "who?"));
  EXPECT_EQ(text(), "(none)");
  EXPECT_EQ(text(), "(none)");
  EXPECT_EQ(remote.fetches(), 1);
  clock.advance(5min);
  remote.say(fetched("Alice"));
  EXPECT_EQ(text(), "Alice");
  EXPECT_EQ(source.counters().absent, 1u);
}

TEST_F(RemoteSourceTest, UsesTheOldOneForAWeekWhenThePlaceFails) {
  ask();
  remote.say(kDown);
  clock.advance(7 * 24h - 1s);
  EXPECT_EQ(text(), "Alice");
  EXPECT_EQ(text(), "Alice");
  clock.advance(1s);
  EXPECT_EQ(text(), "(down)");
  EXPECT_EQ(source.last_error().text, "down");
}

TEST_F(RemoteSourceTest, WhatIsDeletedThereIsErasedHere) {
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

TEST_F(RemoteSourceTest, WhatIsRefusedIsLeftOut) {
  auto mixed = with_voice('a');
  mixed.text = "a control \x01";
  mixed.image = source::FetchedMedia{.octets = "no picture", .declared_type = "image/png"};
  mixed.voice.insert(mixed.voice.begin(), {.octets = "no recording", .declared_type = "audio/wav"});
  remote.say(mixed);
  const auto acquired = ask();
  ASSERT_TRUE(acquired);
  EXPECT_EQ(acquired->signature.text, "");
  EXPECT_FALSE(acquired->signature.image);
  ASSERT_THAT(acquired->signature.voice, SizeIs(1));
  EXPECT_EQ(acquired->signature.voice[0].media_type, "audio/AMR");
}

TEST_F(RemoteSourceTest, WhatAPlaceSaysOfAnOwnerIsKept) {
  source::Fetched person;
  person.fields = {{"displayName", "Alice"}, {"title", ""}, {"long", std::string(5000, 'x')}};
  for (int i = 0; i < 100; ++i) person.fields["x" + std::to_string(i)] = "y";
  remote.say(person);
  const auto acquired = ask();
  ASSERT_TRUE(acquired);
  EXPECT_TRUE(acquired->signature.empty());
  EXPECT_EQ(acquired->fields.at("displayName"), "Alice");
  EXPECT_FALSE(acquired->fields.contains("title"));
  EXPECT_FALSE(acquired->fields.contains("long"));
  EXPECT_THAT(acquired->fields, SizeIs(32));
  RemoteSource again(remote, services(), pool, options);
  EXPECT_EQ(run(again.acquire(kAlice))->fields, acquired->fields);
  EXPECT_EQ(remote.fetches(), 1);
}

TEST_F(RemoteSourceTest, NothingUsableIsNone) {
  remote.say(fetched("a control \x01"));
  EXPECT_EQ(text(), "(none)");
  EXPECT_EQ(text(), "(none)");
  EXPECT_EQ(remote.fetches(), 1);
}

TEST_F(RemoteSourceTest, HoldsNoLongerThanThePlaceSays) {
  auto brief = fetched("brief");
  brief.fresh_for = 60s;
  brief.not_after = clock.now() + 2h;
  remote.say(brief);
  EXPECT_EQ(text(), "brief");
  clock.advance(60s);
  EXPECT_EQ(text(), "brief");
  EXPECT_EQ(remote.fetches(), 2);
  remote.say(kDown);
  clock.advance(2h);
  EXPECT_EQ(text(), "(down)") << "past its end it is not even stale";
}

TEST_F(RemoteSourceTest, WhatEndedAlreadyIsNotUsed) {
  auto over = with_voice('a');
  over.not_after = clock.now();
  remote.say(over);
  EXPECT_EQ(text(), "(none)");
  EXPECT_EQ(memory.blob_bytes(), 0u);
}

TEST_F(RemoteSourceTest, AnOwnerThatNoKeyCanHoldIsNotAskedFor) {
  EXPECT_EQ(text(""), "(none)");
  EXPECT_EQ(text(std::string(2000, 'a')), "(none)");
  EXPECT_EQ(text(std::string("a\0b", 3)), "(none)");
  EXPECT_EQ(remote.fetches(), 0);
}

TEST_F(RemoteSourceTest, LeavesAPlaceThatFailsAlone) {
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

TEST_F(RemoteSourceTest, ThatAPlaceKnowsNoneIsNoFailure) {
  remote.say(fail(Code::NotFound, "who?"));
  for (int i = 0; i < 10; ++i) text("u" + std::to_string(i) + "@x");
  EXPECT_EQ(remote.fetches(), 10);
  EXPECT_EQ(source.breaker(), Breaker::State::Closed);
}

TEST_F(RemoteSourceTest, WhatOneOwnersEntryLeadsToIsNoFailureOfThePlace) {
  ask();
  remote.say(fail(Code::BadInput, "the link does not answer"));
  clock.advance(1h);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(text(), "Alice") << "the kept one";
  EXPECT_EQ(text("bob@example.org"), "(down)");
  EXPECT_EQ(source.breaker(), Breaker::State::Closed);
  EXPECT_EQ(source.counters().errors, 21u);
  EXPECT_EQ(source.last_error().text, "the link does not answer");
}

TEST_F(RemoteSourceTest, TellsHowLongARequestTook) {
  remote.say_of([this](const std::string&) {
    clock.advance(2s);
    return fetched("Alice");
  });
  ask();
  ask();  // from the cache: no request
  const auto told = metrics.exposition();
  EXPECT_THAT(told, testing::HasSubstr("paraph_source_fetch_seconds_bucket{source=\"hq\",le=\"1\"} 0\n"));
  EXPECT_THAT(told, testing::HasSubstr("paraph_source_fetch_seconds_bucket{source=\"hq\",le=\"2.5\"} 1\n"));
  EXPECT_THAT(told, testing::HasSubstr("paraph_source_fetch_seconds_count{source=\"hq\"} 1\n"));
}

TEST_F(RemoteSourceTest, AnExceptionOfThePlaceIsAFailure) {
  remote.say_of([](const std::string&) -> Result<source::Fetched> { throw std::runtime_error("broken"); });
  EXPECT_EQ(text(), "(down)");
  EXPECT_EQ(source.last_error().text, "broken");
}

TEST_F(RemoteSourceTest, AFullPoolIsUnavailableAtOnce) {
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

/// A thousand deposits on two event loops, while the place takes its time.
TEST_F(RemoteSourceTest, ManyWhoWantTheSameMakeOneFetch) {
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
TEST_F(RemoteSourceTest, AFetchOutlivesWhoStartedIt) {
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

TEST_F(RemoteSourceTest, ARestartForgetsNothing) {
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

TEST_F(RemoteSourceTest, ARestartAfterAWeekErases) {
  remote.say(with_voice('a'));
  ask();
  clock.advance(7 * 24h);
  RemoteSource again(remote, services(), pool, options);
  done(again.recover());
  EXPECT_EQ(again.rows(), 0u);
  EXPECT_EQ(memory.blob_bytes(), 0u);
}

TEST_F(RemoteSourceTest, KeepsABoundedNumberOfOwners) {
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
TEST_F(RemoteSourceTest, TwoServersOfOneStoreAgree) {
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

TEST_F(RemoteSourceTest, ADamagedRowIsReplaced) {
  store::Batch damage;
  damage.writes.push_back({record::remote_signature_key("hq", kAlice), "\x0A\xFFno row"});
  done(store.commit(std::move(damage)));
  EXPECT_EQ(text(), "Alice");
}

TEST_F(RemoteSourceTest, GetsReadyWithoutWaiting) {
  EXPECT_FALSE(run(source.prefetch(kAlice))) << "nobody knows yet";
  EXPECT_TRUE(run(source.prefetch(kAlice)));
  EXPECT_EQ(remote.fetches(), 1);
  clock.advance(1h);
  EXPECT_TRUE(run(source.prefetch(kAlice)));
  EXPECT_EQ(remote.fetches(), 2);
  EXPECT_EQ(text(), "Alice");
  EXPECT_EQ(source.counters().hits, 1u);
}

TEST_F(RemoteSourceTest, ForgetsAnAccountThatGoesAway) {
  remote.say(with_voice('a'));
  ask();
  done(source.forget("Alice@example.org"));
  EXPECT_EQ(memory.blob_bytes(), 0u);
  remote.say(fail(Code::NotFound, "gone"));
  EXPECT_EQ(text(), "(none)");
}

TEST_F(RemoteSourceTest, ForgetsASourceThatIsNoMore) {
  remote.say(with_voice('a'));
  ask();
  EXPECT_EQ(done(forget_other_sources(store, {"hq", "other"})), 0u);
  EXPECT_EQ(memory.blob_bytes(), amr('a').size());
  EXPECT_EQ(done(forget_other_sources(store, {"other"})), 1u);
  EXPECT_EQ(memory.blob_bytes(), 0u);
}

TEST_F(RemoteSourceTest, StartsNothingWhenTheServerEnds) {
  gate.stop();
  EXPECT_EQ(text(), "(down)");
  EXPECT_EQ(remote.fetches(), 0);
}

/// Every call to the store fails once: the answer is right or Unavailable, and the next one is right.
TEST_F(RemoteSourceTest, AFailingStoreCostsOneAnswer) {
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
