#include "queue/retry.h"

#include <gtest/gtest.h>

namespace paraph::queue {
namespace {

using namespace std::chrono_literals;
using State = record::QueuedRecipient::State;
using report::Action;

constexpr Time kArrived{std::chrono::seconds{1795392000}};
const relay::Answer kTaken{250, "2.0.0", "taken"};
const relay::Answer kLater{451, "4.3.0", "later"};
const relay::Answer kNo{550, "5.1.1", "no such user"};

record::Queued item_for(std::size_t recipients) {
  record::Queued item{.destination = "example.net", .message = MessageId{1}, .arrived = kArrived, .due = kArrived};
  for (std::size_t i = 0; i < recipients; ++i) item.recipients.push_back({.recipient = {{"r", "example.net"}}});
  return item;
}

After after_try(record::Queued item, std::vector<relay::Answer> answers, Time now, bool dsn = false) {
  crypto::SeededRandom random{1};
  return apply_try({}, std::move(item), {.answers = std::move(answers), .host = "mx.example.net", .dsn = dsn}, now,
                   random);
}

TEST(ApplyTry, EachRecipientHasAnAnswerOfTheirOwn) {
  const auto after = after_try(item_for(3), {kTaken, kNo, kLater}, kArrived + 1s);
  EXPECT_EQ(after.item.recipients[0].state, State::Delivered);
  EXPECT_EQ(after.item.recipients[1].state, State::Failed);
  EXPECT_EQ(after.item.recipients[2].state, State::Waiting);
  EXPECT_EQ(after.item.recipients[2].text, "later");
  EXPECT_EQ(after.item.recipients[2].host, "mx.example.net");
  EXPECT_FALSE(after.item.ended);
  ASSERT_EQ(after.about.size(), 1u);
  EXPECT_EQ(after.about[0].action, Action::Failed);
  EXPECT_EQ(after.about[0].status, "5.1.1");
  EXPECT_EQ(after.about[0].diagnostic, "550 5.1.1 no such user");
  const auto second = after_try(after.item, {kTaken}, kArrived + 400s);
  EXPECT_TRUE(second.item.ended);
  EXPECT_TRUE(second.about.empty()) << "nobody asked to hear of success";
}

TEST(ApplyTry, OfEachHostTheLastReplyIsKept) {
  auto item = item_for(1);
  const auto try_hosts = [&](std::vector<record::HostTried> hosts, Time now) {
    crypto::SeededRandom random{1};
    for (auto& host : hosts) host.at = now;
    item = apply_try({}, item, {.answers = {kLater}, .host = "b", .hosts = std::move(hosts)}, now, random).item;
  };
  try_hosts({{.host = "a", .text = "refused"}, {.host = "b", .code = 451}}, kArrived);
  try_hosts({{.host = "b", .code = 450}}, kArrived + 300s);
  const std::vector<record::HostTried> two{{.host = "a", .text = "refused", .at = kArrived},
                                           {.host = "b", .code = 450, .at = kArrived + 300s}};
  EXPECT_EQ(item.hosts, two);
  for (std::size_t i = 0; i < 2 * kHostsKept; ++i) try_hosts({{.host = std::to_string(i)}}, kArrived + 600s);
  ASSERT_EQ(item.hosts.size(), kHostsKept);
  EXPECT_EQ(item.hosts.back().host, std::to_string(2 * kHostsKept - 1));
}

TEST(ApplyTry, AHostThatGaveNoReplyIsNotQuoted) {
  const relay::Answer no_tls{0, "4.7.4", "the server offers no STARTTLS"};
  const auto warned = after_try(item_for(1), {no_tls}, kArrived + 4h);
  ASSERT_EQ(warned.about.size(), 1u);
  EXPECT_EQ(warned.about[0].status, "4.7.4");
  EXPECT_EQ(warned.about[0].remote_host, "");
  EXPECT_EQ(warned.about[0].diagnostic, "mx.example.net: 4.7.4 the server offers no STARTTLS");
}

TEST(ApplyTry, WhoWasRefusedForMediaIsTriedAgainWithAnotherForm) {
  const relay::Answer no_audio{554, "5.6.1", "no audio"};
  const auto tried = [&](Time now, bool changed) {
    crypto::SeededRandom random{1};
    const Tried with{
        .answers = {kTaken, kNo, no_audio, kLater}, .host = "mx.example.net", .dsn = false, .changed = changed};
    return apply_try({}, item_for(4), with, now, random);
  };
  const auto after = tried(kArrived + 5h, true);
  EXPECT_EQ(after.item.recipients[2].state, State::Waiting);
  EXPECT_EQ(after.item.recipients[2].enhanced, "5.6.1");
  EXPECT_EQ(after.item.due, kArrived + 5h);
  EXPECT_EQ(after.waiting, 2u);
  ASSERT_EQ(after.about.size(), 1u) << "neither a report of failure nor a warning yet";
  EXPECT_EQ(after.about[0].status, "5.1.1");
  EXPECT_FALSE(after.item.warned);
  EXPECT_EQ(tried(kArrived + 1s, false).item.recipients[2].state, State::Failed);
  EXPECT_TRUE(tried(kArrived + 5 * 24h, true).item.ended) << "the time is over";
}

TEST(ApplyTry, MediaAreRefusedByTheseCodes) {
  const std::pair<relay::Answer, bool> all[] = {{{554, "5.6.1", ""}, true},  {{550, "5.6.3", ""}, true},
                                                {{451, "5.6.1", ""}, false}, {{0, "", ""}, false},
                                                {{554, "5.6.0", ""}, false}, {{554, "5.7.1", "5.6.1"}, false}};
  for (const auto& [answer, refuses] : all) EXPECT_EQ(refuses_media(answer), refuses) << answer.enhanced;
}

TEST(ApplyTry, AMissingAnswerIsNoAnswer) {
  const auto after = after_try(item_for(2), {kTaken}, kArrived + 1s);
  EXPECT_EQ(after.item.recipients[1].state, State::Waiting);
}

TEST(ApplyTry, ComesAgainAfterFiveMinutesThenLater) {
  auto item = item_for(1);
  Time now = kArrived;
  const std::chrono::seconds rough[] = {300s, 600s, 1200s, 2400s, 4800s};
  for (const auto expected : rough) {
    item = after_try(item, {kLater}, now).item;
    const auto delay = item.due - now;
    EXPECT_GE(delay, expected * 4 / 5);
    EXPECT_LE(delay, expected * 6 / 5);
    now = item.due;
  }
}

TEST(ApplyTry, IsTriedWhenTheWarningIsDueAndAtTheVeryEnd) {
  auto item = item_for(1);
  Time now = kArrived;
  bool warned = false, at_four_hours = false;
  for (int tries = 0; tries < 200 && !item.ended; ++tries) {
    const auto after = after_try(item, {kLater}, now);
    for (const auto& about : after.about) {
      if (about.action != Action::Delayed) continue;
      EXPECT_FALSE(warned) << "once";
      warned = true;
      at_four_hours = now == kArrived + 4h;
      EXPECT_EQ(about.retry_until, kArrived + 5 * 24h);
    }
    item = after.item;
    if (item.ended) {
      EXPECT_EQ(now, kArrived + 5 * 24h);
      ASSERT_EQ(after.about.size(), 1u);
      EXPECT_EQ(after.about[0].status, "5.4.7");
      EXPECT_EQ(after.about[0].diagnostic, "451 4.3.0 later");
    }
    EXPECT_LE(item.due - now, 288min);
    now = item.due;
  }
  EXPECT_TRUE(item.ended);
  EXPECT_TRUE(warned && at_four_hours);
}

TEST(ApplyTry, WhoeverWantsNothingHearsNothing) {
  for (const auto& answer : {kTaken, kNo}) {
    auto item = item_for(1);
    item.recipients[0].recipient.notify = mail::Notify{};
    EXPECT_TRUE(after_try(item, {answer}, kArrived).about.empty());
  }
}

TEST(ApplyTry, SuccessIsReportedUnlessTheNextServerDoes) {
  auto item = item_for(1);
  item.recipients[0].recipient.notify = mail::Notify{.success = true};
  EXPECT_TRUE(after_try(item, {kTaken}, kArrived, true).about.empty());
  const auto after = after_try(item, {kTaken}, kArrived);
  ASSERT_EQ(after.about.size(), 1u);
  EXPECT_EQ(after.about[0].action, Action::Relayed);
  EXPECT_EQ(after.about[0].status, "2.0.0");
}

TEST(ApplyTry, AHeldItemStaysHeldUnlessItEnds) {
  auto item = item_for(1);
  item.held = true;
  EXPECT_TRUE(after_try(item, {kLater}, kArrived).item.held);
  EXPECT_FALSE(after_try(item, {kTaken}, kArrived).item.held);
}

}  // namespace
}  // namespace paraph::queue
