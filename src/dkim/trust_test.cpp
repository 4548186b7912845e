#include "dkim/trust.h"

#include <gtest/gtest.h>

#include "dkim/testing.h"

namespace paraph::dkim {
namespace {

constexpr const char* kTag = "Paraph-Signature: v=1; a=hmac-sha256; d=example.org; m=voice; b=x\r\n";
constexpr const char* kFrom = "From: Alice <alice@Example.org>\r\n";

TestMessage message_of(const std::string& fields) { return {fields + "Subject: x\r\n\r\n", "hello\r\n"}; }

std::optional<Code> code_of(const TestMessage& message, const std::vector<Outcome>& outcomes) {
  const auto trusted = check_foreign_signature(message.header, outcomes);
  if (trusted) return std::nullopt;
  return trusted.error().code;
}

TEST(ForeignSignature, IsBelievedWhenItsDomainVouches) {
  const auto message = signed_message(message_of(std::string(kTag) + kFrom), crypto::KeyKind::Ed25519);
  EXPECT_EQ(check_foreign_signature(message.header, verify_all(message, test_records())), "example.org");
}

TEST(ForeignSignature, IsAbsentOtherwise) {  // checklist 42
  const auto signed_by = [](const TestMessage& message, const std::string& domain) {
    const auto done = signed_message(message, crypto::KeyKind::Ed25519, domain);
    return code_of(done, verify_all(done, test_records(domain)));
  };
  const std::string both = std::string(kTag) + kFrom;
  EXPECT_EQ(signed_by(message_of(both), "example.com"), Code::Denied) << "d= of DKIM differs";
  EXPECT_EQ(signed_by(message_of(both), "org"), Code::Denied) << "and no parent will do";
  EXPECT_EQ(signed_by(message_of(both), "sub.example.org"), Code::Denied);
  EXPECT_EQ(signed_by(message_of(std::string(kTag) + "From: a@sub.example.org\r\n"), "example.org"), Code::Denied);
  EXPECT_EQ(signed_by(message_of(std::string(kTag) + "From: a@example.org, b@example.org\r\n"), "example.org"),
            Code::Denied);
  EXPECT_EQ(signed_by(message_of(both + kFrom), "example.org"), Code::Denied) << "two From fields";
  EXPECT_EQ(signed_by(message_of(kFrom), "example.org"), Code::NotFound);
  EXPECT_EQ(signed_by(message_of(both + kTag), "example.org"), Code::BadInput) << "two of them, both signed";
  EXPECT_EQ(signed_by(message_of(std::string(kFrom) + "Paraph-Signature: nonsense\r\n"), "example.org"),
            Code::BadInput);
}

TEST(ForeignSignature, NeedsAPassThatCoversIt) {
  const auto message = message_of(std::string(kTag) + kFrom);
  const Outcome good{.verdict = Verdict::Pass, .domain = "example.org", .covered = {"from", "paraph-signature"}};
  EXPECT_EQ(code_of(message, {good}), std::nullopt);
  EXPECT_EQ(code_of(message, {}), Code::Denied);
  auto other = good;
  other.covered = {"from"};
  EXPECT_EQ(code_of(message, {other}), Code::Denied) << "h= omits the field";
  EXPECT_EQ(code_of(message, {other, good}), std::nullopt);
  for (const auto verdict :
       {Verdict::Fail, Verdict::Neutral, Verdict::Policy, Verdict::TempError, Verdict::PermError}) {
    other = good;
    other.verdict = verdict;
    EXPECT_EQ(code_of(message, {other}), Code::Denied) << name_of(verdict);
  }
  other = good;
  other.testing = true;
  EXPECT_EQ(code_of(message, {other}), Code::Denied);
}

TEST(ForeignSignature, ASecondOneAddedLaterIsNotBelieved) {
  auto message = signed_message(message_of(std::string(kTag) + kFrom), crypto::KeyKind::Ed25519);
  message.header.insert(0, "Paraph-Signature: v=1; d=example.org; m=text\r\n");
  EXPECT_EQ(verify_all(message, test_records())[0].verdict, Verdict::Fail);
  EXPECT_EQ(code_of(message, verify_all(message, test_records())), Code::BadInput);
}

}  // namespace
}  // namespace paraph::dkim
