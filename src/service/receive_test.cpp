#include "service/receive.h"

#include <gmock/gmock.h>

#include "base/testing.h"
#include "record/keys.h"
#include "service/testing.h"

namespace paraph::service {
namespace {

struct ReceiveTest : testing::Test, World {
  ReceiveTest() { make_accounts(); }
  Task<Result<NewMessage>> receive_pieces(std::vector<std::string> pieces) {
    Receiver receiver(store, clock, limits.message_bytes_max);
    for (const auto& piece : pieces) {
      PARAPH_CO_CHECK(co_await receiver.feed(piece));
    }
    co_return co_await receiver.finish();
  }
  std::size_t uploads() { return done(store.scan(record::all_with(record::uploads_prefix()))).size(); }
};

TEST_F(ReceiveTest, TheSameMessageHoweverItIsCut) {
  const std::string given = audio_message(700).substr(0, 500);
  const auto whole = done(receive_pieces({given}));
  for_every_split(
      given,
      [&](const std::vector<std::string>& pieces) {
        const auto cut = done(receive_pieces(pieces));
        ASSERT_TRUE(cut.record == whole.record);
        ASSERT_EQ(cut.header, whole.header);
      },
      0);
}

TEST_F(ReceiveTest, SmallMessagesTouchTheStoreOnceOnly) {
  done(receive_pieces({"a: b\r\n\r\n"}));
  const auto before = memory.counters().batches;
  const auto message = done(receive_pieces({audio_message(150'000)}));
  EXPECT_EQ(memory.counters().batches, before);
  EXPECT_EQ(message.upload, 0u);
  EXPECT_EQ(message.blobs.size(), 1u);
}

TEST_F(ReceiveTest, LargeOnesArePutEarlyAndHeldUntilTheyAreKept) {
  auto message = done(receive_pieces({audio_message(400'000), mime::encode_base64(std::string(400'000, 'b'))}));
  EXPECT_NE(message.upload, 0u);
  EXPECT_FALSE(message.uploaded.empty());
  EXPECT_EQ(uploads(), 1u);
  done(mailboxes.append(std::move(message), {{.account = alice, .mailbox = inbox, .internal_date = kTestTime}}));
  EXPECT_EQ(uploads(), 0u);
  EXPECT_TRUE(octets(inbox, Uid{1}) == audio_message(400'000) + mime::encode_base64(std::string(400'000, 'b')));
}

TEST_F(ReceiveTest, WhatIsNotKeptIsGivenBack) {
  done(receive_pieces({"a: b\r\n\r\n"}));
  auto message = done(receive_pieces({audio_message(600'000)}));
  EXPECT_EQ(code_of(mailboxes.append(std::move(message), {{.account = alice, .mailbox = MailboxId{999}}})),
            Code::NotFound);
  EXPECT_EQ(uploads(), 0u);
  EXPECT_EQ(memory.blob_bytes(), 0u);
}

Task<void> begin_and_leave(World& world, bool abandon) {
  Receiver receiver(world.store, world.clock, world.limits.message_bytes_max);
  const std::string octets = audio_message(600'000);
  auto fed = co_await receiver.feed(octets);
  ok(std::move(fed));
  if (abandon) co_await receiver.abandon();
}

TEST_F(ReceiveTest, AnUnfinishedOneGivesItsBlobsBack) {
  for (const bool abandon : {false, true}) {
    run(begin_and_leave(*this, abandon));
    EXPECT_EQ(uploads(), 0u) << abandon;
    EXPECT_EQ(memory.blob_bytes(), 0u);
  }
}

TEST_F(ReceiveTest, AfterACrashUploadsAreGivenBackOnce) {
  done(receive_pieces({audio_message(600'000)}));  // and nobody knows of it any more
  EXPECT_EQ(done(recover_uploads(store)), 1u);
  EXPECT_EQ(done(recover_uploads(store)), 0u);
  EXPECT_EQ(memory.blob_bytes(), 0u);
}

TEST_F(ReceiveTest, TooLargeIsTold) {
  limits.message_bytes_max = 1000;
  EXPECT_EQ(code_of(receive_pieces({audio_message(2000)})), Code::TooLarge);
}

}  // namespace
}  // namespace paraph::service
