#include <gmock/gmock.h>

#include "crypto/base64.h"
#include "dkim/signed_header.h"
#include "dkim/testing.h"
#include "mime/field.h"
#include "record/keys.h"
#include "service/check.h"
#include "service/deposit.h"
#include "service/dkim_keys.h"
#include "service/testing.h"

namespace paraph::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kText =
    "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nSubject: hi\r\n\r\nhello \r\n\r\n";

struct DkimTest : testing::Test, World {
  DkimTest() {
    make_accounts();
    policy.server_name = "vm.example.org";
    deposit.emplace(store, accounts, mailboxes, acquirer, random, clock, limits, policy);
  }
  static Task<Result<crypto::SigningKey>> make(crypto::KeyKind kind) { co_return dkim::test_key(kind); }

  std::string send(std::string_view octets) {
    Transaction transaction{.principal = done(accounts.find("alice@example.org")),
                            .reverse_path = {"alice", "example.org"},
                            .received_from = "client.example (192.0.2.1)",
                            .protocol = "ESMTPSA"};
    transaction.recipients.push_back({{"bob", "example.org"}});
    done(deposit->submit(std::move(transaction), message(octets)));
    const auto at = box(bob, "INBOX");
    return this->octets(at.id, Uid{at.uid_next.value - 1});
  }
  dkim::TestRecords records() {
    dkim::TestRecords found;
    for (const auto& key : done(keys.list("")))
      found[key.selector + "._domainkey." + key.domain] = dkim::format_key_record(key.key).value();
    return found;
  }
  std::vector<dkim::Outcome> outcomes(const std::string& octets) {
    return dkim::verify_all(dkim::test_message(octets), records());
  }
  std::vector<std::string> selectors() {
    std::vector<std::string> found;
    for (const auto& key : done(keys.list("example.org"))) found.push_back(key.selector);
    return found;
  }

  crypto::SeededRandom random{1};
  DepositPolicy policy;
  Acquirer acquirer{{}, std::chrono::milliseconds(0)};
  DkimKeys keys{store, clock, make};
  std::optional<Deposit> deposit;
};

TEST_F(DkimTest, KeysAreMadeForServedDomainsOnly) {
  EXPECT_EQ(code_of(keys.create("example.net")), Code::NotFound);
  EXPECT_EQ(done(keys.create("Example.ORG")).size(), 2u);
  EXPECT_THAT(selectors(), ElementsAre("p20261123e", "p20261123r"));
  done(keys.create("example.org"));
  EXPECT_THAT(selectors(), ElementsAre("p20261123e", "p20261123e2", "p20261123r", "p20261123r2"));
}

TEST_F(DkimTest, AMessageIsSignedFromTheMomentThatThereAreKeys) {
  EXPECT_THAT(send(kText), Not(HasSubstr("DKIM-Signature")));
  done(keys.create("example.org"));
  const auto got = send(kText);
  const auto verdicts = outcomes(got);
  ASSERT_EQ(verdicts.size(), 2u);
  for (const auto& outcome : verdicts) EXPECT_EQ(outcome.verdict, dkim::Verdict::Pass) << outcome.reason;
  EXPECT_THAT(got, testing::StartsWith("Return-Path: <alice@example.org>\r\nDKIM-Signature: v=1; a=rsa-sha256;"));
  EXPECT_LT(got.rfind("DKIM-Signature"), got.find("Paraph-Signature: "));
  EXPECT_LT(got.find("Paraph-Signature: "), got.find("Received:"));
}

TEST_F(DkimTest, TheNewestKeysSign) {
  done(keys.create("example.org"));
  send(kText);
  clock.advance(std::chrono::hours(48));
  done(keys.create("example.org"));
  for (const auto& outcome : outcomes(send(kText))) {
    EXPECT_EQ(outcome.verdict, dkim::Verdict::Pass) << outcome.reason;
    EXPECT_THAT(outcome.selector, testing::StartsWith("p20261125"));
  }
}

