#include "dmarc/dmarc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "dns/memory/memory_resolver.h"

namespace paraph::dmarc {
namespace {

using dns::memory::MemoryResolver;
using Shown = Identifier::Shown;

const Suffixes& suffixes() {
  static const Suffixes list;
  return list;
}

Policy find(dns::Resolver& dns, std::string domain, std::chrono::milliseconds within = std::chrono::seconds(60)) {
  boost::asio::io_context loop{1};
  Policy policy;
  boost::asio::co_spawn(loop, find_policy(dns, suffixes(), std::move(domain), within),
                        [&](std::exception_ptr failed, Policy got) {
                          if (failed) std::rethrow_exception(failed);
                          policy = std::move(got);
                        });
  loop.run();
  return policy;
}

TEST(FindPolicy, AsksTheDomainAndThenItsOrganization) {
  MemoryResolver dns;
  dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject; sp=quarantine");
  dns.add_txt("_dmarc.own.example.com", "v=DMARC1; p=none");
  dns.add_txt("_dmarc.two.example.com", "v=DMARC1; p=none");
  dns.add_txt("_dmarc.two.example.com", "v=DMARC1; p=reject");
  dns.add_txt("_dmarc.beside.example.com", "something else");
  dns.add_txt("_dmarc.beside.example.com", "v=DMARC1; p=none");
  struct Row {
    std::string domain;
    bool found, of_organization;
  };
  const Row table[] = {
      {"example.com", true, false},        {"mail.example.com", true, true},      {"a.b.c.example.com", true, true},
      {"own.example.com", true, false},    {"below.own.example.com", true, true}, {"two.example.com", true, true},
      {"beside.example.com", true, false}, {"example.org", false, false},         {"com", false, false}};
  for (const auto& row : table) {
    const auto policy = find(dns, row.domain);
    EXPECT_EQ(policy.record.has_value(), row.found) << row.domain;
    EXPECT_EQ(policy.of_organization, row.of_organization) << row.domain;
    EXPECT_FALSE(policy.temporary) << row.domain;
  }
  EXPECT_EQ(find(dns, "a.b.c.example.com").organization, "example.com");
}

TEST(FindPolicy, NoAnswerIsTemporary) {
  for (const std::string silent : {"TXT _dmarc.mail.example.com", "TXT _dmarc.example.com"}) {
    MemoryResolver dns([&](std::string question, std::chrono::milliseconds) -> Task<Result<void>> {
      if (question == silent) co_return fail(Code::Unavailable, "no server answers");
      co_return Result<void>();
    });
    dns.add_txt("_dmarc.example.com", "v=DMARC1; p=reject");
    const auto policy = find(dns, "mail.example.com");
    EXPECT_TRUE(policy.temporary) << silent;
    EXPECT_FALSE(policy.record) << silent;
  }
  MemoryResolver late;
  EXPECT_TRUE(find(late, "example.com", std::chrono::milliseconds(0)).temporary);
}

Policy policy_of(std::string domain, std::string_view record, bool of_organization = false) {
  Policy policy{.organization = suffixes().organization_of(domain), .of_organization = of_organization};
  policy.domain = std::move(domain);
  if (auto parsed = parse_record(record)) policy.record = *parsed;
  return policy;
}

TEST(Evaluate, HoldsEvidenceAgainstThePolicy) {
  struct Row {
    std::string from, record;
    Identifier spf;
    std::vector<Identifier> dkim;
    std::string verdict, asked;
  };
  const Identifier nothing;
  const std::string reject = "v=DMARC1; p=reject";
  const Row table[] = {
      {"example.com", reject, {"example.com", Shown::Pass}, {}, "pass", "none"},
      {"example.com", reject, nothing, {{"example.com", Shown::Pass}}, "pass", "none"},
      {"example.com", reject, nothing, {}, "fail", "reject"},
      {"example.com", reject, {"example.com", Shown::Nothing}, {}, "fail", "reject"},
      {"example.com", reject, {"example.org", Shown::Pass}, {{"example.net", Shown::Pass}}, "fail", "reject"},
      {"example.com", reject, {"bounce.example.com", Shown::Pass}, {}, "pass", "none"},
      {"mail.example.com", reject, {"bounce.example.com", Shown::Pass}, {}, "pass", "none"},
      {"mail.example.com", reject, {"example.com", Shown::Pass}, {}, "pass", "none"},
      {"example.com", reject + "; aspf=s", {"bounce.example.com", Shown::Pass}, {}, "fail", "reject"},
      {"example.com", reject + "; aspf=s", {"example.com", Shown::Pass}, {}, "pass", "none"},
      {"example.com", reject + "; aspf=s", nothing, {{"a.example.com", Shown::Pass}}, "pass", "none"},
      {"example.com", reject + "; adkim=s", nothing, {{"a.example.com", Shown::Pass}}, "fail", "reject"},
      {"example.com",
       reject + "; adkim=s",
       nothing,
       {{"a.example.com", Shown::Pass}, {"example.com", Shown::Pass}},
       "pass",
       "none"},
      {"a.co.uk", reject, {"b.co.uk", Shown::Pass}, {}, "fail", "reject"},
      {"example.com", "v=DMARC1; p=quarantine", nothing, {}, "fail", "quarantine"},
      {"example.com", "v=DMARC1; p=none", nothing, {}, "fail", "none"},
      {"example.com", "", {"example.com", Shown::Pass}, {}, "none", "none"},
      // Only what would count can excuse: others' silence does not.
      {"example.com", reject, {"example.com", Shown::Temporary}, {}, "temperror", "none"},
      {"example.com",
       reject,
       {"evil.example", Shown::Temporary},
       {{"evil.example", Shown::Temporary}},
       "fail",
       "reject"},
      {"example.com", reject, nothing, {{"example.com", Shown::Temporary}}, "temperror", "none"},
      {"example.com", reject, {"example.com", Shown::Temporary}, {{"example.com", Shown::Pass}}, "pass", "none"},
  };
  for (const auto& row : table) {
    const auto outcome = evaluate(policy_of(row.from, row.record), {.spf = row.spf, .dkim = row.dkim}, suffixes(), 0);
    EXPECT_EQ(name_of(outcome.verdict), row.verdict) << row.from << " " << row.record << " " << row.spf.domain;
    EXPECT_EQ(name_of(outcome.asked), row.asked) << row.from << " " << row.record << " " << row.spf.domain;
  }
}

TEST(Evaluate, SubdomainsAndSamples) {
  struct Row {
    std::string record;
    bool of_organization;
    unsigned draw;
    std::string asked;
  };
  const Row table[] = {
      {"v=DMARC1; p=reject; sp=none", true, 0, "none"},        {"v=DMARC1; p=reject; sp=none", false, 0, "reject"},
      {"v=DMARC1; p=none; sp=reject", true, 99, "reject"},     {"v=DMARC1; p=reject; pct=30", false, 29, "reject"},
      {"v=DMARC1; p=reject; pct=30", false, 30, "quarantine"}, {"v=DMARC1; p=quarantine; pct=30", false, 30, "none"},
      {"v=DMARC1; p=reject; pct=0", false, 0, "quarantine"},   {"v=DMARC1; p=reject; pct=100", false, 99, "reject"}};
  for (const auto& row : table) {
    const auto outcome =
        evaluate(policy_of("a.example.com", row.record, row.of_organization), {}, suffixes(), row.draw);
    EXPECT_EQ(name_of(outcome.asked), row.asked) << row.record << " " << row.draw;
  }
}

TEST(Evaluate, NoWordAboutThePolicyIsATemporaryError) {
  auto policy = policy_of("example.com", "");
  policy.temporary = true;
  const auto outcome = evaluate(policy, {.spf = {"example.com", Shown::Pass}}, suffixes(), 0);
  EXPECT_EQ(outcome.verdict, Verdict::TempError);
  EXPECT_EQ(outcome.asked, Disposition::None);
}

TEST(Strictest, OfSeveralAuthorsTheOneWhoIsHarmed) {
  const Outcome pass{.verdict = Verdict::Pass, .domain = "pass"};
  const Outcome none{.verdict = Verdict::None, .domain = "none"};
  const Outcome fail{.verdict = Verdict::Fail, .domain = "fail"};
  const Outcome junk{.verdict = Verdict::Fail, .asked = Disposition::Quarantine, .domain = "junk"};
  const Outcome reject{.verdict = Verdict::Fail, .asked = Disposition::Reject, .domain = "reject"};
  const Outcome late{.verdict = Verdict::TempError, .domain = "late"};
  const std::pair<std::vector<Outcome>, std::string> table[] = {
      {{pass}, "pass"},       {{pass, none}, "none"},           {{none, pass}, "none"}, {{pass, fail, none}, "fail"},
      {{fail, junk}, "junk"}, {{junk, reject, pass}, "reject"}, {{pass, late}, "late"}, {{fail, late}, "fail"}};
  for (const auto& [outcomes, domain] : table) EXPECT_EQ(strictest(outcomes).domain, domain);
  EXPECT_EQ(strictest({}).verdict, Verdict::PermError);
}

}  // namespace
}  // namespace paraph::dmarc
