#include "queue/queue.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "media/none/none_media.h"
#include "queue/many_waiting_test.h"
#include "queue/queue_test.h"
#include "service/deposit.h"
#include "service/signatures.h"
#include "source/local/local_source.h"
#include "store/rocks/rocks_store.h"

namespace paraph::queue {
namespace {

using namespace std::chrono_literals;
using service::done;
using service::QueueItems;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using State = record::QueuedRecipient::State;

TEST_F(QueueTest, AMessageIsDeliveredWithoutItsReturnPath) {
  send({"carol@example.net", "dave@example.net"});
  run_due();
  ASSERT_THAT(relay.calls, SizeIs(1));
  const auto& call = relay.calls[0];
  EXPECT_EQ(call.host, "mx.example.net");
  EXPECT_THAT(call.recipients, ElementsAre("carol@example.net", "dave@example.net"));
  EXPECT_EQ(call.octets, kHello);
  EXPECT_EQ(call.reverse_path.text(), "alice@example.org");
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(inbox_of(alice), IsEmpty());
  const auto ended = done(service::load_items_of(store, "1@example.org"));
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ended[0].item.recipients[0].state, State::Delivered);
  EXPECT_EQ(ended[0].item.recipients[0].host, "mx.example.net");
  EXPECT_TRUE(ended[0].item.ended);
}

TEST_F(QueueTest, WhatHasEndedIsForgottenADayLater) {
  send({"carol@example.net"});
  run_due();
  pass(25h, 60min);
  EXPECT_THAT(done(service::load_items_of(store, "1@example.org")), IsEmpty());
  for (const auto* family : {"Q", "w", "d", "l", "t", "x"}) {
    EXPECT_THAT(done(store.scan(record::all_with(family))), IsEmpty()) << family;
  }
}

TEST_F(QueueTest, WhatIsPutOffComesAgainAndOnlyForWhomItWaits) {
  relay.script = [](const relay::Host&, const relay::Job& job) {
    auto outcome = FakeRelay::all(job, {250, "2.0.0", "taken"});
    if (job.recipients.size() > 1) outcome.answers[1] = {450, "4.2.1", "greylisted"};
    return outcome;
  };
  send({"carol@example.net", "dave@example.net", "erin@example.net"});
  run_due();
  ASSERT_THAT(waiting(), SizeIs(1));
  EXPECT_EQ(waiting()[0].item.recipients[1].text, "greylisted");
  pass(3min);
  EXPECT_THAT(relay.calls, SizeIs(1)) << "not before it is due";
  pass(5min);
  ASSERT_THAT(relay.calls, SizeIs(2));
  EXPECT_THAT(relay.calls[1].recipients, ElementsAre("dave@example.net"));
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(QueueTest, ARefusalIsReportedToTheSenderOnce) {
  relay.script = &FakeRelay::refuse;
  send({"carol@example.net"});
  run_due();
  pass(60min);
  EXPECT_THAT(relay.calls, SizeIs(1));
  EXPECT_THAT(waiting(), IsEmpty());
  const auto reports = inbox_of(alice);
  ASSERT_THAT(reports, SizeIs(1));
  EXPECT_THAT(reports[0], testing::StartsWith("Return-Path: <>\r\n"));
  EXPECT_THAT(reports[0], AllOf(HasSubstr("multipart/report"), HasSubstr("Action: failed"), HasSubstr("Status: 5.1.1"),
                                HasSubstr("carol@example.net"), HasSubstr("mx.example.net"), HasSubstr("Subject: hi"),
                                Not(HasSubstr("\r\n\r\nhello"))));
}

TEST_F(QueueTest, ARefusalToASenderElsewhereGoesThereWithTheNullReversePath) {
  relay.script = [](const relay::Host& host, const relay::Job& job) {
    return host.name == "mx.example.net" ? FakeRelay::refuse(host, job) : FakeRelay::take(host, job);
  };
  send({"carol@example.net"}, {"zoe", "Elsewhere.example"});
  run_due();
  ASSERT_THAT(relay.calls, SizeIs(2));
  EXPECT_EQ(relay.calls[1].host, "mx.elsewhere.example");
  EXPECT_TRUE(relay.calls[1].reverse_path.null());
  EXPECT_THAT(relay.calls[1].octets, AllOf(HasSubstr("multipart/report"), Not(HasSubstr("Return-Path"))));
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(inbox_of(alice), IsEmpty());
}

TEST_F(QueueTest, NothingIsReportedAboutAReport) {
  relay.script = &FakeRelay::refuse;
  send({"carol@example.net"}, {"zoe", "elsewhere.example"});
  send({"carol@example.net"}, {});
  send({"carol@example.net"}, {"nobody", "example.org"});
  run_due();
  EXPECT_THAT(relay.calls, SizeIs(4)) << "three messages, and one report to Zoe";
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(QueueTest, AReceiverThatIsDownForAnHourGetsTheMessageOnce) {
  relay.script = &FakeRelay::down;
  send({"carol@example.net"});
  run_due();
  pass(60min);
  EXPECT_GE(relay.calls.size(), 3u);
  EXPECT_LE(relay.calls.size(), 6u);
  const auto before = relay.calls.size();
  relay.script = &FakeRelay::take;
  pass(120min);
  EXPECT_EQ(relay.calls.size(), before + 1);
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(inbox_of(alice), IsEmpty());
}

TEST_F(QueueTest, ThereIsOneWarningAfterFourHoursAndOneReportAfterFiveDays) {
  relay.script = &FakeRelay::put_off;
  send({"carol@example.net", "dave@example.net"});
  run_due();
  pass(239min);
  EXPECT_THAT(inbox_of(alice), IsEmpty());
  pass(2min);
  ASSERT_THAT(inbox_of(alice), SizeIs(1));
  EXPECT_THAT(inbox_of(alice)[0], HasSubstr("Action: delayed"));
  pass(5 * 24h - 242min, 7min);
  EXPECT_THAT(inbox_of(alice), SizeIs(1));
  EXPECT_THAT(waiting(), SizeIs(1));
  pass(15min);
  ASSERT_THAT(inbox_of(alice), SizeIs(2));
  EXPECT_THAT(inbox_of(alice)[1], AllOf(HasSubstr("Action: failed"), HasSubstr("5.4.7"), HasSubstr("451 4.3.0 later")));
  EXPECT_THAT(waiting(), IsEmpty());
  const auto tries = relay.calls.size();
  pass(24h, 60min);
  EXPECT_EQ(relay.calls.size(), tries);
  EXPECT_THAT(inbox_of(alice), SizeIs(2));
}

TEST_F(QueueTest, ARestartDoesNotBeginAnew) {
  relay.script = &FakeRelay::put_off;
  send({"carol@example.net"});
  run_due();
  for (int hour = 0; hour < 5; ++hour) {
    restart();
    recover();
    pass(60min);
  }
  EXPECT_THAT(inbox_of(alice), SizeIs(1)) << "the warning came when it was due, and once";
  EXPECT_GE(waiting()[0].item.tries, 6u);
  EXPECT_LE(relay.calls.size(), 10u);
}

TEST_F(QueueTest, SuccessIsReportedWhenItWasAskedFor) {
  send({"carol@example.net"}, {"alice", "example.org"}, mail::Notify{.success = true});
  run_due();
  ASSERT_THAT(inbox_of(alice), SizeIs(1));
  EXPECT_THAT(inbox_of(alice)[0], HasSubstr("Action: relayed"));
}

TEST_F(QueueTest, TheNextServerIsTriedWhenOneCannotBeReached) {
  hops.prefixes = {"mx1.", "mx2.", "mx3."};
  relay.script = [](const relay::Host& host, const relay::Job& job) {
    return host.name.starts_with("mx1") ? FakeRelay::down(host, job) : FakeRelay::take(host, job);
  };
  send({"carol@example.net"});
  run_due();
  ASSERT_THAT(relay.calls, SizeIs(2));
  EXPECT_EQ(relay.calls[1].host, "mx2.example.net");
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(QueueTest, AServerThatTakesNoMailDoesNotSpeakForOneThatIsDown) {
  hops.prefixes = {"mx1.", "mx2."};
  relay.script = [](const relay::Host& host, const relay::Job& job) {
    if (host.name.starts_with("mx1")) return FakeRelay::down(host, job);
    auto outcome = FakeRelay::all(job, {554, "5.3.2", "no mail here"});
    outcome.reached = false;
    return outcome;
  };
  send({"carol@example.net"});
  run_due();
  ASSERT_THAT(waiting(), SizeIs(1));
  const auto hosts = waiting()[0].item.hosts;
  ASSERT_THAT(hosts, SizeIs(2));
  EXPECT_EQ(hosts[0].host + " " + hosts[0].text, "mx1.example.net connection refused");
  EXPECT_EQ(hosts[1].host + " " + hosts[1].text, "mx2.example.net no mail here");
  relay.script = &FakeRelay::take;
  pass(10min);
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(inbox_of(alice), IsEmpty());
}

TEST_F(QueueTest, TheNextServerIsTriedWhenOneBreaksOffBeforeItHasTheMessage) {
  hops.prefixes = {"mx1.", "mx2."};
  relay.script = [](const relay::Host& host, const relay::Job& job) {
    if (!host.name.starts_with("mx1")) return FakeRelay::take(host, job);
    auto outcome = FakeRelay::all(job, {421, "4.3.2", "no more now"});
    outcome.broke_off = true;
    return outcome;
  };
  send({"carol@example.net"});
  run_due();
  ASSERT_THAT(relay.calls, SizeIs(2));
  EXPECT_EQ(relay.calls[1].host, "mx2.example.net");
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(QueueTest, TheNextServerIsTriedWhenOneDoesNotPromiseTls) {
  hops.prefixes = {"mx1.", "mx2."};
  bool second_is_down = true;
  relay.script = [&](const relay::Host& host, const relay::Job& job) {
    if (!host.name.starts_with("mx1")) return second_is_down ? FakeRelay::down(host, job) : FakeRelay::take(host, job);
    auto outcome = FakeRelay::all(job, {});
    outcome.misfit = relay::Misfit::Tls;
    return outcome;
  };
  send({"carol@example.net"}, {"alice", "example.org"}, {}, {.require_tls = true});
  run_due();
  EXPECT_THAT(waiting(), SizeIs(1)) << "the second may take it yet";
  second_is_down = false;
  pass(10min);
  EXPECT_EQ(relay.calls.back().host, "mx2.example.net");
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(inbox_of(alice), IsEmpty());
}

TEST_F(QueueTest, AReportAboutAMessageThatAsksForTlsAsksForItToo) {
  std::vector<bool> asked;
  relay.script = [&](const relay::Host& host, const relay::Job& job) {
    asked.push_back(job.options.require_tls);
    return host.name == "mx.example.net" ? FakeRelay::refuse(host, job) : FakeRelay::take(host, job);
  };
  send({"carol@example.net"}, {"zoe", "elsewhere.example"}, {}, {.require_tls = true});
  run_due();
  EXPECT_EQ(asked, std::vector({true, true}));
}

TEST_F(QueueTest, ADomainThatTakesNoMailSaysSo) {
  hops.failures = {{"gone.example", {Code::NotFound, "no such domain"}},
                   {"null.example", {Code::Denied, "takes no mail"}},
                   {"policy.example", {Code::Refused, "MTA-STS"}},
                   {"slow.example", {Code::Unavailable, "DNS does not answer"}},
                   {"bogus.example", {Code::Unauthenticated, "the TLSA records cannot be had"}}};
  send({"a@gone.example", "b@null.example", "c@policy.example", "d@slow.example", "e@bogus.example"});
  run_due();
  const auto found = done(service::load_items_of(store, "1@example.org"));
  std::vector<std::string> enhanced;
  for (const auto& row : found) enhanced.push_back(row.item.recipients[0].enhanced);
  EXPECT_THAT(enhanced, ElementsAre("5.1.2", "5.1.10", "5.7.1", "4.4.3", "4.7.5"));
  EXPECT_THAT(waiting(), SizeIs(2));
  EXPECT_THAT(relay.calls, IsEmpty());
  EXPECT_THAT(inbox_of(alice), SizeIs(3));
}

TEST_F(QueueTest, WhatWaitsForTlsSaysSoInEveryReport) {
  relay.script = [](const relay::Host&, const relay::Job& job) {
    auto outcome = FakeRelay::all(job, {0, "4.7.5", "the TLS handshake failed: hostname mismatch"});
    outcome.reached = false;
    return outcome;
  };
  send({"carol@example.net"});
  run_due();
  EXPECT_EQ(waiting().at(0).item.recipients[0].enhanced, "4.7.5");
  pass(241min);
  const auto said = HasSubstr("Diagnostic-Code: X-Paraph; mx.example.net: 4.7.5 the TLS handshake failed:");
  ASSERT_THAT(inbox_of(alice), SizeIs(1));
  EXPECT_THAT(inbox_of(alice)[0], AllOf(HasSubstr("Action: delayed\r\nStatus: 4.7.5\r\n"), said));
  pass(5 * 24h, 7min);
  ASSERT_THAT(inbox_of(alice), SizeIs(2));
  EXPECT_THAT(inbox_of(alice)[1], AllOf(HasSubstr("Action: failed\r\nStatus: 5.4.7\r\n"), said));
}

TEST_F(QueueTest, AMessageThatDoesNotFitFailsWithItsReason) {
  const std::pair<relay::Misfit, std::string> all[] = {{relay::Misfit::SevenBit, "5.6.3"},
                                                       {relay::Misfit::Size, "5.3.4"},
                                                       {relay::Misfit::Utf8, "5.6.7"},
                                                       {relay::Misfit::Tls, "5.7.30"}};
  for (const auto& [misfit, status] : all) {
    relay.script = [misfit](const relay::Host&, const relay::Job& job) {
      auto outcome = FakeRelay::all(job, {});
      outcome.misfit = misfit;
      return outcome;
    };
    send({"carol@example.net"});
    run_due();
    EXPECT_THAT(inbox_of(alice).back(), HasSubstr("Status: " + status));
    EXPECT_THAT(waiting(), IsEmpty());
  }
}

TEST_F(QueueTest, AMessageThatDoesNotFitIsChangedAndTriedAtOnce) {
  relay.script = [](const relay::Host& host, const relay::Job& job) {
    if (job.content.bytes() < 60) return FakeRelay::take(host, job);
    auto outcome = FakeRelay::all(job, {});
    outcome.misfit = relay::Misfit::Size;
    outcome.size_max = 60;
    return outcome;
  };
  change_form = [this](const record::Queued& item, const service::Fit& fit) -> Task<Result<service::NewMessage>> {
    EXPECT_EQ(item.destination, "example.net");
    EXPECT_FALSE(fit.seven_bit);
    EXPECT_EQ(fit.size_max, 60u);
    return receive("Subject: short\r\n\r\nhello\r\n");
  };
  restart();
  send({"carol@example.net"});
  run_due();
  ASSERT_THAT(relay.calls, SizeIs(2));
  EXPECT_EQ(relay.calls[1].octets, "Subject: short\r\n\r\nhello\r\n");
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(inbox_of(alice), IsEmpty());
}

TEST_F(QueueTest, AFormIsMadeForWhatTheServerTakes) {
  struct Case {
    relay::Misfit misfit;
    bool seven_bit;
    std::uint64_t size_max;
    std::string to;
    std::string asked;
  };
  const Case cases[] = {
      {relay::Misfit::SevenBit, true, 60, "carol@example.net", "7bit 60"},
      {relay::Misfit::SevenBit, false, 0, "carol@example.net", "7bit 0"},  // a binary body
      {relay::Misfit::Size, true, 60, "carol@example.net", "7bit 60"},
      {relay::Misfit::Utf8, false, 0, "carol@example.net", "7bit 0"},  // perhaps only its body is
      {relay::Misfit::Utf8, false, 0, "c\xC3\xA4@example.net", ""},
      {relay::Misfit::Tls, false, 0, "carol@example.net", ""},
  };
  std::string asked;
  change_form = [&](const record::Queued&, const service::Fit& fit) -> Task<Result<service::NewMessage>> {
    asked = (fit.seven_bit ? "7bit " : "8bit ") + std::to_string(fit.size_max);
    return receive("Subject: short\r\n\r\nhello\r\n");
  };
  restart();
  for (const auto& one : cases) {
    asked.clear();
    relay.script = [&](const relay::Host& host, const relay::Job& job) {
      if (job.content.bytes() < 60) return FakeRelay::take(host, job);
      auto outcome = FakeRelay::all(job, {});
      outcome.misfit = one.misfit;
      outcome.seven_bit = one.seven_bit;
      outcome.size_max = one.size_max;
      return outcome;
    };
    send({one.to});
    run_due();
    EXPECT_EQ(asked, one.asked);
    EXPECT_EQ(relay.calls.size(), one.asked.empty() ? 1u : 2u);
    relay.calls.clear();
    EXPECT_THAT(waiting(), IsEmpty());
  }
}

TEST_F(QueueTest, ALetterGoesWithAsMuchOfItsSignatureAsTheServerTakes) {
  media::none::NoneMedia media;
  service::Signatures signatures{store, media, clock, limits};
  source::local::LocalSource local{store};
  service::Acquirer acquirer{{&local}, std::chrono::milliseconds(50)};
  service::Deposit deposit(store, accounts, mailboxes, acquirer, random, clock, limits,
                           {.server_name = "vm.example.org"}, nullptr, nullptr, &outbound);
  std::string amr = "#!AMR\n";
  for (int i = 0; i < 150; ++i) amr += '\x3C' + std::string(31, 'v');
  done(signatures.set(alice, "alice@example.org", {.text = "Alice, extension 42", .voice = amr}));
  change_form = [&deposit](const record::Queued& item, const service::Fit& fit) { return deposit.refit(item, fit); };
  relay.script = [](const relay::Host& host, const relay::Job& job) {
    if (job.content.bytes() <= 3000) return FakeRelay::take(host, job);
    auto outcome = FakeRelay::all(job, {});
    outcome.misfit = relay::Misfit::Size;
    outcome.size_max = 3000;
    return outcome;
  };
  restart();
  service::Transaction transaction{.principal = done(accounts.find("alice@example.org")),
                                   .reverse_path = {"alice", "example.org"},
                                   .recipients = {{.address = {"carol", "example.net"}}},
                                   .received_from = "client.example (192.0.2.1)",
                                   .protocol = "ESMTPSA"};
  done(deposit.submit(std::move(transaction), message(kHello)));
  run_due();
  ASSERT_THAT(relay.calls, SizeIs(2));
  EXPECT_THAT(relay.calls[0].octets, HasSubstr("Originator-Spoken-Name"));
  EXPECT_THAT(relay.calls[1].octets,
              AllOf(HasSubstr("x=size"), HasSubstr("extension 42"), HasSubstr("Message-ID: <1@example.org>"),
                    Not(HasSubstr("Originator-Spoken-Name"))));
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(findings(), IsEmpty());
  queue.reset();  // it knows the deposit
}

TEST_F(QueueTest, WhatIsHeldWaitsUntilItIsReleased) {
  send({"carol@example.net"});
  const auto id = waiting()[0].id;
  done(items.apply(id, QueueItems::Act::Hold));
  run_due();
  pass(24h, 60min);
  EXPECT_THAT(relay.calls, IsEmpty());
  done(items.apply(id, QueueItems::Act::Release));
  run_due();
  EXPECT_THAT(relay.calls, SizeIs(1));
}

TEST_F(QueueTest, WhatIsHeldDuringATryIsHeldAfterIt) {
  relay.script = &FakeRelay::put_off;
  send({"carol@example.net"});
  run_beside(act_during_try(waiting()[0].id, QueueItems::Act::Hold));
  pass(24h, 60min);
  EXPECT_THAT(relay.calls, SizeIs(1));
  EXPECT_TRUE(waiting()[0].item.held);
}

TEST_F(QueueTest, WhatIsDroppedDuringATryIsGone) {
  relay.script = &FakeRelay::refuse;
  send({"carol@example.net"});
  run_beside(act_during_try(waiting()[0].id, QueueItems::Act::Drop));
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(inbox_of(alice), IsEmpty());
}

TEST_F(QueueTest, ARetryIsNow) {
  relay.script = &FakeRelay::put_off;
  send({"carol@example.net"});
  run_due();
  relay.script = &FakeRelay::take;
  done(items.apply(waiting()[0].id, QueueItems::Act::Retry));
  run_due();
  EXPECT_THAT(relay.calls, SizeIs(2));
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(QueueTest, ARetryIsATryAlthoughTheDestinationDidNotAnswerJustNow) {
  relay.script = &FakeRelay::down;
  send({"carol@example.net"});
  send({"dave@example.net"});
  run_due();
  EXPECT_THAT(relay.calls, SizeIs(testing::Le(2u)));
  relay.calls.clear();
  relay.script = &FakeRelay::take;
  done(items.apply(waiting()[0].id, QueueItems::Act::Retry));
  run_due();
  EXPECT_THAT(relay.calls, SizeIs(1));
  EXPECT_THAT(waiting(), SizeIs(1));
}

TEST_F(QueueTest, AThousandRecipientsOfADomainAreTenTransactions) {
  std::vector<std::string> to;
  for (int i = 0; i < 1000; ++i) to.push_back(fmt::format("r{}@example.net", i));
  send(to);
  run_due();
  EXPECT_THAT(relay.calls, SizeIs(10));
  for (const auto& call : relay.calls) EXPECT_THAT(call.recipients, SizeIs(100));
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST(QueueOnDisk, AStoreThatIsOpenedAgainGoesOnWhereItWas) {
  const Folder folder;
  const auto open = [&] { return service::ok(store::rocks::open({.data_dir = folder.path})); };
  Time now;
  {
    const auto store = open();
    QueueWorld world(store.get());
    world.make_accounts();
    world.relay.script = &FakeRelay::put_off;
    world.send({"carol@example.net"});
    world.run_due();
    world.pass(60min);
    EXPECT_EQ(world.waiting().at(0).item.tries, 4u);
    now = world.clock.now();
  }
  const auto store = open();
  QueueWorld world(store.get());
  world.clock.advance(std::chrono::duration_cast<std::chrono::seconds>(now - world.clock.now()));
  world.recover();
  world.run_due();
  EXPECT_THAT(world.relay.calls, IsEmpty());
  world.pass(120min);
  EXPECT_THAT(world.relay.calls, SizeIs(1));
  EXPECT_THAT(world.waiting(), IsEmpty());
  EXPECT_THAT(world.findings(), IsEmpty());
}

}  // namespace
}  // namespace paraph::queue
