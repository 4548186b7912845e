// SPF and DMARC of mail from elsewhere: what is written into it, and where it goes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "crypto/random.h"
#include "dns/memory/memory_resolver.h"
#include "record/keys.h"
#include "service/acquire.h"
#include "service/deposit.h"
#include "service/incoming_dns.h"
#include "service/incoming_policy.h"
#include "service/policies.h"
#include "service/send.h"
#include "service/testing.h"

namespace paraph::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Incoming : public testing::Test {
 protected:
  Incoming() {
    world_.make_accounts();
    done(world_.accounts.add_domain("example.net"));
    carol_ = done(world_.accounts.add({.address = "carol@example.net", .name = "Carol"}));
    publish(dns_);
  }

  static void publish(dns::memory::MemoryResolver& dns) {
    for (const std::string wish : {"reject", "quarantine", "none"}) {
      const auto domain = wish + ".example";
      dns.add_txt(domain, "v=spf1 ip4:192.0.2.1 -all exp=why.example");
      dns.add_txt("_dmarc." + domain, "v=DMARC1; p=" + wish);
    }
    dns.add_txt("alone.example", "v=spf1 ip4:192.0.2.1 -all exp=why.example");
    dns.add_txt("why.example", "%{i} is not ours");
    dns.add_txt("helo.example", "v=spf1 ip4:192.0.2.1 -all");
  }

  void set(const std::string& domain, const std::string& key, const std::string& value) {
    Policies policies(world_.store);
    done(policies.set(domain, std::nullopt, {{key, value}}));
  }

  /// A message whose From and reverse-path are of `domain`, from `client`.
  Result<Deposit::Outcome> send(const std::string& domain, const std::string& client,
                                std::vector<mail::Recipient> recipients = {{{"bob", "example.org"}}},
                                const std::string& protocol = "ESMTP") {
    return send({"mallory", domain}, "From: ceo@" + domain + "\r\n\r\nhello\r\n", client, std::move(recipients),
                protocol);
  }
  Result<Deposit::Outcome> send(mail::Address reverse_path, const std::string& octets, const std::string& client,
                                std::vector<mail::Recipient> recipients = {{{"bob", "example.org"}}},
                                const std::string& protocol = "ESMTP") {
    IncomingVerifier verifier(world_.store, *asked_, world_.clock, random_, "mx.example.net");
    Acquirer nobody({}, std::chrono::seconds(1));
    Deposit deposit(world_.store, world_.accounts, world_.mailboxes, nobody, random_, world_.clock, world_.limits,
                    {.server_name = "mx.example.net"}, &verifier, nullptr, &outbound_);
    Transaction transaction{.reverse_path = std::move(reverse_path),
                            .recipients = std::move(recipients),
                            .received_from = "helo.example (" + client + ")",
                            .protocol = protocol,
                            .client_name = "helo.example",
                            .client_address = client};
    return run(deposit.submit(std::move(transaction), world_.message(octets)));
  }

  /// The only message in a mailbox, or "(none)".
  std::string in(AccountId account, const std::string& mailbox) {
    const auto id = world_.box(account, mailbox).id;
    const auto uids = world_.uids(id);
    return uids.empty() ? "(none)" : world_.octets(id, Uid{uids.back()});
  }
  std::vector<std::string> keywords_in(AccountId account, const std::string& mailbox) {
    const auto id = world_.box(account, mailbox).id;
    return done(world_.mailboxes.entries(id)).back().flags.keywords;
  }

  /// Items that wait to leave.
  std::size_t queued() { return done(world_.store.scan(record::all_with(record::queued_prefix()))).size(); }

  World world_;
  Outbound outbound_{world_.store};
  AccountId carol_;
  crypto::SeededRandom random_{1};
  dns::memory::MemoryResolver dns_;
  dns::Resolver* asked_ = &dns_;
};

TEST_F(Incoming, WhatPassesIsToldInOneField) {
  ok(send("reject.example", "192.0.2.1"));
  EXPECT_THAT(in(world_.bob, "INBOX"), HasSubstr("Authentication-Results: mx.example.net;\r\n"
                                                 "\tdkim=none;\r\n"
                                                 "\tspf=pass smtp.mailfrom=mallory@reject.example;\r\n"
                                                 "\tdmarc=pass header.from=reject.example\r\n"));
}

