#include "dkim/verify.h"

#include <gmock/gmock.h>

#include "crypto/base64.h"
#include "dkim/signed_header.h"
#include "dkim/testing.h"

namespace paraph::dkim {
namespace {

using crypto::KeyKind;

constexpr const char* kHeader = "From: a@example.org\r\nTo: b@example.net\r\nTo: c@example.net\r\nSubject: hi \r\n\r\n";
constexpr const char* kBody = "line \r\n\r\nlast\r\n\r\n";

std::string hash_of(Canonical how, std::string_view body) {
  BodyHasher hasher(how);
  hasher.feed(body);
  return crypto::base64_encode(hasher.finish().sha256);
}

/// A message signed with any tags, as others may sign: what Paraph's own sign() would not write. `tags` has no bh= and
/// b=; the canonical forms are those that it names.
TestMessage signed_with(const std::string& tags, Canonical header_form, Canonical body_form,
                        const std::vector<std::string>& names, KeyKind kind = KeyKind::Ed25519,
                        const std::string& header = kHeader) {
  const std::string field = "DKIM-Signature: v=1; " + tags + "; bh=" + hash_of(body_form, kBody) + ";\r\n\tb=";
  const auto digest = header_digest(header_form, header, names, {}, field);
  const auto b = crypto::base64_encode(test_key(kind).sign(digest).value());
  return {field + b + "\r\n" + header, kBody};
}

Outcome outcome_of(const TestMessage& message, const std::string& record = "", std::uint64_t now = 1'795'000'000) {
  auto records = test_records();
  if (!record.empty()) records["e._domainkey.example.org"] = record;
  const auto outcomes = verify_all(message, records, now);
  return outcomes.empty() ? Outcome{.reason = "no signature"} : outcomes[0];
}

const std::string kTags = "a=ed25519-sha256; d=example.org; s=e; c=relaxed/relaxed; h=from:to:subject";
const std::vector<std::string> kNames{"from", "to", "subject"};

Outcome relaxed_outcome(const std::string& tags, const std::string& record = "") {
  return outcome_of(signed_with(tags, Canonical::Relaxed, Canonical::Relaxed, kNames), record);
}

std::string key_text() { return crypto::base64_encode(test_key(KeyKind::Ed25519).public_key().value()); }

TEST(CheckSignature, EveryMixOfForms) {
  const struct {
    const char* tag;
    Canonical header, body;
  } cases[] = {{"; c=simple/simple", Canonical::Simple, Canonical::Simple},
               {"; c=relaxed/simple", Canonical::Relaxed, Canonical::Simple},
               {"; c=simple/relaxed", Canonical::Simple, Canonical::Relaxed},
               {"; c=relaxed", Canonical::Relaxed, Canonical::Simple},
               {"; c=simple", Canonical::Simple, Canonical::Simple},
               {"", Canonical::Simple, Canonical::Simple}};
  for (const auto& [tag, header, body] : cases) {
    const auto message =
        signed_with(std::string("a=ed25519-sha256; d=example.org; s=e; h=from:to:subject") + tag, header, body, kNames);
    EXPECT_EQ(outcome_of(message).verdict, Verdict::Pass) << tag;
    auto changed = message;
    changed.body = "line\r\n\r\nlast\r\n";  // blanks at the end of a line
    EXPECT_EQ(outcome_of(changed).verdict, body == Canonical::Relaxed ? Verdict::Pass : Verdict::Fail) << tag;
    changed = message;
    changed.header.insert(changed.header.find(": hi") + 2, " ");
    EXPECT_EQ(outcome_of(changed).verdict, header == Canonical::Relaxed ? Verdict::Pass : Verdict::Fail) << tag;
  }
}

TEST(CheckSignature, TakesInstancesFromTheBottomUp) {
  const auto message = signed_with(kTags, Canonical::Relaxed, Canonical::Relaxed, kNames);
  auto changed = message;
  changed.header.replace(changed.header.find("To: b@"), 6, "To: x@");
  EXPECT_EQ(outcome_of(changed).verdict, Verdict::Pass) << "only the last To is signed";
  changed = message;
  changed.header.replace(changed.header.find("To: c@"), 6, "To: x@");
  EXPECT_EQ(outcome_of(changed).verdict, Verdict::Fail);
}

TEST(CheckSignature, TagsThatMatter) {
  const struct {
    std::string tags;
    Verdict verdict;
    const char* reason;
  } cases[] = {
      {kTags, Verdict::Pass, ""},
      {kTags + "; q=dns/txt:other", Verdict::Pass, ""},
      {kTags + "; q=other", Verdict::PermError, "no known way to the key"},
      {kTags + "; i=@sub.example.org", Verdict::Pass, ""},
      {kTags + "; i=a@EXAMPLE.org", Verdict::Pass, ""},
      {kTags + "; i=a@example.com", Verdict::PermError, "i= is not in d="},
      {kTags + "; i=a@notexample.org", Verdict::PermError, "i= is not in d="},
      {kTags + "; i=example.org", Verdict::PermError, "i= is not in d="},
      {kTags + "; x=1794999999", Verdict::Policy, "the signature has expired"},
      {kTags + "; x=1795000000", Verdict::Pass, ""},
      {kTags + "; t=10; x=9", Verdict::PermError, "x= is before t="},
      {kTags + "; x=never", Verdict::PermError, "t= or x= is no number"},
      {kTags + "; t=-1", Verdict::PermError, "t= or x= is no number"},
      {kTags + "; l=4", Verdict::Policy, "only a part of the body is signed"},
      {kTags + "; l=0", Verdict::Policy, "only a part of the body is signed"},
      {kTags + "; l=15", Verdict::Fail, "the body was cut"},
      {kTags + "; l=14", Verdict::Pass, ""},
      {kTags + "; l=x", Verdict::PermError, "l= is no number"},
      {kTags + "; c=simple", Verdict::PermError, "a tag stands twice"},
      {kTags + "; unknown=1", Verdict::Pass, ""},
      {kTags + "; no tag", Verdict::PermError, "a tag has no \"=\""},
      {"a=ed25519-sha256; d=example.org; s=e; c=relaxed/relaxed; h=to:subject", Verdict::PermError,
       "From is not signed"},
      {"a=ed25519-sha256; d=example.org; s=e; c=relaxed/relaxed", Verdict::PermError, "From is not signed"},
      {"a=ed25519-sha256; d=example.org; s=e; c=nofws; h=from", Verdict::PermError, "unknown canonicalization"},
      {"a=rsa-sha1; d=example.org; s=e; h=from", Verdict::PermError, "rsa-sha1 is historic (RFC 8301)"},
      {"a=dilithium-sha3; d=example.org; s=e; h=from", Verdict::Neutral, "unknown algorithm"},
      {"d=example.org; s=e; h=from", Verdict::Neutral, "unknown algorithm"},
      {"a=ed25519-sha256; s=e; h=from", Verdict::PermError, "d= or s= is missing or no name"},
      {"a=ed25519-sha256; d=exa mple.org; s=e; h=from", Verdict::PermError, "d= or s= is missing or no name"},
      {"a=ed25519-sha256; d=example..org; s=e; h=from", Verdict::PermError, "d= or s= is missing or no name"},
      {"a=ed25519-sha256; d=example.org; s=none; c=relaxed/relaxed; h=from:to:subject", Verdict::PermError,
       "there is no key"},
      {"a=rsa-sha256; d=example.org; s=e; c=relaxed/relaxed; h=from:to:subject", Verdict::PermError,
       "the key is for another algorithm"},
  };
  for (const auto& [tags, verdict, reason] : cases) {
    const auto outcome = relaxed_outcome(tags);
    EXPECT_EQ(outcome.verdict, verdict) << tags << " " << outcome.reason;
    EXPECT_EQ(outcome.reason, reason) << tags;
  }
}

TEST(CheckSignature, WhatIsNoSignature) {
  const auto good = signed_with(kTags, Canonical::Relaxed, Canonical::Relaxed, kNames);
  for (const auto& [from, to] : std::initializer_list<std::pair<const char*, const char*>>{
           {"v=1", "v=2"}, {"v=1; ", ""}, {"b=", "b= !"}, {"bh=", "bh=QQ==;z="}, {"bh=", "z="}}) {
    auto changed = good;
    changed.header.replace(changed.header.find(from), std::string(from).size(), to);
    EXPECT_EQ(outcome_of(changed).verdict, Verdict::PermError) << from;
  }
}

TEST(CheckSignature, KeyRecords) {
  const std::string p = "p=" + key_text();
  const struct {
    std::string record;
    Verdict verdict;
    const char* reason;
  } cases[] = {
      {"v=DKIM1; k=ed25519; " + p, Verdict::Pass, ""},
      {"k=ed25519;" + p + ";", Verdict::Pass, ""},
      {"v=DKIM1; k=ed25519; h=sha1:sha256; s=email; t=s; n=a note; " + p, Verdict::Pass, ""},
      {"v=DKIM1; k=ed25519; s=other:*; " + p, Verdict::Pass, ""},
      {"v=DKIM1; k=ed25519; p=" + key_text().substr(0, 20) + " " + key_text().substr(20), Verdict::Pass, ""},
      {"v=DKIM1; k=ed25519; t=y; " + p, Verdict::Pass, "the key is in test mode"},
      {"k=ed25519; v=DKIM1; " + p, Verdict::PermError, "the record is no DKIM1 key"},
      {"v=DKIM2; k=ed25519; " + p, Verdict::PermError, "the record is no DKIM1 key"},
      {"v=DKIM1; " + p, Verdict::PermError, "the key is for another algorithm"},
      {"v=DKIM1; k=ed25519; h=sha1; " + p, Verdict::PermError, "the key is for another hash"},
      {"v=DKIM1; k=ed25519; s=web; " + p, Verdict::PermError, "the key is not for mail"},
      {"v=DKIM1; k=ed25519; p=", Verdict::PermError, "the key is revoked"},
      {"v=DKIM1; k=ed25519", Verdict::PermError, "the record has no key"},
      {"v=DKIM1; k=ed25519; p=!!", Verdict::PermError, "the key is no base64"},
      {"v=DKIM1; k=ed25519; p=QUJD", Verdict::PermError, "an Ed25519 key has 32 octets"},
      {"v=DKIM1; k=ed25519; " + p + "; " + p, Verdict::PermError, "a tag stands twice"},
      {"just text", Verdict::PermError, "a tag has no \"=\""},
  };
  for (const auto& [record, verdict, reason] : cases) {
    const auto outcome = relaxed_outcome(kTags, record);
    EXPECT_EQ(outcome.verdict, verdict) << record;
    EXPECT_EQ(outcome.reason, reason) << record;
    EXPECT_EQ(outcome.testing, record.find("t=y") != std::string::npos);
  }
  EXPECT_EQ(relaxed_outcome(kTags + "; i=@sub.example.org", "k=ed25519; t=y:s; " + p).verdict, Verdict::PermError);
}

TEST(CheckSignature, AKeyInTestModeDoesNotMakeAMessageFail) {
  auto message = signed_with(kTags, Canonical::Relaxed, Canonical::Relaxed, kNames);
  message.header.replace(message.header.find(": hi"), 4, ": ho");
  EXPECT_EQ(outcome_of(message).verdict, Verdict::Fail);
  const auto outcome = outcome_of(message, "k=ed25519; t=y; p=" + key_text());
  EXPECT_EQ(outcome.verdict, Verdict::Neutral);
  EXPECT_TRUE(outcome.testing);
}

TEST(CheckSignature, WhatDnsMayAnswer) {
  const auto message = signed_with(kTags, Canonical::Relaxed, Canonical::Relaxed, kNames);
  const auto signatures = find_signatures(message.header);
  ASSERT_EQ(signatures.size(), 1u);
  EXPECT_EQ(signatures[0].key_name, "e._domainkey.example.org");
  BodyHashing hashing(signatures);
  hashing.feed(message.body);
  const auto body = hashing.finish();
  const auto verdict = [&](KeyAnswer answer) {
    return check_signature(signatures[0], message.header, body, answer, 0).verdict;
  };
  const std::string good = "k=ed25519; p=" + key_text();
  EXPECT_EQ(verdict({.temporary = true, .records = {}}), Verdict::TempError);
  EXPECT_EQ(verdict({}), Verdict::PermError);
  EXPECT_EQ(verdict({.records = {"v=spf1 -all", good}}), Verdict::Pass);
  EXPECT_EQ(verdict({.records = {"", "", "", "", good}}), Verdict::PermError) << "too many";
}

TEST(CheckSignature, AFromFieldBesideTheSignedOneIsNotCovered) {
  auto message = signed_with(kTags, Canonical::Relaxed, Canonical::Relaxed, kNames);
  message.header.insert(0, "From: mallory@example.org\r\n");
  EXPECT_EQ(outcome_of(message).reason, "a From field is not covered");
}

TEST(CheckSignature, AnEarlierSignatureMayBeCovered) {
  const auto first = signed_with(kTags, Canonical::Relaxed, Canonical::Relaxed, kNames);
  const auto second =
      signed_with("a=rsa-sha256; d=example.org; s=r; c=relaxed/relaxed; h=from:dkim-signature:dkim-signature",
                  Canonical::Relaxed, Canonical::Relaxed, {"from", "dkim-signature"}, KeyKind::Rsa, first.header);
  const auto outcomes = verify_all(second, test_records());
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(outcomes[0].verdict, Verdict::Pass) << outcomes[0].reason;
  EXPECT_EQ(outcomes[1].verdict, Verdict::Pass) << outcomes[1].reason;
}

TEST(CheckSignature, ShortRsaKeysArePolicy) {  // RFC 8301 §3.2: the RFC 6376 example's modulus cut to 512 bits
  const auto message = signed_with("a=rsa-sha256; d=example.org; s=r; c=relaxed/relaxed; h=from:to:subject",
                                   Canonical::Relaxed, Canonical::Relaxed, kNames, KeyKind::Rsa);
  const std::string short_key =
      "p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKJ2lzDLZ8XlVambQfMXn3LRGKOD5o6lMIgulclWjZwP56LRqdg5ZX15bhc/GsvW8xW/R5Sh1"
      "NnkJNyL/cqY1a8CAwEAAQ==";
  const auto outcomes = verify_all(message, {{"r._domainkey.example.org", short_key}});
  EXPECT_EQ(outcomes[0].verdict, Verdict::Policy) << outcomes[0].reason;
}

TEST(FindSignatures, AreBounded) {
  const auto one = signed_with(kTags, Canonical::Relaxed, Canonical::Relaxed, kNames);
  const auto field = one.header.substr(0, one.header.find("From:"));
  std::string header;
  for (int i = 0; i < 50; ++i) header += field;
  EXPECT_EQ(find_signatures(header + kHeader).size(), kSignaturesMax);
  EXPECT_EQ(find_signatures(header + kHeader, 3).size(), 3u);
  EXPECT_TRUE(find_signatures(kHeader).empty());
  EXPECT_EQ(find_signatures("DKIM-Signature: v=1; z=" + std::string(20'000, 'x') + "\r\n\r\n")[0].outcome.verdict,
            Verdict::PermError);
}

}  // namespace
}  // namespace paraph::dkim
