#include "service/deposit.h"

#include <gmock/gmock.h>

#include "media/none/none_media.h"
#include "service/signatures.h"
#include "service/testing.h"
#include "signature/make.h"
#include "source/local/local_source.h"
#include "store/flaky.h"

namespace paraph::service {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const char* const kText =
    "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nBcc: carol@example.org\r\nSubject: hi\r\n"
    "\r\nhello\r\n";

/// A source that a test tells what to answer.
struct FakeSource final : source::Source {
  const std::string& name() const& override { return called; }
  Task<Result<source::Acquired>> acquire(std::string) override { co_return answer; }
  Task<bool> prefetch(std::string) override { co_return false; }
  Task<Result<void>> forget(std::string) override { co_return Result<void>(); }
  std::string called = "fake";
  Result<source::Acquired> answer = fail(Code::Unavailable, "down");
};

struct DepositTest : testing::Test, World {
  DepositTest() {
    make_accounts();
    policy.server_name = "vm.example.org";
    make_deposit({&local});
  }
  void make_deposit(std::vector<source::Source*> sources) {
    acquirer.emplace(std::move(sources), std::chrono::milliseconds(50));
    deposit.emplace(store, accounts, mailboxes, *acquirer, random, clock, limits, policy);
  }
  Transaction from_alice(std::vector<std::string> to = {"bob"}) {
    Transaction transaction{.principal = done(accounts.find("alice@example.org")),
                            .reverse_path = {"alice", "example.org"},
                            .received_from = "client.example (192.0.2.1)",
                            .protocol = "ESMTPSA"};
    for (auto& local_part : to) transaction.recipients.push_back({{std::move(local_part), "example.org"}});
    return transaction;
  }
  Transaction from_elsewhere(std::string protocol = "ESMTP") {
    Transaction transaction = from_alice();
    transaction.principal.reset();
    transaction.reverse_path = {"x", "elsewhere.example"};
    transaction.protocol = std::move(protocol);
    return transaction;
  }
  Deposit::Outcome submit(Transaction transaction, std::string_view octets) {
    return done(deposit->submit(std::move(transaction), message(octets)));
  }
  std::optional<Code> refusal(Transaction transaction, std::string_view octets) {
    return code_of(deposit->submit(std::move(transaction), message(octets)));
  }
  std::string newest(AccountId account, const std::string& name) {
    const auto at = box(account, name);
    return octets(at.id, Uid{at.uid_next.value - 1});
  }
  void sign_with(SignatureChange change) { done(signatures.set(alice, "alice@example.org", std::move(change))); }

