// What is asked, when, and what is answered meanwhile.
#include "service/remote_source.h"

#include "service/remote_source_test.h"

namespace paraph::service {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

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

}  // namespace
}  // namespace paraph::service
