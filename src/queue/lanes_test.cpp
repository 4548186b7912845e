// Who goes first, and how many at once.
#include <fmt/format.h>

#include "queue/queue_test.h"

namespace paraph::queue {
namespace {

using namespace std::chrono_literals;
using service::done;
using service::QueueItems;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// One at a time, so that their order shows.
struct PriorityTest : QueueTest {
  PriorityTest() : QueueTest({.connections_per_destination = 1, .connections_max = 1}) {}
  void send_with(const std::string& field) {
    auto made = message(std::string(kReturnPath) + field + kHello);
    const auto to = recipients_of({"carol@example.net"}, std::nullopt);
    service::done(send_message(made, to, {"alice", "example.org"}, {}));
  }
};

TEST_F(PriorityTest, TheMoreUrgentGoesFirst) {
  send_with("Precedence: bulk\r\n");
  for (int i = 0; i < 45; ++i) send_with("");  // more than one look takes
  send_with("Importance: high\r\n");
  run_due();
  ASSERT_THAT(relay.calls, SizeIs(47));
  EXPECT_THAT(relay.calls.front().octets, HasSubstr("Importance: high"));
  EXPECT_THAT(relay.calls.back().octets, HasSubstr("Precedence: bulk"));
}

TEST_F(PriorityTest, AnUrgentOneThatComesLaterDoesNotWaitForAllOthers) {
  for (int i = 0; i < 100; ++i) send_with("");
  const auto begin = relay.calls.size();
  run_beside([](PriorityTest& test) -> Task<void> {
    const auto executor = co_await boost::asio::this_coro::executor;
    while (test.relay.calls.size() < 30) co_await boost::asio::post(executor, use_task);
    auto made = co_await test.receive(std::string(kReturnPath) + "Priority: urgent\r\n" + kHello);
    auto prepared = service::ok(std::move(made));
    const auto to = test.recipients_of({"carol@example.net"}, std::nullopt);
    const mail::Address from{"alice", "example.org"};
    const auto sent = co_await test.send_message(prepared, to, from, mail::MailOptions());
    EXPECT_TRUE(sent.has_value());
  }(*this));
  run_due();
  ASSERT_THAT(relay.calls, SizeIs(begin + 101));
  const auto urgent =
      std::ranges::find_if(relay.calls, [](const auto& call) { return call.octets.contains("urgent"); });
  EXPECT_LE(urgent - relay.calls.begin(), 30 + 2 * 20) << "what is taken already goes before it";
}

struct BoundsTest : QueueTest {
  BoundsTest() : QueueTest({.connections_per_destination = 3, .connections_max = 5}) {}
};

TEST_F(BoundsTest, WhatWaitsLongerThanItsLeaseIsTakenAnew) {
  for (int i = 0; i < 10; ++i) send({"carol@a.example"});
  relay.script = [&](const relay::Host& host, const relay::Job& job) {
    if (relay.calls.empty()) clock.advance(2h);  // the first takes its time, and seven wait for a lane
    return FakeRelay::take(host, job);
  };
  run_due();
  pass(1min);
  EXPECT_THAT(relay.calls, SizeIs(10));
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(BoundsTest, TransactionsAreBounded) {
  for (int i = 0; i < 20; ++i) send({"carol@a.example", "carol@b.example", fmt::format("carol@c{}.example", i)});
  run_due();
  EXPECT_THAT(relay.calls, SizeIs(60));
  EXPECT_EQ(relay.most_at_once("mx.a.example"), 3u);
  EXPECT_EQ(relay.most_at_once("mx.b.example"), 3u);
  EXPECT_EQ(relay.all_at_once, 5u);
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(BoundsTest, ADestinationThatDoesNotAnswerIsTriedByOneAtATime) {
  relay.script = &FakeRelay::down;
  for (int i = 0; i < 20; ++i) send({"carol@a.example"});
  run_due();
  EXPECT_LE(relay.calls.size(), 3u) << "the others are put off with that answer";
  EXPECT_THAT(waiting(), SizeIs(20));
  const auto tried = relay.calls.size();
  pass(20min);
  EXPECT_GT(relay.calls.size(), tried);
  for (std::size_t i = tried; i < relay.calls.size(); ++i) EXPECT_EQ(relay.calls[i].at_once, 1u);
  relay.script = &FakeRelay::take;
  pass(60min);
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(inbox_of(alice), IsEmpty());
}

/// Twenty domains that all go to smart.example.
struct SmarthostTest : BoundsTest {
  SmarthostTest() {
    for (int i = 0; i < 20; ++i) {
      hops.routes[fmt::format("c{}.example", i)] = "smart.example";
      to.push_back(fmt::format("carol@c{}.example", i));
    }
  }
  std::vector<std::string> to;
};

TEST_F(SmarthostTest, ItsDomainsShareItsTransactions) {
  for (int i = 0; i < 3; ++i) send(to);
  for (int i = 0; i < 10; ++i) send({"dave@a.example"});
  run_due();
  EXPECT_THAT(relay.calls, SizeIs(70));
  EXPECT_EQ(relay.most_at_once("smart.example"), 3u);
  EXPECT_EQ(relay.most_at_once("mx.a.example"), 2u) << "those who wait for the smarthost stand in nobody's way";
  EXPECT_EQ(relay.all_at_once, 5u);
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(SmarthostTest, OneThatDoesNotAnswerIsTriedByOneAtATimeForAllItsDomains) {
  relay.script = &FakeRelay::down;
  send(to);
  run_due();
  EXPECT_LE(relay.calls.size(), 3u) << "the others are put off with that answer";
  ASSERT_THAT(waiting(), SizeIs(20));
  for (const auto& row : waiting()) EXPECT_EQ(row.item.recipients[0].host, "smart.example");
  const auto tried = relay.calls.size();
  pass(20min);
  ASSERT_GT(relay.calls.size(), tried);
  for (std::size_t i = tried; i < relay.calls.size(); ++i) EXPECT_EQ(relay.calls[i].at_once, 1u);
  relay.script = &FakeRelay::take;
  const auto before = relay.calls.size();
  done(items.apply(waiting()[0].id, QueueItems::Act::Retry));
  run_due();
  EXPECT_THAT(relay.calls, SizeIs(before + 1)) << "an operator's word is for the domain, and opens the way to its host";
  pass(60min);
  EXPECT_EQ(relay.most_at_once("smart.example"), 3u) << "all its transactions again";
  EXPECT_THAT(waiting(), IsEmpty());
}

}  // namespace
}  // namespace paraph::queue