  crypto::SeededRandom random{1};
  media::none::NoneMedia media;
  Signatures signatures{store, media, clock, limits};
  source::local::LocalSource local{store};
  DepositPolicy policy;
  std::optional<Acquirer> acquirer;
  std::optional<Deposit> deposit;
};

TEST_F(DepositTest, ASubmissionIsSignedTracedAndKeptTwiceWithOneBody) {
  sign_with({.text = "Alice, extension 42"});
  const auto outcome = submit(from_alice(), kText);
  EXPECT_EQ(outcome.report.kinds(), "text");
  const auto got = newest(bob, "INBOX");
  EXPECT_THAT(got, StartsWith("Return-Path: <alice@example.org>\r\nParaph-Signature: v=1;"));
  EXPECT_THAT(got, HasSubstr("Received: from client.example (192.0.2.1)\r\n\tby vm.example.org with ESMTPSA id "));
  EXPECT_THAT(got,
              AllOf(HasSubstr("hello\r\n\r\n-- \r\nAlice, extension 42\r\n"), HasSubstr("\r\nDate: Mon, 23 Nov 2026"),
                    HasSubstr("\r\nMessage-ID: " + outcome.message_id), Not(HasSubstr("carol"))));
  EXPECT_EQ(newest(alice, "Sent"), got);
  EXPECT_THAT(done(mailboxes.entries(box(bob, "INBOX").id)).back().flags.keywords,
              testing::ElementsAre(std::string(mail::kSignedKeyword)));
  EXPECT_EQ(box(alice, "Sent").unseen, 0u);
  EXPECT_EQ(box(bob, "INBOX").unseen, 1u);
}

TEST_F(DepositTest, TheStructureKeptIsThatOfTheOctetsKept) {
  for (const bool with_signature : {false, true}) {
    if (with_signature) sign_with({.text = "Alice"});
    for (const std::string& given : {std::string(kText), audio_message(5000)}) {
      submit(from_alice(), given);
      const auto at = box(bob, "INBOX");
      const auto entry = done(mailboxes.entries_of(at.id, {Uid{at.uid_next.value - 1}})).front();
      const auto kept = done(messages.load(entry.message));
      const auto octets_kept = newest(bob, "INBOX");
      auto scanned = mime::scan(octets_kept);
      EXPECT_EQ(kept->structure.size, octets_kept.size());
      ASSERT_EQ(kept->structure.parts.size(), scanned.parts.size());
      EXPECT_TRUE(kept->structure.root().envelope == scanned.root().envelope);
      EXPECT_TRUE(kept->structure.parts == scanned.parts);
    }
  }
}

TEST_F(DepositTest, TheVoiceSignatureIsOneBlobForAllMessages) {
  std::string amr = "#!AMR\n";
  for (int i = 0; i < 150; ++i) amr += std::string(1, '\x3C') + std::string(31, 'v');
  sign_with({.text = "Alice", .voice = amr});
  submit(from_alice(), audio_message(20'000));
  const auto once = memory.blob_bytes();
  submit(from_alice(), audio_message(20'000));
  EXPECT_EQ(memory.blob_bytes(), once);
  EXPECT_THAT(newest(bob, "INBOX"), HasSubstr("voice=Originator-Spoken-Name"));
  const auto at = box(bob, "INBOX");
  const auto entry = done(mailboxes.entries_of(at.id, {Uid{1}})).front();
  EXPECT_EQ(done(messages.load(entry.message))->signature.kinds, "text:html:voice");
}

TEST_F(DepositTest, ForeignSignatureFieldsGo) {
  submit(from_alice(), "Paraph-Signature: v=1; forged\r\nFrom: alice@example.org\r\nReturn-Path: <x@y>\r\n\r\nx\r\n");
  EXPECT_THAT(newest(bob, "INBOX"), AllOf(Not(HasSubstr("forged")), Not(HasSubstr("x@y")), HasSubstr("x=nosig")));
  EXPECT_TRUE(done(mailboxes.entries(box(bob, "INBOX").id)).back().flags.keywords.empty());
}

TEST_F(DepositTest, OneWhoSwitchedTheSignatureOffSendsWithout) {
  sign_with({.text = "Alice"});
  done(accounts.set_signature_on(alice, false));
  EXPECT_EQ(submit(from_alice(), kText).report.how, signature::How::Untouched);
  EXPECT_THAT(newest(bob, "INBOX"), Not(HasSubstr("Paraph-Signature")));
}

TEST_F(DepositTest, FromMustBeOnesOwn) {
  const struct {
    const char* header;
    std::optional<Code> refusal;
  } cases[] = {
      {"From: alice@example.org\r\n", std::nullopt},
      {"From: ALICE@Example.ORG\r\n", std::nullopt},
      {"From: bob@example.org\r\n", Code::Denied},
      {"From: alice@example.org\r\nSender: bob@example.org\r\n", Code::Denied},
      {"From: alice@example.org, bob@example.org\r\nSender: alice@example.org\r\n", Code::Denied},
      {"From: alice@example.org, Alice <alice@example.org>\r\n", Code::BadInput},
      {"From: alice@example.org, Alice <alice@example.org>\r\nSender: alice@example.org\r\n", std::nullopt},
      {"From: undisclosed:;\r\n", std::nullopt},
      {"From: alice@example.org\r\nFrom: alice@example.org\r\n", Code::BadInput},
      {"Subject: none\r\n", Code::BadInput},
      {"From: alice@example.org\r\n: x\r\nFrom: bob@example.org\r\n", Code::BadInput},
      {"From: alice@example.org\r\nno field\r\nFrom: bob@example.org\r\n", Code::BadInput},
  };
  for (const auto& each : cases)
    EXPECT_EQ(refusal(from_alice(), std::string(each.header) + "\r\nx\r\n"), each.refusal) << each.header;
  Transaction forged = from_alice();
  forged.reverse_path = {"bob", "example.org"};
  EXPECT_EQ(refusal(std::move(forged), kText), Code::Denied);
}

TEST_F(DepositTest, ALoopEnds) {
  std::string looping = "From: alice@example.org\r\n";
  for (std::uint32_t i = 0; i <= limits.received_max; ++i) looping += "Received: from x\r\n";
  EXPECT_EQ(refusal(from_alice(), looping + "\r\nx\r\n"), Code::Unsupported);
  EXPECT_EQ(refusal(from_elsewhere(), looping + "\r\nx\r\n"), Code::Unsupported);
}

TEST_F(DepositTest, FromElsewhereTheOctetsStayAndTheEngineNeverRuns) {
  sign_with({.text = "Alice"});
  const std::string given = "Paraph-Signature: theirs\r\nFrom: alice@example.org\r\nBcc: z@z\r\n\r\nx\r\n";
  submit(from_elsewhere(), given);
  EXPECT_THAT(newest(bob, "INBOX"),
              AllOf(StartsWith("Return-Path: <x@elsewhere.example>\r\nReceived: from "), testing::EndsWith(given)));
  submit(from_elsewhere(), "From x@y Mon Nov 23\r\n" + given);
  EXPECT_THAT(newest(bob, "INBOX"), AllOf(testing::EndsWith(given), Not(HasSubstr("From x@y"))));
}

TEST_F(DepositTest, OneEntryForAnAccountNamedTwice) {
  const auto outcome = submit(from_alice({"bob", "BOB", "alice"}), kText);
  ASSERT_EQ(outcome.deliveries.size(), 3u);
  EXPECT_EQ(outcome.deliveries[0]->uid, outcome.deliveries[1]->uid);
  EXPECT_EQ(box(bob, "INBOX").messages, 1u);
  EXPECT_EQ(box(alice, "INBOX").messages, 1u);
}

TEST_F(DepositTest, WithSmtpOneFullMailboxFailsTheWholeWithLmtpItsOwnOnly) {
  done(accounts.set_quota(bob, 10, 0));
  EXPECT_EQ(refusal(from_alice({"alice", "bob"}), kText), Code::OverQuota);
  EXPECT_EQ(box(alice, "INBOX").messages, 0u);
  Transaction lmtp = from_elsewhere("LMTP");
  lmtp.recipients = {{{"alice", "example.org"}}, {{"bob", "example.org"}}, {{"nobody", "example.org"}}};
  const auto outcome = submit(std::move(lmtp), kText);
  EXPECT_TRUE(outcome.deliveries[0]);
  EXPECT_EQ(outcome.deliveries[1].error().code, Code::OverQuota);
  EXPECT_EQ(outcome.deliveries[2].error().code, Code::NotFound);
}

TEST_F(DepositTest, AFullSentMailboxHoldsNothingUp) {
  done(accounts.set_quota(alice, 10, 0));
  submit(from_alice(), kText);
  EXPECT_EQ(box(bob, "INBOX").messages, 1u);
  EXPECT_EQ(box(alice, "Sent").messages, 0u);
}

TEST_F(DepositTest, RecipientsAreChecked) {
  EXPECT_EQ(code_of(deposit->check_recipient({"bob", "example.org"})), std::nullopt);
  EXPECT_EQ(code_of(deposit->check_recipient({"nobody", "example.org"})), Code::NotFound);
  EXPECT_EQ(code_of(deposit->check_recipient({"bob", "elsewhere.example"})), Code::Denied);
  done(accounts.set_quota(bob, 100, 0));
  EXPECT_EQ(code_of(deposit->check_recipient({"bob", "example.org"}, Relaying::No, 100)), std::nullopt);
  EXPECT_EQ(code_of(deposit->check_recipient({"bob", "example.org"}, Relaying::No, 101)), Code::OverQuota);
  EXPECT_EQ(code_of(deposit->check_recipient({"bob", "example.org"}, Relaying::No, UINT64_MAX)), Code::OverQuota);
  done(accounts.set_quota(bob, 0, 1));
  put(bob, box(bob, "INBOX").id);
  EXPECT_EQ(code_of(deposit->check_recipient({"bob", "example.org"})), Code::OverQuota);
}

TEST_F(DepositTest, ThePostmastersMailGoesToWhomTheOperatorNames) {
  EXPECT_EQ(code_of(deposit->check_recipient({"postmaster", ""})), Code::NotFound);
  policy.postmaster = {"bob", "example.org"};
  make_deposit({&local});
  for (const auto* domain : {"", "example.org"}) {
    const auto goes_to = done(deposit->check_recipient({"Postmaster", domain}));
    EXPECT_EQ(goes_to.text(), "bob@example.org") << domain;
  }
  EXPECT_EQ(code_of(deposit->check_recipient({"postmaster", "elsewhere.example"})), Code::Denied);
  done(accounts.set_quota(bob, 100, 0));
  EXPECT_EQ(code_of(deposit->check_recipient({"postmaster", ""}, Relaying::Yes, 101)), Code::OverQuota);
}

TEST_F(DepositTest, WhenTheSourceIsDownTheOperatorsPolicyDecides) {
  FakeSource fake;
  const std::pair<OnFailure, std::optional<Code>> cases[] = {
      {OnFailure::Send, std::nullopt}, {OnFailure::Defer, Code::Unavailable}, {OnFailure::Reject, Code::Denied}};
  for (const auto& [choice, code] : cases) {
    policy.on_failure = choice;
    make_deposit({&fake});
    EXPECT_EQ(refusal(from_alice(), kText), code);
  }
  EXPECT_THAT(newest(bob, "INBOX"), HasSubstr("x=fetch"));
  EXPECT_EQ(box(bob, "INBOX").messages, 1u);
}

/// Which source's text is attached ("": none, and why), for what each of them answers.
TEST_F(DepositTest, SourcesAreAskedInOrderUntilOneKnows) {
  const auto of = [](const std::string& text, bool off = false) {
    source::Acquired acquired{.signature = {.owner = "alice@example.org", .number = 1, .text = text}, .off = off};
    acquired.signature.revision = signature::revision_of(acquired.signature);
    return Result<source::Acquired>(acquired);
  };
  const Result<source::Acquired> unknown = fail(Code::NotFound, "who?"), down = fail(Code::Unavailable, "down");
  const struct {
    Result<source::Acquired> first, second;
    const char *text, *reason;
  } cases[] = {{of("one"), of("two"), "one", ""},      {unknown, of("two"), "two", ""},
               {down, of("two"), "two", ""},           {of(""), of("two"), "two", ""},
               {of("", true), of("two"), "", "nosig"}, {unknown, unknown, "", "nosig"},
               {down, unknown, "", "fetch"},           {of(""), down, "", "fetch"}};
  for (const auto& one : cases) {
    FakeSource first, second;
    first.answer = one.first;
    second.answer = one.second;
    Acquirer both({&first, &second}, std::chrono::milliseconds(500));
    const auto answer = run(both.acquire("alice@example.org"));
    EXPECT_EQ(answer.acquired.signature.text, one.text);
    EXPECT_EQ(answer.reason, one.reason);
  }
}

TEST_F(DepositTest, OfTwoSourcesTheLastToSayAFieldIsBelieved) {
  FakeSource first, second;
  first.answer = source::Acquired{.fields = {{"displayName", "Alice"}, {"tel", "1"}}};
  second.answer = source::Acquired{.fields = {{"displayName", "A. Liddell"}, {"tel", ""}}};
  Acquirer both({&first, &second}, std::chrono::milliseconds(500));
  const std::map<std::string, std::string> all{{"displayName", "A. Liddell"}, {"tel", "1"}};
  EXPECT_EQ(run(both.acquire("alice@example.org")).acquired.fields, all);
  // Who wants no signature gets no template filled either.
  first.answer->off = true;
  EXPECT_TRUE(run(both.acquire("alice@example.org")).acquired.fields.empty());
}

TEST_F(DepositTest, MediaThatVanishedAreSentWithout) {
  FakeSource fake;
  source::Acquired acquired;
  acquired.signature.owner = "alice@example.org";
  acquired.signature.revision = "r";
  acquired.signature.voice.push_back(
      {.media_type = "audio/AMR", .extension = "amr", .blob = crypto::sha256("gone"), .bytes = 5000, .duration = 3});
  fake.answer = acquired;
  make_deposit({&fake});
  submit(from_alice(), audio_message(5000));
  EXPECT_THAT(newest(bob, "INBOX"), HasSubstr("x=fetch"));
}

/// A message of over a blob's length is put early; when it is refused, nothing of it stays.
TEST_F(DepositTest, ARefusedLargeMessageLeavesNothing) {
  std::string large = audio_message(700'000);
  large.replace(large.find("alice"), 5, "bob");
  EXPECT_EQ(refusal(from_alice(), large), Code::Denied);
  EXPECT_EQ(memory.blob_bytes(), 0u);
  submit(from_alice(), audio_message(700'000));
  EXPECT_TRUE(newest(bob, "INBOX").ends_with(audio_message(700'000)));
}

}  // namespace
}  // namespace paraph::service
