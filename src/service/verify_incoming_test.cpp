// A message that one server signed, as another server sees it.
#include "service/verify_incoming.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/signing_key.h"
#include "dkim/sign.h"
#include "dns/memory/memory_resolver.h"
#include "media/none/none_media.h"
#include "mime/encoding.h"
#include "service/acquire.h"
#include "service/deposit.h"
#include "service/signatures.h"
#include "service/testing.h"
#include "source/local/local_source.h"

namespace paraph::service {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kAmr = [] {
  std::string octets = "#!AMR\n";
  for (int i = 0; i < 150; ++i) octets += '\x3C' + std::string(31, 'v');
  return octets;
}();

/// Alice's server signs and sends; what leaves it is made here, with a DKIM key published in `dns`.
class Elsewhere {
 public:
  Elsewhere() {
    world.make_accounts();
    done(signatures.set(world.alice, "alice@example.org", {.text = "Alice, extension 42", .voice = kAmr}));
    dns.add_txt("p1._domainkey.example.org", ok(dkim::format_key_record(key)));
  }

  /// A message as it leaves: signed by Paraph, then by DKIM.
  std::string send() {
    Transaction transaction{.principal = done(world.accounts.find("alice@example.org")),
                            .reverse_path = {"alice", "example.org"},
                            .recipients = {{{"bob", "example.org"}}},
                            .received_from = "client.example (192.0.2.1)",
                            .protocol = "ESMTPSA"};
    auto message = world.message(
        "From: alice@example.org\r\nTo: bob@example.net\r\nSubject: call me\r\n"
        "MIME-Version: 1.0\r\nContent-Type: audio/AMR\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n" +
        mime::encode_base64(std::string(900, 'a')));
    done(deposit.submit(std::move(transaction), std::move(message)));
    const auto inbox = world.box(world.bob, "INBOX").id;
    std::string octets = world.octets(inbox, Uid{world.uids(inbox).back()});
    octets.erase(0, octets.find("\r\n") + 2);  // Return-Path
    return with_dkim(octets);
  }

  std::string with_dkim(const std::string& octets) const {
    const auto end = octets.find("\r\n\r\n") + 4;
    dkim::BodyHasher hasher(dkim::Canonical::Relaxed);
    hasher.feed(std::string_view(octets).substr(end));
    const dkim::Signing signing{.domain = "example.org", .selector = "p1", .unix_seconds = 1795392000};
    return ok(dkim::sign(octets.substr(0, end), hasher.finish().sha256, key, signing)) + octets;
  }

  World world;
  crypto::SystemRandom random;
  media::none::NoneMedia media;
  Signatures signatures{world.store, media, world.clock, world.limits};
  source::local::LocalSource local{world.store};
  Acquirer acquirer{{&local}, std::chrono::seconds(5)};
  Deposit deposit{world.store, world.accounts, world.mailboxes, acquirer,
                  random,      world.clock,    world.limits,    {.server_name = "a.example.org"}};
  crypto::SigningKey key = ok(crypto::SigningKey::generate(crypto::KeyKind::Ed25519));
  dns::memory::MemoryResolver dns;
};

/// Bob's server: another store, the same DNS.
class VerifyIncoming : public testing::Test {
 protected:
  VerifyIncoming() { world_.make_accounts(); }

  record::StoredMessage deliver(const std::string& octets, dns::Resolver* dns = nullptr) {
    IncomingVerifier verifier(world_.store, dns != nullptr ? *dns : elsewhere_.dns, world_.clock, elsewhere_.random,
                              "b.example.net");
    Deposit deposit(world_.store, world_.accounts, world_.mailboxes, elsewhere_.acquirer, elsewhere_.random,
                    world_.clock, world_.limits, {.server_name = "b.example.net"}, &verifier);
    Transaction transaction{.reverse_path = {"alice", "example.org"},
                            .recipients = {{{"bob", "example.org"}}},
                            .received_from = "a.example.org (192.0.2.1)",
                            .protocol = "ESMTP"};
    done(deposit.submit(std::move(transaction), world_.message(octets)));
    const auto inbox = world_.box(world_.bob, "INBOX").id;
    const Uid uid{world_.uids(inbox).back()};
    text_ = world_.octets(inbox, uid);
    const auto entries = done(world_.mailboxes.entries_of(inbox, {uid}));
    keywords_ = entries.front().flags.keywords;
    return *done(world_.messages.load(entries.front().message));
  }

  std::string verdict(const std::string& octets) { return verdict_of(deliver(octets).signature); }

