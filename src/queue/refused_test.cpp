// Servers that refuse media: the message comes to them without its signature's, and so does the next one.
#include <gmock/gmock.h>

#include <algorithm>

#include "media/none/none_media.h"
#include "queue/testing.h"
#include "service/deposit.h"
#include "service/refusals.h"
#include "service/signatures.h"
#include "source/local/local_source.h"
#include "store/flaky.h"

namespace paraph::queue {
namespace {

using namespace std::chrono_literals;
using record::LeftOut;
using service::done;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const char* const kVoice = "Originator-Spoken-Name";
const char* const kText = "extension 42";
const relay::Answer kNoAudio{554, "5.6.1", "no audio here"};
/// A message with a voice is longer, one with less is not.
constexpr std::uint64_t kWithoutVoiceBytes = 3000;
constexpr std::uint64_t kWithoutTextBytes = 900;

struct RefusedWorld : QueueWorld {
  explicit RefusedWorld(store::Store* over = nullptr) : QueueWorld(over) {
    make_accounts();
    std::string amr = "#!AMR\n";
    for (int i = 0; i < 150; ++i) amr += '\x3C' + std::string(31, 'v');
    std::string text = "Alice, extension 42\n";
    for (int i = 0; i < 10; ++i) text += std::string(70, '.') + "\n";
    done(signatures.set(alice, "alice@example.org", {.text = text, .voice = amr}));
    change_form = [this](const record::Queued& item, const service::Fit& fit) { return deposit.refit(item, fit); };
    relay.script = &refuse_voice;
    restart();
  }
  ~RefusedWorld() { queue.reset(); }  // it knows the deposit

  static relay::Outcome refuse_voice(const relay::Host& host, const relay::Job& job) {
    if (job.content.bytes() <= kWithoutVoiceBytes) return FakeRelay::take(host, job);
    return FakeRelay::all(job, kNoAudio);
  }
  void submit(const std::vector<std::string>& to) {
    service::Transaction transaction{.principal = done(accounts.find("alice@example.org")),
                                     .reverse_path = {"alice", "example.org"},
                                     .received_from = "client.example (192.0.2.1)",
                                     .protocol = "ESMTPSA"};
    for (auto& one : recipients_of(to, std::nullopt)) transaction.recipients.push_back(one.recipient);
    done(deposit.submit(std::move(transaction), message(kHello)));
  }
  void submit_and_run(const std::vector<std::string>& to) {
    submit(to);
    run_due();
  }
  LeftOut refused(const char* domain) { return done(items.refusals().find(domain)); }

