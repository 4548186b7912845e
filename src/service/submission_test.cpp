// What policies, keys and clients make of a submission: forms, fields of its own, the copy in Sent, the trace.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "media/none/none_media.h"
#include "service/check.h"
#include "service/deposit.h"
#include "service/sent_appends.h"
#include "service/signatures.h"
#include "service/testing.h"
#include "service/trace.h"
#include "source/local/local_source.h"
#include "store/flaky.h"

namespace paraph::service {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const char* const kText =
    "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nMessage-ID: <m1@client>\r\nSubject: hi\r\n\r\nhello\r\n";

struct SubmissionTest : testing::Test {
  SubmissionTest() {
    world.make_accounts();
    done(world.accounts.add_domain("other.example"));
    carol = done(world.accounts.add({.address = "carol@other.example"}));
    std::string amr = "#!AMR\n";
    for (int i = 0; i < 150; ++i) amr += '\x3C' + std::string(31, 'v');
    done(signatures.set(world.alice, "alice@example.org", {.text = "Alice, extension 42", .voice = amr}));
  }
  Deposit::Outcome submit(std::string_view octets, const std::vector<mail::Address>& to = {{"bob", "example.org"}}) {
    return done(deposit.submit(transaction(to), world.message(octets)));
  }
  Transaction transaction(const std::vector<mail::Address>& to) {
    std::vector<mail::Recipient> recipients;
    for (const auto& address : to) recipients.push_back({.address = address});
    return {.principal = record::Account{.id = world.alice},
            .reverse_path = {"alice", "example.org"},
            .recipients = std::move(recipients),
            .received_from = "x",
            .protocol = "ESMTPSA"};
  }
  void set(std::optional<AccountId> account, std::string key, std::string value) {
    done(deposit.policies().set("example.org", account, {{std::move(key), std::move(value)}}));
  }
  std::string newest(AccountId account, const std::string& name = "INBOX") {
    const auto at = world.box(account, name);
    return world.octets(at.id, Uid{at.uid_next.value - 1});
  }
  MailboxId sent() { return world.box(world.alice, "Sent").id; }
  Appended append_sent(std::string_view octets, mail::Flags with = {}) {
    Target target{
        .account = world.alice, .mailbox = sent(), .flags = std::move(with), .internal_date = world.clock.now()};
    return done(world.mailboxes.append_sent(world.message(octets), std::move(target)));
  }
  std::vector<std::string> findings() {
    std::vector<std::string> found;
    done(check_store(memory, Repair::No, [&](const Finding& f) { found.push_back(f.name + ": " + f.text); }));
    return found;
  }

  store::memory::MemoryStore memory;
  store::Flaky flaky{memory};
  World world{&flaky};
  AccountId carol;
  media::none::NoneMedia media;
  Signatures signatures{flaky, media, world.clock, world.limits};
  source::local::LocalSource local{flaky};
  Acquirer acquirer{{&local}, std::chrono::milliseconds(50)};
  crypto::SeededRandom random{1};
  Deposit deposit{flaky,  world.accounts, world.mailboxes, acquirer,
                  random, world.clock,    world.limits,    {.server_name = "vm.example.org"}};
};

// --- policy

TEST_F(SubmissionTest, Item34KindsAreThePolicys) {
  set(std::nullopt, "kinds", "text");
  EXPECT_EQ(submit(kText).report.kinds(), "text");
  set(world.alice, "kinds", "none");
  EXPECT_EQ(submit(kText).report.kinds(), "none");
  set(world.alice, "kinds", "default");
  set(std::nullopt, "kinds", "default");
  EXPECT_THAT(submit(kText).report.kinds(), HasSubstr("voice"));
}

TEST_F(SubmissionTest, SignaturesCanBeOffForADomain) {
  set(std::nullopt, "signature", "off");
  EXPECT_EQ(submit(kText).report.how, signature::How::Untouched);
  EXPECT_THAT(newest(world.bob), Not(HasSubstr("Paraph-Signature")));
}

TEST_F(SubmissionTest, Item38WhatCannotBeSignedIsRefusedWhereItIsMandatory) {
  const std::string encrypted =
      "From: alice@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/encrypted; boundary=b; "
      "protocol=\"application/pgp-encrypted\"\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: "
      "1\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--b--\r\n";
  EXPECT_EQ(submit(encrypted).report.kinds(), "none");
  set(std::nullopt, "mandatory", "on");
  const auto refused = run(deposit.submit(transaction({{"bob", "example.org"}}), world.message(encrypted)));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::Refused);
  EXPECT_THAT(refused.error().text, HasSubstr("mandatory"));
  EXPECT_THAT(submit(kText).report.kinds(), HasSubstr("text"));
}

