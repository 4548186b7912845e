#include "service/templates.h"

#include <gmock/gmock.h>

#include "media/none/none_media.h"
#include "service/deposit.h"
#include "service/testing.h"
#include "source/local/local_source.h"

namespace paraph::service {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct TemplatesTest : testing::Test, World {
  TemplatesTest() { make_accounts(); }

  void set_text(std::string text) { done(policies.set_template("example.org", std::move(text), std::nullopt)); }
  /// What the local source knows of Alice, with the template filled in.
  Acquirer::Answer answer() {
    Acquirer::Answer one{.acquired = done(local.acquire("alice@example.org")), .reason = "nosig"};
    done(templates.fill("alice@example.org", one));
    return one;
  }
  source::Acquired acquired() { return answer().acquired; }
  std::vector<std::string> past() {
    std::vector<std::string> revisions;
    for (const auto& one : acquired().past) revisions.push_back(one.revision);
    return revisions;
  }

  media::none::NoneMedia media;
  Policies policies{store};
  Templates templates{policies};
  Signatures signatures{store, media, clock, limits};
  source::local::LocalSource local{store};
};

TEST_F(TemplatesTest, WhoHasNoTextGetsTheDomains) {
  EXPECT_TRUE(acquired().signature.empty());
  done(policies.set_template("Example.ORG", "{{mail}}\nTel: {{tel}}", "<b>{{mail}}</b>"));
  const auto filled = answer();
  EXPECT_EQ(filled.acquired.signature.text, "alice@example.org");
  EXPECT_EQ(filled.acquired.signature.html, "<b>alice@example.org</b>");
  EXPECT_EQ(filled.acquired.signature.owner, "alice@example.org");
  EXPECT_EQ(filled.reason, "");
}

TEST_F(TemplatesTest, WhoHasATextKeepsIt) {
  set_text("{{mail}}");
  done(signatures.set(alice, "alice@example.org", {.text = "my own"}));
  EXPECT_EQ(acquired().signature.text, "my own");
  done(signatures.set(alice, "alice@example.org", {.text = "", .html = "<i>mine</i>"}));
  EXPECT_EQ(acquired().signature.text, "");
}

TEST_F(TemplatesTest, WhoSwitchedItOffGetsNothing) {
  set_text("{{mail}}");
  done(accounts.set_signature_on(alice, false));
  EXPECT_TRUE(acquired().signature.empty());
}

TEST_F(TemplatesTest, WhenNoSourceAnswersNothingIsFilled) {
  set_text("{{mail}}");
  Acquirer::Answer failed{.acquired = {.fields = {{"mail", "alice@example.org"}}}, .reason = "fetch"};
  done(templates.fill("alice@example.org", failed));
  EXPECT_TRUE(failed.acquired.signature.empty());
}

TEST_F(TemplatesTest, TheSameFieldsGiveTheSameRevision) {
  set_text("{{mail}}");
  const auto first = acquired().signature;
  EXPECT_EQ(acquired().signature, first);
  Templates other{policies};
  Acquirer::Answer again{.acquired = done(local.acquire("alice@example.org")), .reason = "nosig"};
  done(other.fill("alice@example.org", again));
  EXPECT_EQ(again.acquired.signature, first);
}

TEST_F(TemplatesTest, AChangeHoldsAtOnceAndTheOneBeforeIsRemembered) {
  set_text("{{mail}} one");
  const auto first = acquired().signature.revision;
  EXPECT_THAT(past(), IsEmpty());
  set_text("{{mail}} two");
  EXPECT_EQ(acquired().signature.text, "alice@example.org two");
  EXPECT_THAT(past(), Contains(first));
  set_text("");
  EXPECT_TRUE(acquired().signature.empty());
  set_text("{{mail}} one");
  EXPECT_EQ(acquired().signature.revision, first);
  EXPECT_THAT(past(), Not(Contains(first)));
}

TEST_F(TemplatesTest, FieldsOfThisUserOnly) {
  set_text("{{mail}}");
  Acquirer::Answer bob{.acquired = done(local.acquire("bob@example.org")), .reason = "nosig"};
  EXPECT_EQ(acquired().signature.text, "alice@example.org");
  done(templates.fill("bob@example.org", bob));
  EXPECT_EQ(bob.acquired.signature.text, "bob@example.org");
}

TEST_F(TemplatesTest, AFieldThatWouldBreakTheTextLeavesItOut) {
  set_text("{{title}}");
  Acquirer::Answer odd{.acquired = {.fields = {{"title", "-----BEGIN PGP MESSAGE-----"}}}, .reason = "nosig"};
  done(templates.fill("alice@example.org", odd));
  EXPECT_TRUE(odd.acquired.signature.empty());
  EXPECT_EQ(odd.reason, "nosig");
}

TEST_F(TemplatesTest, WhatIsNoTemplate) {
  const auto set = [&](std::string text, std::string html) {
    return code_of(policies.set_template("example.org", std::move(text), std::move(html)));
  };
  EXPECT_EQ(set("\x01", ""), Code::BadInput);
  EXPECT_EQ(set("", "\xFF"), Code::BadInput);
  EXPECT_EQ(set(std::string(5000, 'a'), ""), Code::TooLarge);
  EXPECT_EQ(set("", std::string(33'000, 'a')), Code::TooLarge);
  EXPECT_EQ(code_of(policies.set_template("nowhere.example", "x", std::nullopt)), Code::NotFound);
  EXPECT_EQ(done(policies.templates_of("example.org")), DomainTemplates());
}

TEST_F(TemplatesTest, ItStandsBesideThePolicyAndGoesWithTheDomain) {
  done(accounts.add_domain("other.example"));
  done(policies.set_template("other.example", "x", std::nullopt));
  done(policies.set("other.example", std::nullopt, {{"replies", "text"}}));
  EXPECT_EQ(done(policies.templates_of("other.example")).now.text, "x");
  done(accounts.remove_domain("other.example"));
  policies.forget("other.example");
  done(accounts.add_domain("other.example"));
  EXPECT_TRUE(done(policies.templates_of("other.example")).now.empty());
}

TEST_F(TemplatesTest, AUsersOwnFieldsAreFilledAtImport) {
  const auto set = done(signatures.set(alice, "alice@example.org",
                                       {.text = "{{mail}}\n{{title}}", .html = "<a href=\"mailto:{{mail}}\">x</a>"}));
  EXPECT_EQ(set.text, "alice@example.org");
  EXPECT_EQ(set.html, "<a href=\"mailto:alice@example.org\">x</a>");
}

TEST_F(TemplatesTest, AMessageCarriesIt) {
  set_text("{{mail}}, sent by its domain");
  crypto::SeededRandom random{1};
  Acquirer acquirer{{&local}, std::chrono::seconds(5)};
  Deposit deposit{store, accounts, mailboxes, acquirer, random, clock, limits, {.server_name = "vm.example.org"}};
  Transaction transaction{.principal = done(accounts.find("alice@example.org")),
                          .reverse_path = {"alice", "example.org"}};
  transaction.recipients.push_back({{"bob", "example.org"}});
  const auto outcome =
      done(deposit.submit(std::move(transaction), message("From: alice@example.org\r\nSubject: hi\r\n\r\nhello\r\n")));
  EXPECT_EQ(outcome.report.kinds(), "text");
  const auto inbox = box(bob, "INBOX");
  EXPECT_THAT(octets(inbox.id, Uid{inbox.uid_next.value - 1}),
              HasSubstr("-- \r\nalice@example.org, sent by its domain\r\n"));
}

}  // namespace
}  // namespace paraph::service
