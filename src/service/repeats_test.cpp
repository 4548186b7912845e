#include "service/repeats.h"

#include <gmock/gmock.h>

#include "record/keys.h"
#include "service/deposit.h"
#include "service/testing.h"
#include "source/local/local_source.h"
#include "store/flaky.h"

namespace paraph::service {
namespace {

using testing::ElementsAre;

constexpr std::string_view kMessage = "From: a@elsewhere.example\r\nMessage-ID: <1@elsewhere.example>\r\n\r\nhello\r\n";

/// A server that other servers hand messages to.
struct Taker : World {
  explicit Taker(store::Store* over = nullptr) : World(over) { make_accounts(); }

  Transaction transaction(std::vector<std::string> to = {"alice"}) {
    Transaction made{.reverse_path = {"a", "elsewhere.example"},
                     .received_from = "mx.elsewhere.example (192.0.2.1)",
                     .protocol = "ESMTP",
                     .peer = "192.0.2.1"};
    for (auto& name : to) made.recipients.push_back({{std::move(name), "example.org"}});
    return made;
  }
  Task<Result<NewMessage>> hashed(std::string octets) {
    Receiver receiver(store, clock, limits.message_bytes_max, Receiver::Content::Hashed);
    PARAPH_CO_CHECK(co_await receiver.feed(octets));
    co_return co_await receiver.finish();
  }
  Task<Result<Deposit::Outcome>> submit(Transaction made, std::string_view octets = kMessage) {
    PARAPH_CO_TRY(auto message, co_await hashed(std::string(octets)));
    co_return co_await deposit.submit(std::move(made), std::move(message));
  }
  bool hand_over(Transaction made, std::string_view octets = kMessage) {
    return !done(submit(std::move(made), octets)).repeated;
  }
  std::size_t rows() { return done(store.scan(record::all_with(record::repeats_prefix()))).size(); }