TEST_F(Incoming, ANullReversePathIsAskedAboutByItsName) {
  ok(send(mail::Address{}, "From: mailer-daemon@helo.example\r\n\r\nhello\r\n", "192.0.2.1"));
  EXPECT_THAT(in(world_.bob, "INBOX"), HasSubstr("spf=pass smtp.helo=helo.example;\r\n\tdmarc=none "));
}

TEST_F(Incoming, NobodyWithoutAnAddressIsAskedAbout) {
  ok(send("reject.example", ""));
  EXPECT_THAT(in(world_.bob, "INBOX"), HasSubstr("dkim=none\r\n"));
  EXPECT_THAT(in(world_.bob, "INBOX"), Not(HasSubstr("spf=")));
  EXPECT_THAT(dns_.questions(), IsEmpty());
}

TEST_F(Incoming, ByDefaultWhatADomainDisownsIsJunk) {
  for (const std::string wish : {"reject", "quarantine"}) {
    ok(send(wish + ".example", "192.0.2.9"));
    EXPECT_THAT(in(world_.bob, "Junk"), HasSubstr("dmarc=fail policy.dmarc=" + wish));
    EXPECT_THAT(in(world_.bob, "Junk"), HasSubstr("spf=fail smtp.mailfrom=mallory@" + wish + ".example"));
    EXPECT_THAT(keywords_in(world_.bob, "Junk"), ElementsAre(kJunkKeyword));
  }
  EXPECT_EQ(in(world_.bob, "INBOX"), "(none)");
}

TEST_F(Incoming, ByDefaultAllElseArrives) {
  for (const std::string domain : {"none.example", "alone.example", "nobody.example"}) {
    ok(send(domain, "192.0.2.9"));
    EXPECT_THAT(in(world_.bob, "INBOX"), HasSubstr("header.from=" + domain));
    EXPECT_THAT(keywords_in(world_.bob, "INBOX"), IsEmpty());
  }
  EXPECT_EQ(in(world_.bob, "Junk"), "(none)");
}

TEST_F(Incoming, SuccessIsReportedToAProvenSenderOnly) {
  const std::vector<mail::Recipient> asks{{{"bob", "example.org"}, mail::Notify{.success = true}}};
  ok(send("alone.example", "192.0.2.9", asks));   // SPF fails
  ok(send("nobody.example", "192.0.2.1", asks));  // says nothing
  ok(send("reject.example", "192.0.2.9", asks));
  ok(send({"x", "victim.example"}, "From: ceo@reject.example\r\n\r\nhello\r\n", "192.0.2.1", asks));
  EXPECT_EQ(queued(), 0u);
  ok(send("alone.example", "192.0.2.1", asks));
  EXPECT_EQ(queued(), 1u);
  ok(send("nobody.example", "", asks, "LMTP"));
  EXPECT_EQ(queued(), 2u) << "a server of ours took it, and knows whom it believes";
}

TEST_F(Incoming, AJunkMailboxIsMadeWhereThereIsNone) {
  done(world_.mailboxes.remove(world_.bob, "Junk"));
  ok(send("reject.example", "192.0.2.9"));
  EXPECT_EQ(world_.box(world_.bob, "Junk").use, mail::SpecialUse::Junk);
  EXPECT_THAT(in(world_.bob, "Junk"), HasSubstr("dmarc=fail"));
}

TEST_F(Incoming, ADomainThatRefusesIsToldWhy) {
  set("example.org", "dmarc", "reject");
  const auto outcome = ok(send("reject.example", "192.0.2.9"));
  ASSERT_TRUE(outcome.refusal);
  EXPECT_EQ(outcome.refusal->status, "5.7.26");
  EXPECT_THAT(outcome.refusal->text, HasSubstr("reject.example"));
  EXPECT_EQ(in(world_.bob, "INBOX"), "(none)");
  EXPECT_EQ(in(world_.bob, "Junk"), "(none)");
  EXPECT_FALSE(ok(send("quarantine.example", "192.0.2.9")).refusal);
  EXPECT_THAT(in(world_.bob, "Junk"), HasSubstr("policy.dmarc=quarantine"));
}

