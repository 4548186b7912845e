#include "dkim/sign.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "dkim/tags.h"
#include "dkim/testing.h"
#include "mime/field.h"

namespace paraph::dkim {
namespace {

using crypto::KeyKind;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kMessage =
    "Paraph-Signature: v=1; a=hmac-sha256; d=example.org; b=x\r\n"
    "From: Alice <alice@example.org>\r\n"
    "To: bob@example.net\r\n"
    "Subject:  a  folded\r\n\t subject \r\n"
    "Received: from x\r\n"
    "MIME-Version: 1.0\r\n"
    "List-Id: <l.example.org>\r\n"
    "\r\n"
    "Hello  Bob \t\r\n\r\nhow are you?\r\n\r\n\r\n";

class Signs : public testing::TestWithParam<KeyKind> {};
INSTANTIATE_TEST_SUITE_P(BothKinds, Signs, testing::Values(KeyKind::Rsa, KeyKind::Ed25519));

TEST_P(Signs, WhatVerifies) {  // checklist 40
  const auto signed_one = signed_message(test_message(kMessage), GetParam());
  const auto outcomes = verify_all(signed_one, test_records());
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].verdict, Verdict::Pass) << outcomes[0].reason;
  EXPECT_EQ(outcomes[0].domain, "example.org");
}

TEST_P(Signs, WithLinesOfAtMost78Columns) {
  const auto signed_one = signed_message(test_message(kMessage), GetParam());
  const auto field = signed_one.header.substr(0, signed_one.header.find("Paraph-Signature: v=1"));
  for (auto line : split(field, '\n')) EXPECT_LE(trimmed(line).size() + 1, 78u) << line;
  EXPECT_THAT(field, testing::EndsWith("\r\n"));
}

// Checklist 41: h= covers the listed fields, each once more than it is there; no l=.
TEST_P(Signs, TheFieldsListedOnceMoreThanPresent) {
  const auto signed_one = signed_message(test_message(kMessage), GetParam());
  const auto tags = TagList::parse(mime::find_field(signed_one.header, "DKIM-Signature")->value).value();
  EXPECT_EQ(tags.find("l"), nullptr);
  EXPECT_EQ(tags.find("x"), nullptr);
  EXPECT_EQ(tags.value("c"), "relaxed/relaxed");
  const auto names = colon_list(tags.value("h"));
  const std::map<std::string, long> expected{{"paraph-signature", 2},
                                             {"from", 2},
                                             {"subject", 2},
                                             {"date", 1},
                                             {"to", 2},
                                             {"cc", 1},
                                             {"message-id", 1},
                                             {"in-reply-to", 1},
                                             {"references", 1},
                                             {"mime-version", 2},
                                             {"content-type", 1},
                                             {"content-transfer-encoding", 1},
                                             {"list-id", 2},
                                             {"received", 0},
                                             {"content-disposition", 1},
                                             {"message-context", 1},
                                             {"list-unsubscribe", 0},
                                             {"content-duration", 1}};
  for (const auto& [name, times] : expected) EXPECT_EQ(std::ranges::count(names, name), times) << name;
}

TEST_P(Signs, SoThatNoListedFieldCanBeAdded) {
  const auto signed_one = signed_message(test_message(kMessage), GetParam());
  for (const auto& added :
       {"From: mallory@example.org\r\n", "Paraph-Signature: v=1; d=example.org\r\n", "Subject: x\r\n", "Cc: x@y\r\n",
        "Content-Type: text/html\r\n", "Date: x\r\n", "List-Id: y\r\n", "Message-Context: voice-message\r\n"}) {
    for (const bool on_top : {true, false}) {
      auto changed = signed_one;
      changed.header.insert(on_top ? 0 : changed.header.size() - 2, added);
      EXPECT_NE(verify_all(changed, test_records())[0].verdict, Verdict::Pass) << added << on_top;
    }
  }
  auto passed_on = signed_one;
  passed_on.header.insert(0, "Received: from y\r\nList-Unsubscribe: <x>\r\nReturn-Path: <>\r\n");
  EXPECT_EQ(verify_all(passed_on, test_records())[0].verdict, Verdict::Pass);
}

