// Who takes what, and that nothing is forgotten: nodes that die, leases of others, clocks that go back, bells.
#include "queue/queue_test.h"

namespace paraph::queue {
namespace {

using namespace std::chrono_literals;
using service::done;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(QueueTest, WhatWasTakenWhenTheProcessDiedIsTakenAgain) {
  for (const bool gives_back : {false, true}) {
    send({"carol@example.net"});
    {
      // The loop ends in the midst of a transaction, as a kill does.
      boost::asio::io_context loop{1};
      boost::asio::co_spawn(loop, queue->run_due(), [](std::exception_ptr) {});
      while (!relay.running()) loop.run_one();
      EXPECT_TRUE(queue->is_trying(waiting()[0]));
      queue->stop();
    }
    EXPECT_THAT(relay.calls, IsEmpty());
    EXPECT_THAT(done(store.scan(record::all_with(record::leases_prefix()))), SizeIs(1));
    relay = {};
    restart();
    EXPECT_FALSE(queue->is_trying(waiting()[0]));
    if (gives_back) {
      recover();
      EXPECT_THAT(done(store.scan(record::all_with(record::leases_prefix()))), IsEmpty());
    }
    run_due();
    EXPECT_THAT(relay.calls, SizeIs(1)) << "a lease of its own keeps nobody waiting";
    EXPECT_THAT(waiting(), IsEmpty());
    relay.calls.clear();
  }
}

TEST_F(QueueTest, WhatAnotherNodeServesIsServedHereWhenItsLeaseIsOver) {
  send({"carol@example.net", "dave@example.com"});
  const record::Lease lease{.node = "dead.example.org", .until = clock.now() + 1h};
  store::Batch batch;
  batch.writes.push_back({record::lease_key("example.net"), record::format_lease(lease)});
  done(store.commit(std::move(batch)));
  recover();
  run_due();
  pass(59min);
  ASSERT_THAT(relay.calls, SizeIs(1));
  EXPECT_EQ(relay.calls[0].host, "mx.example.com");
  pass(2min);
  EXPECT_THAT(relay.calls, SizeIs(2));
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(done(store.scan(record::all_with(record::leases_prefix()))), IsEmpty());
}

TEST_F(QueueTest, ALeaseThatAnotherNodeTookMeanwhileIsLeftToIt) {
  relay.script = [this](const relay::Host& host, const relay::Job& job) {
    clock.advance(61min);  // so long that the lease is over
    store::Batch batch;
    const record::Lease lease{.node = "other.example.org", .until = clock.now() + 1h};
    batch.writes.push_back({record::lease_key("example.net"), record::format_lease(lease)});
    done(store.commit(std::move(batch)));
    return FakeRelay::take(host, job);
  };
  send({"carol@example.net"});
  send({"dave@example.net"});
  run_due();
  const auto rows = done(store.scan(record::all_with(record::leases_prefix())));
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(record::parse_lease(rows[0].value)->node, "other.example.org");
}

TEST_F(QueueTest, AClockThatGoesBackLosesNothing) {
  send({"carol@example.net"});
  clock.advance(-2s);
  run_due();
  EXPECT_THAT(relay.calls, IsEmpty()) << "due in two seconds, by this clock";
  pass(61min);
  EXPECT_THAT(relay.calls, SizeIs(1));
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(QueueTest, AClockThatGoesBackWhileItemsAreTakenLosesNothing) {
  relay.script = &FakeRelay::put_off;
  for (int i = 0; i < 50; ++i) send({"carol@example.net"});
  run_due();
  relay.calls.clear();
  // All their bells ring; after the first try no more of them are due.
  relay.script = [this](const relay::Host& host, const relay::Job& job) {
    if (relay.calls.empty()) clock.advance(-10min);
    return FakeRelay::take(host, job);
  };
  pass(8min, 8min);
  EXPECT_LT(relay.calls.size(), 50u);
  relay.script = &FakeRelay::take;
  pass(15min);
  EXPECT_THAT(relay.calls, SizeIs(50));
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(QueueTest, ADestinationThatWasDownIsTriedAlthoughTheClockWentBack) {
  relay.script = &FakeRelay::down;
  send({"carol@example.net"});
  run_due();
  relay.script = &FakeRelay::take;
  clock.advance(-48h);
  send({"carol@example.net"});
  run_due();
  EXPECT_THAT(relay.calls, SizeIs(2));
}

TEST_F(QueueTest, WhoRingsDuringTheLastLookIsHeard) {
  // Before, during and after the look that finds nothing.
  for (std::size_t turns = 0; turns < 40; ++turns) {
    send({"carol@example.net"});
    run_beside(send_after(turns));
    run_due();  // what came when all was done
    EXPECT_THAT(waiting(), IsEmpty()) << turns;
  }
  EXPECT_THAT(relay.calls, SizeIs(80));
}

}  // namespace
}  // namespace paraph::queue