TEST_F(Incoming, AnSpfFailAlone) {
  set("example.org", "spf", "quarantine");
  EXPECT_FALSE(ok(send("alone.example", "192.0.2.9")).refusal);
  EXPECT_THAT(in(world_.bob, "Junk"), HasSubstr("spf=fail"));
  set("example.org", "spf", "reject");
  const auto outcome = ok(send("alone.example", "192.0.2.9"));
  ASSERT_TRUE(outcome.refusal);
  EXPECT_EQ(outcome.refusal->status, "5.7.23");
  EXPECT_THAT(outcome.refusal->text, HasSubstr("alone.example (SPF, RFC 7208): 192.0.2.9 is not ours"));
  // With DMARC's word too, what the receiver refuses by is told.
  set("example.org", "dmarc", "tag");
  EXPECT_EQ(ok(send("reject.example", "192.0.2.9")).refusal->status, "5.7.23");
}

TEST_F(Incoming, EachReceiverHasTheirOwnPolicy) {
  set("example.org", "dmarc", "reject");
  set("example.net", "dmarc", "tag");
  const std::vector<mail::Recipient> both = {{{"bob", "example.org"}}, {{"carol", "example.net"}}};
  const auto outcome = ok(send("reject.example", "192.0.2.9", both));
  EXPECT_FALSE(outcome.refusal);
  EXPECT_EQ(outcome.deliveries.size(), 2u);
  EXPECT_THAT(in(world_.bob, "Junk"), HasSubstr("dmarc=fail"));
  EXPECT_EQ(in(world_.bob, "INBOX"), "(none)");
  EXPECT_THAT(in(carol_, "INBOX"), HasSubstr("dmarc=fail"));
  set("example.net", "dmarc", "reject");
  EXPECT_TRUE(ok(send("reject.example", "192.0.2.9", both)).refusal);
}

TEST_F(Incoming, ASecondFromDoesNotHideTheFirst) {
  const std::string froms[] = {
      "From: a@none.example\r\nFrom: ceo@reject.example\r\n", "From: a@none.example, ceo@reject.example\r\n",
      "From: a@a.example, a@b.example, a@c.example, a@d.example, a@e.example, ceo@reject.example\r\n"};
  for (const auto& from : froms) {
    ok(send({"mallory", "none.example"}, from + "\r\nhello\r\n", "192.0.2.1"));
    EXPECT_THAT(in(world_.bob, "Junk"), HasSubstr(from)) << from;
  }
}

TEST_F(Incoming, AFromBehindALineThatIsNoFieldIsNone) {
  const std::string hidden = "this is no field\r\nFrom: ceo@reject.example\r\n\r\nhello\r\n";
  ok(send({"mallory", "none.example"}, "From: a@none.example\r\n" + hidden, "192.0.2.1"));
  EXPECT_THAT(in(world_.bob, "INBOX"), testing::EndsWith("From: a@none.example\r\n\r\n" + hidden));
  ok(send({"mallory", "none.example"}, "Subject: x\r\n" + hidden, "192.0.2.1"));
  EXPECT_THAT(in(world_.bob, "INBOX"), testing::EndsWith("Subject: x\r\n\r\n" + hidden));
}

TEST_F(Incoming, ABodyAtOnceIsABody) {
  const std::string text = "no field at all\r\n\r\nmore\r\n";
  ok(send({"mallory", "none.example"}, text, "", {{{"bob", "example.org"}}}, "LMTP"));
  EXPECT_THAT(in(world_.bob, "INBOX"), testing::EndsWith("+0000\r\n\r\n" + text));
  ok(send({"mallory", "none.example"}, "\r\nonly a body\r\n", "", {{{"bob", "example.org"}}}, "LMTP"));
  EXPECT_THAT(in(world_.bob, "INBOX"), testing::EndsWith("+0000\r\n\r\nonly a body\r\n"));
}