TEST_F(SubmissionTest, RepliesGetWhatThePolicySays) {
  const std::string reply = "In-Reply-To: <x@y>\r\n" + std::string(kText);
  const std::pair<const char*, const char*> cases[] = {{"none", "none"}, {"text", "text"}};
  for (const auto& [value, kinds] : cases) {
    set(world.alice, "replies", value);
    EXPECT_EQ(submit(reply).report.kinds(), kinds);
    EXPECT_THAT(submit(kText).report.kinds(), HasSubstr("voice"));
  }
}

// --- forms

TEST_F(SubmissionTest, ExternalRecipientsGetAFormOfTheirOwn) {
  set(std::nullopt, "external-kinds", "text");
  submit("From: alice@example.org\r\n\r\nthe first one makes key and numbers\r\n");
  const auto batches = memory.counters().batches;
  submit("Bcc: secret@example.org\r\nResent-Bcc : secret@example.org\r\n" + std::string(kText),
         {{"bob", "example.org"}, {"carol", "other.example"}});
  EXPECT_EQ(memory.counters().batches, batches + 1) << "all forms in one batch";
  const auto inside = newest(world.bob), outside = newest(carol);
  EXPECT_THAT(inside, AllOf(HasSubstr("audio/AMR"), HasSubstr("Alice, extension 42")));
  EXPECT_THAT(outside, AllOf(Not(HasSubstr("audio/AMR")), HasSubstr("Alice, extension 42"), HasSubstr("m=text;")));
  for (const auto& octets : {inside, outside})
    EXPECT_THAT(octets, AllOf(HasSubstr("Message-ID: <m1@client>"), Not(HasSubstr("secret"))));
  const auto date = [](const std::string& octets) { return octets.substr(octets.find("\r\nDate: "), 40); };
  EXPECT_EQ(date(inside), date(outside));
  EXPECT_EQ(newest(world.alice, "Sent"), inside);
  EXPECT_THAT(findings(), IsEmpty());
  EXPECT_EQ(done(trace_message(memory, world.mailboxes, "m1@client")).size(), 2u);
}

TEST_F(SubmissionTest, OneFormIsOneMessage) {
  submit(kText, {{"bob", "example.org"}, {"carol", "other.example"}});
  EXPECT_EQ(done(trace_message(memory, world.mailboxes, "m1@client")).size(), 1u);
  EXPECT_EQ(newest(world.bob), newest(carol));
}

TEST_F(SubmissionTest, AllFormsAreThereOrNone) {
  set(std::nullopt, "external-kinds", "text");
  for (std::uint64_t n = 1;; ++n) {
    const auto before = world.box(world.bob, "INBOX").messages;
    flaky.fail_at(n, Code::NoSpace);
    const auto outcome =
        run(deposit.submit(transaction({{"bob", "example.org"}, {"carol", "other.example"}}), world.message(kText)));
    const bool over = flaky.calls() < n;
    flaky.fail_at(0);
    const auto now = world.box(world.bob, "INBOX").messages;
    EXPECT_EQ(world.box(carol, "INBOX").messages, now);
    if (outcome) {
      EXPECT_EQ(now, before + 1);
    } else {
      EXPECT_EQ(now, before);
    }
    EXPECT_THAT(findings(), IsEmpty());
    if (over) break;
    ASSERT_LT(n, 200u);
  }
}

// --- fields of its own

std::string without_trace(std::string octets) { return octets.substr(octets.find("Paraph-Signature:")); }

TEST_F(SubmissionTest, Item35AGenuineFieldIsKeptAndTheEngineSkipped) {
  submit(kText);
  const auto once = without_trace(newest(world.bob));
  const auto again = submit(once);
  EXPECT_EQ(again.report.how, signature::How::Present);
  EXPECT_EQ(without_trace(newest(world.bob)).substr(0, 60), once.substr(0, 60));
  EXPECT_THAT(newest(world.bob), testing::EndsWith(once.substr(once.find("From: Alice"))));
}

TEST_F(SubmissionTest, AFieldThatNoLongerHoldsGoes) {
  submit(kText);
  const auto once = without_trace(newest(world.bob));
  auto changed = once;
  changed.replace(changed.find("extension 42"), 12, "extension 43");
  const auto b = [](const std::string& octets) {
    const auto at = octets.find("Paraph-Signature:");
    return octets.substr(at, octets.find("\r\nReceived:", at) - at);
  };
  submit(changed);
  EXPECT_NE(b(newest(world.bob)), b(once));
  EXPECT_EQ(newest(world.bob).find("Paraph-Signature:"), newest(world.bob).rfind("Paraph-Signature:"));
}