TEST_F(DkimTest, ABodyOfBlobsIsHashedAsItIsSent) {
  done(keys.create("example.org"));
  for (const std::size_t bytes : {1'000u, 300'000u, 900'001u}) {
    const auto verdicts = outcomes(send(audio_message(bytes)));
    ASSERT_EQ(verdicts.size(), 2u);
    for (const auto& outcome : verdicts) EXPECT_EQ(outcome.verdict, dkim::Verdict::Pass) << bytes << outcome.reason;
  }
}

TEST_F(DkimTest, TheStructureKeptIsStillThatOfTheOctets) {
  done(keys.create("example.org"));
  const auto got =
      send("DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=x; h=from; bh=; b=\r\n" + std::string(kText));
  const auto at = box(bob, "INBOX");
  const auto entry = done(mailboxes.entries_of(at.id, {Uid{at.uid_next.value - 1}})).front();
  const auto kept = done(messages.load(entry.message));
  const auto scanned = mime::scan(got);
  EXPECT_EQ(kept->structure.size, got.size());
  EXPECT_TRUE(kept->structure.parts == scanned.parts);
}

TEST_F(DkimTest, OfAClientsSignaturesForeignOnesAreKept) {  // spec 2.9
  done(keys.create("example.org"));
  const std::string foreign = "DKIM-Signature: v=1; a=rsa-sha256; d=example.net; s=x; h=from; bh=; b=foreign\r\n";
  const std::string stale = "DKIM-Signature: v=1; a=rsa-sha256; d=Example.org; s=p20261123r; h=from; bh=; b=stale\r\n";
  const std::string unknown = "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=x; h=from; bh=; b=unknown\r\n";
  const auto got = send(stale + foreign + unknown + kText);
  EXPECT_THAT(got, testing::AllOf(HasSubstr("b=foreign\r\n"), Not(HasSubstr("b=stale")), Not(HasSubstr("b=unknown"))));
  EXPECT_EQ(mime::count_fields(got, "DKIM-Signature"), 3u);
  EXPECT_EQ(outcomes(got)[0].verdict, dkim::Verdict::Pass);
}

TEST_F(DkimTest, AnOwnSignatureThatVerifiesIsKept) {
  done(keys.create("example.org"));
  // As a content filter might write it: it covers From alone, which the server does not touch, and the body.
  dkim::BodyHasher hasher(dkim::Canonical::Relaxed);
  hasher.feed("hello \r\n\r\n");
  const std::string header = "From: Alice <alice@example.org>\r\n";
  const std::string field =
      "DKIM-Signature: v=1; a=ed25519-sha256; d=example.org; s=p20261123e; c=relaxed/relaxed; h=from; "
      "bh=" +
      crypto::base64_encode(hasher.finish().sha256) + "; b=";
  const auto digest = dkim::header_digest(dkim::Canonical::Relaxed, header, {"from"}, {}, field);
  const auto b = dkim::test_key(crypto::KeyKind::Ed25519).sign(digest).value();
  const auto got = send(field + crypto::base64_encode(b) + "\r\n" + kText);
  const auto verdicts = outcomes(got);
  ASSERT_EQ(verdicts.size(), 3u);
  for (const auto& outcome : verdicts) EXPECT_EQ(outcome.verdict, dkim::Verdict::Pass) << outcome.reason;
}

TEST_F(DkimTest, KeysGoWithTheirDomain) {
  done(accounts.add_domain("second.example"));
  done(keys.create("second.example"));
  done(keys.create("example.org"));
  done(accounts.remove_domain("second.example"));
  EXPECT_EQ(done(keys.list("")).size(), 2u);
  done(accounts.add_domain("second.example"));
  EXPECT_THAT(done(keys.list("second.example")), IsEmpty());
}

TEST_F(DkimTest, CheckKnowsTheKeys) {
  done(keys.create("example.org"));
  const auto names = [&](Repair repair) {
    std::vector<std::string> found;
    done(check_store(store, repair, [&](const Finding& finding) { found.push_back(finding.name); }));
    return found;
  };
  EXPECT_THAT(names(Repair::No), IsEmpty());
  store::Batch batch;
  const auto good = done(store.get(record::dkim_key_key("example.org", "p20261123e"))).value();
  auto lost = record::parse_dkim_key(good).value();
  lost.domain = "gone.example";
  batch.writes.push_back({record::dkim_key_key("gone.example", lost.selector), record::format_dkim_key(lost)});
  batch.writes.push_back({record::dkim_key_key("example.org", "x"), "damaged"});
  done(store.commit(std::move(batch)));
  EXPECT_THAT(names(Repair::Yes), testing::UnorderedElementsAre("dkim.domain", "record.unreadable"));
  EXPECT_THAT(names(Repair::No), ElementsAre("record.unreadable"));
}

}  // namespace
}  // namespace paraph::service