TEST_F(Incoming, AFromWithoutAnAddressDoesNotGetBy) {
  for (const std::string from : {"From: \"ceo@reject.example\"\r\n", "From: ceo@reject.example <>\r\n",
                                 "From: \"ceo@reject.example\" <x>, a@none.example\r\n"}) {
    ok(send({"mallory", "none.example"}, from + "\r\nhello\r\n", "192.0.2.1"));
    EXPECT_THAT(in(world_.bob, "Junk"), HasSubstr(from)) << from;
  }
  EXPECT_EQ(in(world_.bob, "INBOX"), "(none)");
  ok(send({"mallory", "none.example"}, "Subject: no author\r\n\r\nhello\r\n", "192.0.2.1"));
  EXPECT_THAT(in(world_.bob, "INBOX"), HasSubstr("no author"));
}

TEST_F(Incoming, ForgedResultsBehindAFirstLineThatIsNoFieldAreNotKept) {
  const std::string forged = "Authentication-Results: mx.example.net; dkim=pass header.d=reject.example\r\n";
  for (const std::string first :
       {" \r\n", "\tx\r\n", " x: y\r\n", "From x y\r\n z\r\n", "From x y\r\n", ": x\r\n", ""}) {
    for (const std::string protocol : {"ESMTP", "LMTP"}) {
      const auto sent = send({"mallory", "none.example"}, first + forged + "From: a@none.example\r\n\r\nhello\r\n",
                             "192.0.2.1", {{{"bob", "example.org"}}}, protocol);
      if (!sent) continue;
      for (const std::string mailbox : {"INBOX", "Junk"}) {
        const auto octets = in(world_.bob, mailbox);
        EXPECT_THAT(octets.substr(0, octets.find("\r\n\r\n")), Not(HasSubstr("header.d=reject.example")))
            << first << protocol;
      }
    }
  }
}

TEST_F(Incoming, ForgedResultsInAnEndlessHeaderAreNotKept) {
  const std::string forged = "Authentication-Results: mx.example.net; dkim=pass header.d=reject.example\r\n";
  const std::string fill = "X-Fill: " + std::string(900, 'x') + "\r\n";
  std::string header = "From: a@none.example\r\n";
  while (header.size() < 300'000) header += fill;
  const auto sent = send({"mallory", "none.example"}, header + forged + "\r\nhello\r\n", "192.0.2.1");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Code::BadInput);
  EXPECT_FALSE(
      send({"mallory", "none.example"}, forged + header + "\r\nhello\r\n", "", {{{"bob", "example.org"}}}, "LMTP"));
}

TEST_F(Incoming, SilenceOfDnsHoldsNothingUp) {
  set("example.org", "dmarc", "reject");
  set("example.org", "spf", "reject");
  dns::memory::MemoryResolver silent([](std::string, std::chrono::milliseconds) -> Task<Result<void>> {
    co_return fail(Code::Unavailable, "no server answers");
  });
  asked_ = &silent;
  EXPECT_FALSE(ok(send("reject.example", "192.0.2.9")).refusal);
  EXPECT_THAT(in(world_.bob, "INBOX"), HasSubstr("spf=temperror"));
  EXPECT_THAT(in(world_.bob, "INBOX"), HasSubstr("dmarc=temperror"));
}

TEST_F(Incoming, AllQuestionsBeginAtOnceAndHaveOneDeadline) {
  // Each look-up waits until the other has begun: one after the other, they would wait for ever.
  int begun = 0;
  bool late = false;
  dns::memory::MemoryResolver slow([&](std::string, std::chrono::milliseconds within) -> Task<Result<void>> {
    ++begun;
    late = late || within > kIncomingDnsWithin;
    const auto executor = co_await boost::asio::this_coro::executor;
    for (int turns = 0; begun < 2 && turns < 1000; ++turns) co_await boost::asio::post(executor, use_task);
    if (begun < 2) co_return fail(Code::Unavailable, "nobody else asks");
    co_return Result<void>();
  });
  publish(slow);
  asked_ = &slow;
  ok(send("reject.example", "192.0.2.1"));
  EXPECT_THAT(in(world_.bob, "INBOX"), HasSubstr("dmarc=pass"));
  EXPECT_FALSE(late);
  EXPECT_GE(begun, 2);
}

