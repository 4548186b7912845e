#include "service/receipts.h"

#include <gmock/gmock.h>

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
  ReceiptsTest() {
    make_accounts();
    deposit.set_report_sender([this](std::string report, mail::Address to, mail::MailOptions) {
      return take(std::move(report), std::move(to));
    });
  }
  Task<void> take(std::string report, mail::Address to) {
    gone.push_back(to.text() + "\n" + report);
    co_return;
  }
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

  std::vector<std::string> gone;
  crypto::SeededRandom random{1};
  source::local::LocalSource local{store};
  Acquirer acquirer{{&local}, std::chrono::milliseconds(50)};
  Deposit deposit{store, accounts, mailboxes, acquirer, random, clock, limits, {.server_name = "vm.example.org"}};
};

TEST_F(ReceiptsTest, ASenderElsewhereIsToldThroughTheQueue) {
  submit(to({"bob", "nobody"}, mail::Notify{.success = true}));
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_THAT(
      gone[0],
      AllOf(StartsWith("x@elsewhere.example\n"), HasSubstr("Original-Envelope-Id: E 1\r\n"),
            HasSubstr("Original-Recipient: rfc822; b@list.example\r\nFinal-Recipient: rfc822; bob@example.org\r\n"
                      "Action: delivered\r\nStatus: 2.0.0\r\n"),
            HasSubstr("Subject: hi\r\n"), Not(HasSubstr("nobody")), Not(HasSubstr("words"))));
}

TEST_F(ReceiptsTest, ASenderHereFindsItInTheInbox) {
  auto transaction = to({"bob"}, mail::Notify{.success = true, .failure = true});
  transaction.principal = done(accounts.find("alice@example.org"));
  transaction.reverse_path = {"alice", "example.org"};
  submit(std::move(transaction));
  EXPECT_THAT(gone, IsEmpty());
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
  EXPECT_THAT(gone, IsEmpty());
  EXPECT_EQ(in_inbox(), 0U);
}

TEST_F(ReceiptsTest, AReportThatCannotBeKeptHoldsNothingUp) {
  auto transaction = to({"bob"}, mail::Notify{.success = true});
  transaction.reverse_path = {"nobody", "example.org"};
  submit(std::move(transaction));
  EXPECT_THAT(gone, IsEmpty());
}

}  // namespace
}  // namespace paraph::service