  crypto::SeededRandom random{1};
  source::local::LocalSource local{store};
  Acquirer acquirer{{&local}, std::chrono::milliseconds(50)};
  Deposit deposit{store, accounts, mailboxes, acquirer, random, clock, limits, {.server_name = "vm.example.org"}};
};
struct RepeatsTest : testing::Test, Taker {};

TEST_F(RepeatsTest, TheSameMessageOfTheSamePeerIsTakenOnce) {
  EXPECT_TRUE(hand_over(transaction({"alice", "bob"})));
  EXPECT_FALSE(hand_over(transaction({"alice", "bob"})));
  EXPECT_FALSE(hand_over(transaction({"BOB", "alice"}))) << "the same recipients in another order";
  EXPECT_THAT(uids(inbox), ElementsAre(1));
}

TEST_F(RepeatsTest, WhatDiffersInAnythingIsAnother) {
  EXPECT_TRUE(hand_over(transaction()));
  EXPECT_TRUE(hand_over(transaction({"bob"})));
  EXPECT_TRUE(hand_over(transaction({"alice", "bob"})));
  EXPECT_TRUE(hand_over(transaction({"alice", "alice"})));
  auto other_peer = transaction();
  other_peer.peer = "192.0.2.2";
  EXPECT_TRUE(hand_over(other_peer));
  auto other_sender = transaction();
  other_sender.reverse_path = {};
  EXPECT_TRUE(hand_over(other_sender));
  EXPECT_TRUE(hand_over(transaction(), std::string(kMessage) + "more\r\n"));
  EXPECT_THAT(uids(inbox), ElementsAre(1, 2, 3, 4, 5, 6));
}

/// A device that says the same each time means it each time.
TEST_F(RepeatsTest, WhatBearsNoMarkOfItsOwnIsNeverARepeat) {
  constexpr std::string_view kAlarm = "From: a@elsewhere.example\r\nSubject: alarm\r\n\r\nMessage-ID: none\r\n";
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(hand_over(transaction(), kAlarm));
  EXPECT_THAT(uids(inbox), ElementsAre(1, 2));
  for (const std::string mark : {"Message-ID: <2@x>\r\n", "Date: Mon, 1 Jan 2024 00:00:00 +0000\r\n",
                                 "Received: by x; Mon, 1 Jan 2024 00:00:00 +0000\r\n"}) {
    EXPECT_TRUE(hand_over(transaction(), mark + std::string(kAlarm)));
    EXPECT_FALSE(hand_over(transaction(), mark + std::string(kAlarm))) << mark;
  }
}

TEST_F(RepeatsTest, AfterADayItIsTakenAgain) {
  EXPECT_TRUE(hand_over(transaction()));
  clock.advance(std::chrono::seconds(86'399));
  EXPECT_FALSE(hand_over(transaction()));
  clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(hand_over(transaction()));
  EXPECT_FALSE(hand_over(transaction()));
  EXPECT_EQ(rows(), 1U);
}

/// Who was told 552 may have room when it comes again.
TEST_F(RepeatsTest, WhatNotAllGotIsTakenAgain) {
  auto both = transaction({"alice", "bob"});
  both.protocol = "LMTP";
  done(accounts.set_quota(bob, 1, 0));
  for (int i = 0; i < 2; ++i) {
    const auto outcome = done(submit(both));
    ASSERT_EQ(outcome.deliveries.size(), 2U);
    EXPECT_TRUE(outcome.deliveries[0]);
    EXPECT_FALSE(outcome.deliveries[1]);
  }
  EXPECT_EQ(rows(), 0U);
  done(accounts.set_quota(bob, 0, 0));
  EXPECT_TRUE(hand_over(both));
  EXPECT_FALSE(hand_over(both));
  EXPECT_EQ(rows(), 1U);
}

TEST_F(RepeatsTest, WithoutAHashNothingIsFolded) {
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(done(deposit.submit(transaction(), message(kMessage))).repeated);
  EXPECT_THAT(uids(inbox), ElementsAre(1, 2));
  EXPECT_EQ(rows(), 0U);
}

TEST_F(RepeatsTest, ARefusedMessageIsNotRemembered) {
  EXPECT_EQ(code_of(submit(transaction({"nobody"}))), Code::NotFound);
  EXPECT_EQ(rows(), 0U);
}

TEST_F(RepeatsTest, TwoAtOnceAreOne) {
  boost::asio::io_context loop{1};
  int taken = 0;
  for (int i = 0; i < 8; ++i) {
    boost::asio::co_spawn(loop, submit(transaction()), [&](std::exception_ptr failed, Result<Deposit::Outcome> got) {
      EXPECT_FALSE(failed);
      taken += got && !got->repeated ? 1 : 0;
    });
  }
  loop.run();
  EXPECT_EQ(taken, 1);
  EXPECT_THAT(uids(inbox), ElementsAre(1));
}

TEST_F(RepeatsTest, OldRowsGoAsOthersCome) {
  for (int i = 0; i < 200; ++i) hand_over(transaction(), "Message-ID: <" + std::to_string(i) + "@x>\r\n\r\n");
  EXPECT_EQ(rows(), 200U);
  clock.advance(std::chrono::seconds(86'400));
  for (int i = 200; i < 400; ++i) hand_over(transaction(), "Message-ID: <" + std::to_string(i) + "@x>\r\n\r\n");
  EXPECT_LT(rows(), 250U);
  EXPECT_GE(rows(), 200U);
}

/// The store fails in each of its calls in turn, with or without the work done, and the message comes again.
TEST(RepeatsFailures, WhateverBreaksItIsThereOnce) {
  for (const auto effect : {store::Flaky::Effect::None, store::Flaky::Effect::Applied}) {
    std::uint64_t n = 1;
    for (bool over = false; !over; ++n) {
      store::memory::MemoryStore memory;
      store::Flaky flaky(memory);
      Taker taker(&flaky);
      flaky.fail_at(n, Code::Unavailable, effect);
      const auto first = run(taker.submit(taker.transaction()));
      over = flaky.calls() < n;
      flaky.fail_at(0);
      const auto again = run(taker.submit(taker.transaction()));
      ASSERT_TRUE(again) << n;
      if (first) {
        EXPECT_TRUE(again->repeated) << n;
      }
      EXPECT_THAT(taker.uids(taker.inbox), ElementsAre(testing::_)) << n;
    }
    EXPECT_GT(n, 4U);
  }
}

}  // namespace
}  // namespace paraph::service