TEST_P(Signs, BesideAFieldWhoseNameCannotBeListed) {
  for (const std::string name : {"List-;", "List-a=b", "List-\"x\""}) {
    auto message = test_message(kMessage);
    message.header.insert(0, name + ": x\r\n");
    EXPECT_EQ(verify_all(signed_message(message, GetParam()), test_records())[0].verdict, Verdict::Pass) << name;
  }
}

/// What the canonical form of a message keeps: when two are equal, so is the verdict.
std::string canonical(const TestMessage& message) {
  std::map<std::string, std::string> fields;
  for (const mime::Field& field : mime::Fields(message.header)) {
    auto text = canonical_field(Canonical::Relaxed, message.header.substr(field.range.begin, field.range.size()));
    const auto name = text.substr(0, text.find(':'));
    if (name != "received" && name != "x-note") fields[name] += text;
  }
  // Blanks in b= are none of the signature.
  auto& own = fields["dkim-signature"];
  const auto b = std::min(own.find(" b="), own.size());
  own = own.substr(0, b) + " b=" + without_blanks(own.substr(std::min(b + 3, own.size())));
  std::string out;
  for (const auto& [name, text] : fields) out += text;
  BodyHasher hasher(Canonical::Relaxed);
  hasher.feed(message.body);
  return out + hasher.finish().sha256;
}

TEST_P(Signs, EveryOctetThatTheCanonicalFormKeeps) {
  const auto signed_one = signed_message(test_message(kMessage), GetParam());
  const std::string whole = signed_one.header + signed_one.body;
  const auto form = canonical(signed_one);
  std::size_t kept = 0;
  std::size_t absorbed = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char other : {static_cast<char>(whole[at] ^ 0x20), static_cast<char>(whole[at] + 1), ' '}) {
      if (other == whole[at]) continue;
      auto text = whole;
      text[at] = other;
      const auto changed = test_message(text);
      const auto outcomes = verify_all(changed, test_records());
      const bool passes = !outcomes.empty() && outcomes[0].verdict == Verdict::Pass;
      const bool same = canonical(changed) == form;
      if (same) {
        EXPECT_TRUE(passes) << at << " " << printable(text.substr(at, 20));
        ++absorbed;
      } else if (passes) {
        // Names and other case-insensitive words of the DKIM-Signature itself are signed as written; what else passes
        // lies in a field that is not signed.
        const auto received = whole.find("Received:");
        EXPECT_TRUE(at >= received && at < whole.find("MIME-Version:")) << at << printable(text.substr(at, 20));
      } else {
        ++kept;
      }
    }
  }
  EXPECT_GT(kept, 1000u);
  EXPECT_GT(absorbed, 5u);
}

TEST(Sign, TwoSignaturesStandOnOneMessage) {
  auto both = signed_message(signed_message(test_message(kMessage), KeyKind::Rsa), KeyKind::Ed25519);
  const auto outcomes = verify_all(both, test_records());
  ASSERT_EQ(outcomes.size(), 2u);
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome.verdict, Verdict::Pass) << outcome.reason;
  EXPECT_EQ(outcomes[0].algorithm, "ed25519-sha256");
  EXPECT_EQ(outcomes[1].algorithm, "rsa-sha256");
}

TEST(Sign, AHeaderOfVeryManyFieldsIsRefused) {
  std::string header;
  for (int i = 0; i < 400; ++i) header += "To: x\r\n";
  const auto refused = sign(header, std::string(32, 'h'), test_key(KeyKind::Ed25519), {.domain = "d", .selector = "s"});
  EXPECT_EQ(refused.error().code, Code::TooLarge);
}

TEST(KeyRecord, HasStringsThatAZoneFileTakes) {
  const auto record = format_key_record(test_key(KeyKind::Rsa)).value();
  EXPECT_THAT(record, testing::StartsWith("v=DKIM1; k=rsa; h=sha256; p=MII"));
  const auto line = format_zone_line("s._domainkey.example.org", record);
  EXPECT_THAT(line, testing::StartsWith("s._domainkey.example.org. IN TXT \"v=DKIM1;"));
  std::string joined;
  bool inside = false;
  for (const auto piece : split(line, '"')) {
    if (inside) EXPECT_LE(piece.size(), 255u);
    if (inside) joined += piece;
    inside = !inside;
  }
  EXPECT_EQ(joined, record);
}

}  // namespace
}  // namespace paraph::dkim