TEST_F(SubmissionTest, Item45AFieldOutlivesItsKeyByThirtyDays) {
  submit(kText);
  const auto once = without_trace(newest(world.bob));
  EXPECT_THAT(once, HasSubstr("s=k1;"));
  done(deposit.keys().rotate());
  submit(once);
  EXPECT_THAT(without_trace(newest(world.bob)), HasSubstr("s=k1;")) << "signed before, verified after";
  submit(kText);
  EXPECT_THAT(without_trace(newest(world.bob)), HasSubstr("s=k2;"));
  world.clock.advance(KeyRing::kVerifiesFor);
  submit(once);
  EXPECT_THAT(without_trace(newest(world.bob)), AllOf(HasSubstr("s=k2;"), Not(HasSubstr("s=k1;"))));
}

// --- Sent

TEST_F(SubmissionTest, Item64AClientsOwnCopyIsFolded) {
  submit(kText);
  const auto as_sent = newest(world.alice, "Sent");
  const auto folded = append_sent(kText, flags({mail::Flag::Seen, mail::Flag::Answered}, {"work"}));
  EXPECT_EQ(folded.uid, Uid{1});
  EXPECT_EQ(folded.uid_validity, world.box(world.alice, "Sent").uid_validity);
  EXPECT_EQ(world.box(world.alice, "Sent").messages, 1u);
  EXPECT_EQ(newest(world.alice, "Sent"), as_sent);
  const auto entry = done(world.mailboxes.entries(sent())).front();
  EXPECT_TRUE(entry.flags.has(mail::Flag::Answered));
  EXPECT_THAT(entry.flags.keywords, testing::Contains("work"));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(SubmissionTest, WhatIsNoDoubleIsKept) {
  submit(kText);
  std::string other_id = kText, other_from = kText;
  other_id.replace(other_id.find("m1@"), 3, "m2@");
  other_from.replace(other_from.find("alice@"), 6, "carol@");
  append_sent(other_id);
  append_sent(other_from);
  EXPECT_EQ(world.box(world.alice, "Sent").messages, 3u);
  world.clock.advance(std::chrono::hours(25));
  append_sent(kText);
  EXPECT_EQ(world.box(world.alice, "Sent").messages, 4u) << "a day later it is another matter";
}

TEST_F(SubmissionTest, ALargeDoubleLeavesNothingBehind) {
  auto large = "Message-ID: <m1@client>\r\n" + audio_message(700'000);
  submit(large);
  const auto bytes = memory.blob_bytes();
  append_sent(large);
  EXPECT_EQ(memory.blob_bytes(), bytes);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(SubmissionTest, ACopyThatCameBeforeItsSubmissionGivesWay) {
  EXPECT_EQ(append_sent(kText, flags({mail::Flag::Flagged})).uid, Uid{1});
  submit(kText);
  const auto left = done(world.mailboxes.entries(sent()));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left.front().uid, Uid{2});
  EXPECT_TRUE(left.front().flags.has(mail::Flag::Flagged));
  EXPECT_FALSE(left.front().flags.has(mail::Flag::Deleted));
  EXPECT_THAT(newest(world.alice, "Sent"), HasSubstr("Paraph-Signature"));
  const auto changes = done(world.mailboxes.changes(world.alice, sent(), ModSeq{0}));
  EXPECT_THAT(changes.expunged, ElementsAre(Uid{1})) << "other sessions are told";
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(SubmissionTest, FoldingThatFailsLosesNothing) {
  for (const bool client_first : {false, true}) {
    for (std::uint64_t n = 1; n <= 60; ++n) {
      const auto id = fmt::format("m{}-{}@c", client_first, n);
      std::string octets = kText;
      octets.replace(octets.find("m1@client"), 9, id);
      const auto before = world.box(world.alice, "Sent").messages;
      Target target{.account = world.alice, .mailbox = sent(), .internal_date = world.clock.now()};
      auto clients = world.message(octets), submitted = world.message(octets);
      bool appended = false;
      if (client_first) appended = run(world.mailboxes.append_sent(std::move(clients), target)).has_value();
      if (client_first) flaky.fail_at(n);
      const bool went = run(deposit.submit(transaction({{"bob", "example.org"}}), std::move(submitted))).has_value();
      if (!client_first) {
        flaky.fail_at(n);
        appended = run(world.mailboxes.append_sent(std::move(clients), target)).has_value();
      }
      flaky.fail_at(0);
      const auto more = world.box(world.alice, "Sent").messages - before;
      EXPECT_GE(more, went || appended ? 1u : 0u) << n;
      EXPECT_LE(more, 2u);
      EXPECT_THAT(findings(), IsEmpty());
    }
  }
}

TEST_F(SubmissionTest, AnAccountMaySayWhetherSentIsKept) {
  set(world.alice, "save-sent", "off");
  submit(kText);
  EXPECT_EQ(world.box(world.alice, "Sent").messages, 0u);
  append_sent(kText);
  EXPECT_EQ(newest(world.alice, "Sent"), kText);
}

TEST(SentAppends, KeepsTheNewest) {
  SentAppends appends(2);
  const auto put = [&](const char* hash, std::uint32_t uid) {
    appends.put({.mailbox = MailboxId{1}, .hash = hash, .from = "a@x", .uid = Uid{uid}, .at = kTestTime});
  };
  const auto take = [&](const char* hash, std::uint64_t mailbox = 1, const char* from = "a@x") {
    return appends.take(MailboxId{mailbox}, hash, from, kTestTime).size();
  };
  put("one", 1);
  put("two", 2);
  EXPECT_EQ(take("two", 2), 0u);
  EXPECT_EQ(take("two", 1, "b@x"), 0u);
  put("three", 3);
  EXPECT_EQ(take("one"), 0u) << "forgotten";
  EXPECT_EQ(take("two"), 1u);
  EXPECT_EQ(take("two"), 0u) << "taken";
  put("four", 4);
  put("four", 5);
  EXPECT_EQ(take("four"), 2u);
}

// --- trace

TEST_F(SubmissionTest, AMessageIsTracedThroughMovesUntilItIsGone) {
  submit(kText);
  auto traced = done(trace_message(memory, world.mailboxes, "<m1@client>"));
  ASSERT_EQ(traced.size(), 1u);
  EXPECT_EQ(traced[0].signature.owner, "alice@example.org");
  EXPECT_THAT(traced[0].signature.kinds, HasSubstr("voice"));
  EXPECT_EQ(traced[0].received, kTestTime);
  EXPECT_EQ(traced[0].from, "<alice@example.org>");
  EXPECT_THAT(traced[0].came, HasSubstr("with ESMTP"));
  ASSERT_EQ(traced[0].places.size(), 2u);
  EXPECT_EQ(traced[0].places[0].address, "bob@example.org");
  EXPECT_FALSE(traced[0].places[0].sent);
  EXPECT_TRUE(traced[0].places[1].sent);

  const std::vector<Uid> first{Uid{1}};
  done(world.mailboxes.move(world.alice, sent(), first, world.trash));
  traced = done(trace_message(memory, world.mailboxes, "m1@client"));
  ASSERT_EQ(traced[0].places.size(), 2u);
  EXPECT_EQ(traced[0].places[0].mailbox, "Trash");

  done(world.accounts.remove("alice@example.org"));
  done(world.accounts.remove("bob@example.org"));
  EXPECT_THAT(done(trace_message(memory, world.mailboxes, "m1@client")), IsEmpty());
  EXPECT_TRUE(done(memory.scan({.from = "i", .to = "j"})).empty());
}

TEST_F(SubmissionTest, CheckPutsTheIndexRight) {
  submit(kText);
  auto rows = done(memory.scan({.from = "i", .to = "j"}));
  ASSERT_EQ(rows.size(), 1u);
  store::Batch damage;
  damage.writes.push_back({rows[0].key, std::nullopt});
  damage.writes.push_back({rows[0].key.substr(0, 24) + '\x7F', rows[0].value});
  done(memory.commit(std::move(damage)));
  EXPECT_THAT(findings(),
              testing::UnorderedElementsAre(HasSubstr("message_id.missing"), HasSubstr("message_id.dangling")));
  done(check_store(memory, Repair::Yes, [](const Finding& f) { EXPECT_TRUE(f.repaired) << f.text; }));
  EXPECT_THAT(findings(), IsEmpty());
  const auto traced = done(trace_message(memory, world.mailboxes, "m1@client"));
  ASSERT_EQ(traced.size(), 1u);
  EXPECT_EQ(traced[0].places.size(), 2u) << "found without its first places";
}

}  // namespace
}  // namespace paraph::service