TEST(ReversePathIsProven, BySpfOrByDmarcOfItsDomain) {
  struct Row {
    spf::Verdict spf;
    spf::Identity identity;
    dmarc::Verdict dmarc;
    std::string author, reverse_path;
    bool proven;
  };
  using D = dmarc::Verdict;
  using I = spf::Identity;
  using S = spf::Verdict;
  const Row table[] = {
      {S::Pass, I::MailFrom, D::None, "b.example", "a.example", true},
      {S::Pass, I::Helo, D::None, "a.example", "a.example", false},
      {S::Pass, I::MailFrom, D::None, "b.example", "", false},
      {S::SoftFail, I::MailFrom, D::None, "a.example", "a.example", false},
      {S::Fail, I::MailFrom, D::Pass, "a.example", "A.example", true},
      {S::None, I::MailFrom, D::Pass, "a.example", "b.example", false},
      {S::None, I::MailFrom, D::Fail, "a.example", "a.example", false},
      {S::TempError, I::MailFrom, D::TempError, "a.example", "a.example", false},
  };
  for (std::size_t i = 0; i < std::size(table); ++i) {
    const auto& row = table[i];
    Provenance provenance;
    provenance.spf = {.verdict = row.spf, .identity = row.identity};
    provenance.dmarc = {.verdict = row.dmarc, .domain = row.author};
    const mail::Address reverse_path{row.reverse_path.empty() ? "" : "x", row.reverse_path};
    EXPECT_EQ(reverse_path_is_proven(provenance, reverse_path), row.proven) << i;
  }
}

TEST(ArrivalOf, GrantsNoMoreThanThePolicy) {
  using dmarc::Disposition;
  struct Row {
    dmarc::Verdict dmarc;
    Disposition asked;
    spf::Verdict spf;
    OnFail by_dmarc, by_spf;
    Arrival arrival;
  };
  using D = dmarc::Verdict;
  using S = spf::Verdict;
  using A = Arrival;
  const Row table[] = {
      {D::Pass, Disposition::None, S::Pass, OnFail::Reject, OnFail::Reject, A::Inbox},
      {D::Pass, Disposition::None, S::Fail, OnFail::Reject, OnFail::Reject, A::Inbox},
      {D::None, Disposition::None, S::Fail, OnFail::Reject, OnFail::Reject, A::Refused},
      {D::None, Disposition::None, S::Fail, OnFail::Reject, OnFail::Quarantine, A::Junk},
      {D::None, Disposition::None, S::Fail, OnFail::Reject, OnFail::Tag, A::Inbox},
      {D::None, Disposition::None, S::SoftFail, OnFail::Reject, OnFail::Reject, A::Inbox},
      {D::None, Disposition::None, S::PermError, OnFail::Reject, OnFail::Reject, A::Inbox},
      {D::Fail, Disposition::Reject, S::None, OnFail::Reject, OnFail::Tag, A::Refused},
      {D::Fail, Disposition::Reject, S::None, OnFail::Quarantine, OnFail::Tag, A::Junk},
      {D::Fail, Disposition::Reject, S::None, OnFail::Tag, OnFail::Tag, A::Inbox},
      {D::Fail, Disposition::Quarantine, S::None, OnFail::Reject, OnFail::Tag, A::Junk},
      {D::Fail, Disposition::None, S::None, OnFail::Reject, OnFail::Tag, A::Inbox},
      {D::Fail, Disposition::Quarantine, S::Fail, OnFail::Quarantine, OnFail::Reject, A::Refused},
      {D::PermError, Disposition::Quarantine, S::None, OnFail::Quarantine, OnFail::Tag, A::Junk},
      {D::TempError, Disposition::None, S::TempError, OnFail::Reject, OnFail::Reject, A::Inbox},
  };
  for (std::size_t i = 0; i < std::size(table); ++i) {
    const auto& row = table[i];
    Provenance provenance;
    provenance.dmarc = {.verdict = row.dmarc, .asked = row.asked};
    provenance.spf.verdict = row.spf;
    const Policy policy{.dmarc = row.by_dmarc, .spf = row.by_spf};
    EXPECT_EQ(arrival_of(provenance, policy), row.arrival) << i;
  }
}

}  // namespace
}  // namespace paraph::service
