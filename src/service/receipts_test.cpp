#include "service/receipts.h"

#include <gmock/gmock.h>

#include "record/codec.h"
#include "record/keys.h"
#include "service/testing.h"
#include "source/local/local_source.h"

namespace paraph::service {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kMessage =
    "From: Alice <alice@example.org>\r\nSubject: hi\r\nMessage-ID: <1@example.org>\r\n\r\nwords\r\n";

struct ReceiptsTest : testing::Test, World {
  ReceiptsTest() { make_accounts(); }
  Transaction to(std::vector<std::string> names, std::optional<mail::Notify> notify) {
    Transaction made{.reverse_path = {"x", "elsewhere.example"},
                     .options = {.envid = "E 1"},
                     .received_from = "client.example (192.0.2.1)",
                     .protocol = "LMTP"};
    for (auto& name : names)
      made.recipients.push_back(
          {.address = {std::move(name), "example.org"}, .notify = notify, .original = "rfc822;b@list.example"});
    return made;
  }
  void submit(Transaction transaction) { done(deposit.submit(std::move(transaction), message(kMessage))); }
  std::size_t in_inbox() { return uids(inbox).size(); }
  /// What waits for other servers.
  std::vector<record::Queued> queued() {
    std::vector<record::Queued> items;
    for (const auto& row : done(store.scan(record::all_with(record::queued_prefix()))))
      items.push_back(ok(record::parse_queued(row.value)));
    return items;
  }
  std::string octets_of(const record::Queued& item) {
    const auto found = done(messages.load(item.message));
    return done(messages.read_all(found, {item.skip, found->structure.size}, 1 << 20));
  }

  Outbound outbound{store};
  crypto::SeededRandom random{1};
  source::local::LocalSource local{store};
  Acquirer acquirer{{&local}, std::chrono::milliseconds(50)};
  Deposit deposit{store,   accounts, mailboxes, acquirer, random, clock, limits, {.server_name = "vm.example.org"},
                  nullptr, nullptr,  &outbound};
};

TEST_F(ReceiptsTest, ASenderElsewhereIsToldThroughTheQueue) {
  submit(to({"bob", "nobody"}, mail::Notify{.success = true}));
  const auto items = queued();
  ASSERT_EQ(items.size(), 1U);
  EXPECT_TRUE(items[0].reverse_path.null());
  ASSERT_EQ(items[0].recipients.size(), 1U);
  EXPECT_EQ(items[0].recipients[0].recipient.address.text(), "x@elsewhere.example");
  EXPECT_THAT(
      octets_of(items[0]),
      AllOf(StartsWith("From: MAILER-DAEMON@vm.example.org\r\nTo: x@elsewhere.example\r\n"),
            HasSubstr("Original-Envelope-Id: E 1\r\n"),
            HasSubstr("Original-Recipient: rfc822; b@list.example\r\nFinal-Recipient: rfc822; bob@example.org\r\n"
                      "Action: delivered\r\nStatus: 2.0.0\r\n"),
            HasSubstr("Subject: hi\r\n"), Not(HasSubstr("nobody")), Not(HasSubstr("words"))));
}

TEST_F(ReceiptsTest, ASenderHereFindsItInTheInbox) {
  auto transaction = to({"bob"}, mail::Notify{.success = true, .failure = true});
  transaction.principal = done(accounts.find("alice@example.org"));
  transaction.reverse_path = {"alice", "example.org"};
  submit(std::move(transaction));
  EXPECT_THAT(queued(), IsEmpty());
  ASSERT_EQ(in_inbox(), 1U);
  EXPECT_THAT(octets(inbox, Uid{1}), AllOf(StartsWith("Return-Path: <>\r\nFrom: MAILER-DAEMON@vm.example.org\r\n"),
                                           HasSubstr("Subject: Your message was delivered\r\n")));
}

TEST_F(ReceiptsTest, NobodyIsToldWhoDidNotAsk) {
  submit(to({"bob"}, std::nullopt));
  submit(to({"bob"}, mail::Notify{}));
  submit(to({"bob"}, mail::Notify{.failure = true, .delay = true}));
  auto from_nobody = to({"bob"}, mail::Notify{.success = true});
  from_nobody.reverse_path = {};
  submit(std::move(from_nobody));
  submit(to({"nobody"}, mail::Notify{.success = true}));
  EXPECT_THAT(queued(), IsEmpty());
  EXPECT_EQ(in_inbox(), 0U);
}

TEST_F(ReceiptsTest, AReportThatCannotBeKeptHoldsNothingUp) {
  auto transaction = to({"bob"}, mail::Notify{.success = true});
  transaction.reverse_path = {"nobody", "example.org"};
  submit(std::move(transaction));
  EXPECT_THAT(queued(), IsEmpty());
}

}  // namespace
}  // namespace paraph::service
