// Several event loops at once, as the server has them.
#include <gmock/gmock.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <set>
#include <thread>

#include "service/change_feed.h"
#include "service/check.h"
#include "service/testing.h"
#include "store/flaky.h"

namespace paraph::service {
namespace {

/// Each of `tasks` on its own thread and loop; all must end.
void run_together(std::vector<std::function<Task<void>()>> tasks) {
  std::vector<std::thread> threads;
  for (auto& task : tasks) threads.emplace_back([&task] { run(task()); });
  for (auto& thread : threads) thread.join();
}

Task<void> append_small(World& world, std::vector<Target> to, int times) {
  for (int i = 0; i < times; ++i) {
    auto received = co_await world.receive("Subject: y\r\n\r\n");
    auto appended = co_await world.mailboxes.append(ok(std::move(received)), to);
    ok(std::move(appended));
  }
}

struct ConcurrencyTest : testing::Test, World {
  ConcurrencyTest() { make_accounts(); }
  Task<void> append_many(std::vector<Target> targets, int times) {
    for (int i = 0; i < times; ++i) {
      auto received = co_await receive(audio_message(3000, static_cast<char>('a' + i % 26)));
      auto appended = co_await mailboxes.append(ok(std::move(received)), targets);
      ok(std::move(appended));
    }
  }
  Task<void> flag_many(int times) {
    const auto deleted = flags({mail::Flag::Deleted});
    for (int i = 0; i < times; ++i) {
      const auto entries = co_await mailboxes.entries(inbox);
      std::vector<Uid> some;
      for (const auto& entry : *entries) {
        if (entry.uid.value % 3 == 0) some.push_back(entry.uid);
      }
      auto stored = co_await mailboxes.store_flags(alice, inbox, some, mail::FlagChange::Add, deleted);
      ok(std::move(stored));
      auto gone = co_await mailboxes.expunge(alice, inbox, std::nullopt);
      expunged += ok(std::move(gone)).size();
    }
  }
  Task<void> copy_many(int times) {
    for (int i = 0; i < times; ++i) {
      const auto entries = co_await mailboxes.entries(inbox);
      std::vector<Uid> some;
      for (const auto& entry : *entries) some.push_back(entry.uid);
      if (some.size() > 5) some.resize(5);
      auto copied = co_await mailboxes.copy(alice, inbox, some, trash);
      ok(std::move(copied));
      std::vector<Uid> one{Uid{static_cast<std::uint32_t>(i + 1)}};
      auto moved = co_await mailboxes.move(alice, trash, std::move(one), inbox);
      moved_back += ok(std::move(moved)).uids.size();
    }
  }
  std::size_t findings() {
    return done(check_store(store, Repair::No, [](const Finding& f) { ADD_FAILURE() << f.name << ": " << f.text; }));
  }
  Target target(AccountId account, MailboxId mailbox) {
    return {.account = account, .mailbox = mailbox, .internal_date = kTestTime};
  }
  std::atomic<std::size_t> expunged = 0, moved_back = 0;
};

TEST_F(ConcurrencyTest, AppendsFromManyLoopsGetUidsWithoutGaps) {
  const auto to = target(alice, inbox);
  const auto also = target(bob, box(bob, "INBOX").id);
  run_together({[&] { return append_many({to}, 50); }, [&] { return append_many({to, also}, 50); },
                [&] { return append_many({also, to}, 50); }, [&] { return append_many({to}, 50); }});
  const auto all = uids(inbox);
  ASSERT_EQ(all.size(), 200u);
  EXPECT_EQ(all.back(), 200u);
  EXPECT_EQ(box(bob, "INBOX").messages, 100u);
  EXPECT_EQ(findings(), 0u);
}

TEST_F(ConcurrencyTest, EverythingAtOnceAndTheStoreStaysWhole) {
  const auto to = target(alice, inbox);
  run_together({[&] { return append_many({to, target(alice, trash)}, 40); }, [&] { return append_many({to}, 40); },
                [&] { return flag_many(15); }, [&] { return copy_many(15); }});
  EXPECT_EQ(box(alice, "INBOX").messages, 80u - expunged + moved_back);
  EXPECT_EQ(findings(), 0u);
}

/// Two processes share one store: each has its own turns and cache, and Expects alone keep them apart.
TEST_F(ConcurrencyTest, TwoServersOverOneStore) {
  World other(&store);
  other.alice = alice;
  const auto to = target(alice, inbox);
  run_together({[&] { return append_many({to}, 30); }, [&] { return append_small(other, {to}, 30); }});
  EXPECT_EQ(uids(inbox).size(), 60u);
  EXPECT_EQ(findings(), 0u);
}

/// Nothing but the entry tells that a message of one use is still there.
TEST_F(ConcurrencyTest, WhatAnotherServerExpungesMeanwhileIsNotCopied) {
  put(alice, inbox);
  done(mailboxes.store_flags(alice, inbox, {Uid{1}}, mail::FlagChange::Add, flags({mail::Flag::Deleted})));
  store::Flaky between(store);
  World other(&between);
  between.meanwhile = [&]() -> Task<void> {
    auto gone = co_await mailboxes.expunge(alice, inbox, std::nullopt);
    EXPECT_EQ(ok(std::move(gone)).size(), 1u);
  };
  EXPECT_EQ(done(other.mailboxes.copy(alice, inbox, {Uid{1}}, trash)).uids.size(), 0u);
  EXPECT_EQ(findings(), 0u);
}

/// Appends of one loop to one mailbox share commits' waiting: each is built while the one before is on its way.
TEST_F(ConcurrencyTest, AppendsToOneMailboxDoNotWaitForEachOthersSync) {
  boost::asio::io_context loop{1};
  for (int i = 0; i < 20; ++i)
    boost::asio::co_spawn(loop, append_many({target(alice, inbox)}, 5), boost::asio::detached);
  loop.run();
  EXPECT_EQ(box(alice, "INBOX").messages, 100u);
  EXPECT_EQ(findings(), 0u);
}

// --- the feed

struct Session {
  Session(World& w, boost::asio::io_context& loop)
      : world(w), watch(w.store, w.inbox, loop.get_executor(), [this] { ++wakes; }) {
    seen = w.box(w.alice, "INBOX").highest_modseq;
    for (const auto& entry : done(w.mailboxes.entries(w.inbox))) known.insert(entry.uid.value);
  }
  /// Brings the session's picture up to date, as at NOOP.
  void sync() {
    const auto changes = done(world.mailboxes.changes(world.alice, world.inbox, seen));
    for (const auto& entry : changes.changed) known.insert(entry.uid.value);
    for (const auto uid : changes.expunged) known.erase(uid.value);
    seen = changes.highest_modseq;
  }
  World& world;
  int wakes = 0;
  ChangeWatch watch;
  ModSeq seen;
  std::set<std::uint32_t> known;
};

TEST_F(ConcurrencyTest, ThreeSessionsSeeTheSameMailboxEachInItsOwnTime) {
  put(alice, inbox);
  put(alice, inbox);
  boost::asio::io_context loop{1};
  Session one(*this, loop), two(*this, loop), three(*this, loop);
  put(alice, inbox);
  one.sync();
  done(mailboxes.store_flags(alice, inbox, {Uid{1}, Uid{3}}, mail::FlagChange::Add, flags({mail::Flag::Deleted})));
  done(mailboxes.expunge(alice, inbox, std::vector{Uid{1}}));
  two.sync();
  put(alice, inbox);
  done(mailboxes.expunge(alice, inbox, std::vector{Uid{3}}));
  EXPECT_EQ(one.known, (std::set<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(two.known, (std::set<std::uint32_t>{2, 3}));
  for (auto* session : {&one, &two, &three}) {
    session->sync();
    EXPECT_EQ(session->known, (std::set<std::uint32_t>{2, 4}));
  }
  loop.poll();
  EXPECT_EQ(one.wakes, 1);  // many changes before it ran are one call
}

TEST_F(ConcurrencyTest, AWatchThatIsGoneIsNotCalled) {
  boost::asio::io_context loop{1};
  int wakes = 0;
  {
    ChangeWatch watch(store, inbox, loop.get_executor(), [&] { ++wakes; });
    put(alice, inbox);  // its call is on the way
  }
  loop.poll();
  EXPECT_EQ(wakes, 0);
  ChangeWatch other(store, trash, loop.get_executor(), [&] { ++wakes; });
  put(alice, inbox);
  loop.restart();
  loop.poll();
  EXPECT_EQ(wakes, 0);
}

}  // namespace
}  // namespace paraph::service