  Elsewhere elsewhere_;
  World world_;
  std::string text_;
  std::vector<std::string> keywords_;
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST_F(VerifyIncoming, ASignatureThatDkimVouchesForIsVerified) {
  const auto stored = deliver(elsewhere_.send());
  EXPECT_EQ(verdict_of(stored.signature), "signature attached by example.org, verified");
  EXPECT_EQ(stored.signature.owner, "alice@example.org");
  EXPECT_EQ(stored.signature.kinds, "text:html:voice");
  EXPECT_THAT(keywords_, testing::ElementsAre(mail::kSignedKeyword));
  EXPECT_THAT(text_, StartsWith("Return-Path: <alice@example.org>\r\nAuthentication-Results: b.example.net;"));
  EXPECT_THAT(text_, HasSubstr("dkim=pass"));
  EXPECT_THAT(text_, HasSubstr("x-paraph=pass header.d=example.org"));
}

TEST_F(VerifyIncoming, AMessageWithoutSignaturesIsToldAsThat) {
  EXPECT_EQ(verdict("From: carol@example.com\r\n\r\nhello\r\n"), "no signature");
  EXPECT_THAT(text_, HasSubstr("Authentication-Results: b.example.net;\r\n\tdkim=none\r\n"));
  EXPECT_TRUE(keywords_.empty());
  EXPECT_TRUE(elsewhere_.dns.questions().empty());
}

TEST_F(VerifyIncoming, WhatWasChangedOnTheWayIsNotVerified) {
  const auto sent = elsewhere_.send();
  const std::pair<std::string, std::string> changes[] = {{"Alice, extension 42", "Alice, extension 43"},
                                                         {"Subject: call me", "Subject: pay me"},
                                                         {"From: alice@", "From: Alice <alice@"},
                                                         {"i=alice@", "i=mallory@"},
                                                         {"YWFh", "YWFi"},
                                                         {"handling=optional", "handling=required"}};
  for (const auto& [from, to] : changes) {
    EXPECT_THAT(verdict(replaced(sent, from, to)), HasSubstr("not verified: ")) << from;
    EXPECT_TRUE(keywords_.empty()) << from;
    EXPECT_THAT(text_, HasSubstr("x-paraph=fail")) << from;
  }
}

TEST_F(VerifyIncoming, ASecondFieldMakesBothUnbelievable) {
  const auto sent = elsewhere_.send();
  EXPECT_THAT(verdict("Paraph-Signature: v=1; a=hmac-sha256; d=example.org\r\n" + sent), HasSubstr("not verified: "));
  EXPECT_TRUE(keywords_.empty());
}

TEST_F(VerifyIncoming, AFieldThatDkimDoesNotVouchForIsNotBelieved) {
  const auto sent = elsewhere_.send();
  const auto undressed = sent.substr(sent.find("Paraph-Signature:"));
  EXPECT_THAT(verdict(undressed), HasSubstr("said to be attached by example.org, not verified: "));
}

TEST_F(VerifyIncoming, ASignedFieldOverOtherContentIsNotBelieved) {
  // Someone with the domain's DKIM key moves a genuine field to a text of their own.
  const auto sent = elsewhere_.send();
  const auto undressed = sent.substr(sent.find("Paraph-Signature:"));
  const auto forged = elsewhere_.with_dkim(replaced(undressed, "Alice, extension 42", "Mallory, extension 1"));
  EXPECT_THAT(verdict(forged), HasSubstr("not verified: the content is not the one that was attached"));
  EXPECT_THAT(text_, HasSubstr("dkim=pass"));
}

TEST_F(VerifyIncoming, NoAnswerFromDnsIsTemporaryAndHoldsNothingUp) {
  dns::memory::MemoryResolver silent([](std::string, std::chrono::milliseconds) -> Task<Result<void>> {
    co_return fail(Code::Unavailable, "no server answers");
  });
  const auto stored = deliver(elsewhere_.send(), &silent);
  EXPECT_FALSE(stored.signature.verified);
  EXPECT_THAT(text_, HasSubstr("dkim=temperror"));
}

TEST_F(VerifyIncoming, NobodyElseWritesResultsInOurName) {
  const std::string lies =
      "Authentication-Results: B.Example.NET 1; dkim=pass header.d=bank.example\r\n"
      "Authentication-Results: other.example; dkim=pass header.d=bank.example\r\n";
  deliver(lies + "From: carol@example.com\r\n\r\nhello\r\n");
  EXPECT_THAT(text_, Not(HasSubstr("B.Example.NET")));
  EXPECT_THAT(text_, HasSubstr("other.example; dkim=pass"));
}

}  // namespace
}  // namespace paraph::service