  media::none::NoneMedia media;
  service::Signatures signatures{store, media, clock, limits};
  source::local::LocalSource local{store};
  service::Acquirer acquirer{{&local}, std::chrono::milliseconds(50)};
  service::Deposit deposit{store,   accounts, mailboxes, acquirer,
                           random,  clock,    limits,    {.server_name = "vm.example.org"},
                           nullptr, nullptr,  &outbound};
};

struct RefusedTest : testing::Test, RefusedWorld {};

TEST_F(RefusedTest, AMessageIsNotBouncedBecauseOfItsVoiceAndTheNextGoesWithout) {
  submit_and_run({"carol@example.net"});
  ASSERT_THAT(relay.calls, SizeIs(2));
  EXPECT_THAT(relay.calls[0].octets, HasSubstr(kVoice));
  EXPECT_THAT(relay.calls[1].octets,
              AllOf(HasSubstr("x=codec"), HasSubstr("m=text;"), HasSubstr(kText), Not(HasSubstr(kVoice)),
                    HasSubstr("Message-ID: <1@example.org>"), Not(HasSubstr("Return-Path"))));
  EXPECT_EQ(refused("example.net"), LeftOut::Voice);
  submit_and_run({"dave@example.net"});
  ASSERT_THAT(relay.calls, SizeIs(3)) << "it is not tried first";
  EXPECT_THAT(relay.calls[2].octets, AllOf(HasSubstr("x=codec"), HasSubstr(kText), Not(HasSubstr(kVoice))));
  submit_and_run({"erin@other.example"});
  ASSERT_THAT(relay.calls, SizeIs(5)) << "another domain was asked nothing";
  EXPECT_THAT(relay.calls[3].octets, HasSubstr(kVoice));
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(inbox_of(alice), IsEmpty()) << "no report";
  EXPECT_THAT(findings(), IsEmpty());
}

/// What a busy server says of the form without a voice, `times` times; then it takes it.
FakeRelay::Script put_off_without_voice(int times) {
  return [times](const relay::Host& host, const relay::Job& job) mutable {
    if (job.content.bytes() > kWithoutVoiceBytes || times-- <= 0) return RefusedWorld::refuse_voice(host, job);
    return FakeRelay::put_off(host, job);
  };
}

TEST_F(RefusedTest, WhatIsPutOffBetweenRefusalAndDeliveryIsRememberedToo) {
  for (const bool restarts : {false, true}) {
    const std::string domain = restarts ? "two.example" : "one.example";
    relay.calls.clear();
    relay.script = put_off_without_voice(2);
    submit_and_run({"carol@" + domain});
    EXPECT_EQ(refused(domain.c_str()), LeftOut::Nothing) << "it is not sure yet that less is taken";
    if (restarts) restart();
    pass(60min);
    ASSERT_THAT(relay.calls, SizeIs(4)) << "refused, put off twice, taken";
    EXPECT_THAT(waiting(), IsEmpty());
    EXPECT_EQ(refused(domain.c_str()), LeftOut::Voice);
    EXPECT_THAT(done(items.refusals().list()).back().refusal.reply, HasSubstr("554 5.6.1 no audio here"));
    submit_and_run({"dave@" + domain});
    ASSERT_THAT(relay.calls, SizeIs(5)) << "it is not tried with the voice first";
    EXPECT_THAT(relay.calls[4].octets, Not(HasSubstr(kVoice)));
  }
  EXPECT_THAT(inbox_of(alice), IsEmpty());
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(RefusedTest, WhoWasOnlyPutOffTeachesNothing) {
  relay.script = [](const relay::Host& host, const relay::Job& job) {
    auto outcome = refuse_voice(host, job);
    if (job.recipients.size() == 2) outcome.answers[1] = {451, "4.3.0", "later"};
    if (job.content.bytes() <= kWithoutVoiceBytes && job.recipients.size() == 2) outcome.answers[0] = kNoAudio;
    return outcome;
  };
  submit_and_run({"carol@example.net", "dave@example.net"});
  pass(60min);
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_EQ(refused("example.net"), LeftOut::Nothing) << "dave was never refused, carol never taken from";
  EXPECT_THAT(inbox_of(alice), SizeIs(1));
}

TEST_F(RefusedTest, WhatWentWithoutByAnotherLessonDoesNotProlongItThoughPutOff) {
  submit_and_run({"carol@example.net"});
  const auto until = done(items.refusals().list()).front().refusal.until;
  clock.advance(24h);
  relay.script = put_off_without_voice(1);
  submit_and_run({"dave@example.net"});
  pass(60min);
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_EQ(done(items.refusals().list()).front().refusal.until, until);
}

TEST_F(RefusedTest, AfterThirtyDaysItIsTriedOnceMore) {
  submit_and_run({"carol@example.net"});
  clock.advance(24h * 15);
  submit_and_run({"carol@example.net"});
  EXPECT_THAT(relay.calls, SizeIs(3));
  clock.advance(24h * 15);
  relay.script = &FakeRelay::take;
  submit_and_run({"carol@example.net"});
  ASSERT_THAT(relay.calls, SizeIs(4));
  EXPECT_THAT(relay.calls[3].octets, HasSubstr(kVoice)) << "going without did not prolong it";
  EXPECT_EQ(refused("example.net"), LeftOut::Nothing);
}

TEST_F(RefusedTest, OthersOfTheSameItemHaveTheirOwnAnswers) {
  relay.script = [](const relay::Host& host, const relay::Job& job) {
    auto outcome = refuse_voice(host, job);
    if (job.recipients.size() == 3) {
      outcome.answers[0] = {550, "5.1.1", "no such user"};
      outcome.answers[2] = {250, "2.0.0", "taken"};
    }
    return outcome;
  };
  submit_and_run({"bad@example.net", "carol@example.net", "dave@example.net"});
  ASSERT_THAT(relay.calls, SizeIs(2));
  EXPECT_THAT(relay.calls[1].recipients, ElementsAre("carol@example.net")) << "nobody gets it twice";
  ASSERT_THAT(inbox_of(alice), SizeIs(1));
  EXPECT_THAT(inbox_of(alice)[0], AllOf(HasSubstr("bad@example.net"), Not(HasSubstr("5.6.1"))));
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(RefusedTest, WhatIsRefusedWithoutASignatureTooComesBackAndTeachesNothing) {
  relay.script = [](const relay::Host&, const relay::Job& job) { return FakeRelay::all(job, kNoAudio); };
  submit_and_run({"carol@example.net"});
  ASSERT_THAT(relay.calls, SizeIs(3));
  EXPECT_THAT(relay.calls[1].octets, AllOf(HasSubstr(kText), Not(HasSubstr(kVoice))));
  EXPECT_THAT(relay.calls[2].octets, AllOf(HasSubstr("m=none"), HasSubstr("x=codec"), Not(HasSubstr(kText))));
  ASSERT_THAT(inbox_of(alice), SizeIs(1));
  EXPECT_THAT(inbox_of(alice)[0], AllOf(HasSubstr("Status: 5.6.1"), HasSubstr("554 5.6.1 no audio here")));
  EXPECT_EQ(refused("example.net"), LeftOut::Nothing);
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(RefusedTest, AServerThatTakesNoTextEitherGetsTheMessageAsItWas) {
  relay.script = [](const relay::Host& host, const relay::Job& job) {
    return job.content.bytes() <= kWithoutTextBytes ? FakeRelay::take(host, job)
                                                    : FakeRelay::all(job, {550, "5.6.3", "no"});
  };
  submit_and_run({"carol@example.net"});
  ASSERT_THAT(relay.calls, SizeIs(3));
  EXPECT_EQ(refused("example.net"), LeftOut::Signature);
  submit_and_run({"carol@example.net"});
  ASSERT_THAT(relay.calls, SizeIs(4));
  EXPECT_THAT(relay.calls[3].octets, AllOf(HasSubstr("m=none"), Not(HasSubstr(kText)), HasSubstr("hello")));
}

TEST_F(RefusedTest, WhatHasNoSignatureFailsAtOnce) {
  done(accounts.set_signature_on(alice, false));
  relay.script = [](const relay::Host&, const relay::Job& job) { return FakeRelay::all(job, kNoAudio); };
  submit_and_run({"carol@example.net"});
  EXPECT_THAT(relay.calls, SizeIs(1));
  EXPECT_THAT(inbox_of(alice), SizeIs(1));
}

TEST_F(RefusedTest, ADegradedMessageThatIsTooLongGetsShorterStill) {
  relay.script = [](const relay::Host& host, const relay::Job& job) {
    auto outcome = refuse_voice(host, job);
    if (job.content.bytes() <= kWithoutVoiceBytes && job.content.bytes() > kWithoutTextBytes) {
      outcome.misfit = relay::Misfit::Size;
      outcome.size_max = kWithoutTextBytes;
    }
    return outcome;
  };
  submit_and_run({"carol@example.net"});
  ASSERT_FALSE(relay.calls.empty());
  EXPECT_THAT(relay.calls.back().octets, AllOf(Not(HasSubstr(kVoice)), Not(HasSubstr(kText)), HasSubstr("hello")));
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(inbox_of(alice), IsEmpty());
}

/// Whatever call to the store fails on the way: the message comes without the voice, once, and nobody hears of it.
TEST(RefusedFailures, ItIsDeliveredOnce) {
  for (const auto effect : {store::Flaky::Effect::None, store::Flaky::Effect::Applied}) {
    for (std::uint64_t n = 1;; ++n) {
      store::memory::MemoryStore memory;
      store::Flaky flaky(memory);
      RefusedWorld world(&flaky);
      world.submit({"carol@example.net"});
      flaky.fail_at(n, Code::Unavailable, effect);
      world.run_due();
      const bool over = flaky.calls() < n;
      flaky.fail_at(0);
      world.pass(240min, 10min);
      SCOPED_TRACE(n);
      // Without its source it goes with nothing of a signature (spec 2.9).
      const auto without_voice = [](const FakeRelay::Call& call) {
        return call.octets.find("x=codec") != call.octets.npos || call.octets.find("x=fetch") != call.octets.npos;
      };
      EXPECT_EQ(std::ranges::count_if(world.relay.calls, without_voice), 1);
      EXPECT_THAT(world.waiting(), IsEmpty());
      EXPECT_THAT(world.inbox_of(world.alice), IsEmpty());
      EXPECT_THAT(world.findings(), IsEmpty());
      if (over) break;
      ASSERT_LT(n, 500u);
    }
  }
}

}  // namespace
}  // namespace paraph::queue
