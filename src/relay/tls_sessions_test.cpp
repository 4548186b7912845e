#include "relay/tls_sessions.h"

#include <gtest/gtest.h>

namespace paraph::relay {
namespace {

using namespace std::chrono_literals;
using Which = TlsSessions::Which;
using Kind = AppliedPolicy::Kind;

AppliedPolicyPtr policy(const std::string& domain, Kind kind = Kind::None, std::vector<std::string> lines = {}) {
  return std::make_shared<const AppliedPolicy>(
      AppliedPolicy{.domain = domain, .kind = kind, .lines = std::move(lines)});
}

class TlsSessionsTest : public ::testing::Test {
 protected:
  FakeClock clock_{Time(std::chrono::sys_days(std::chrono::year(2026) / 11 / 28)) + 10h};
  TlsSessions sessions_{clock_};
};

TEST_F(TlsSessionsTest, ByDomainAndPolicy) {
  sessions_.add_success(policy("a.test"));
  sessions_.add_success(policy("a.test"));
  sessions_.add_success(policy("a.test", Kind::Sts, {"mode: enforce"}));
  sessions_.add_failure(policy("b.test"), {.result = "starttls-not-supported", .host = "mx.b.test"});
  sessions_.add_success(nullptr);
  const auto day = sessions_.find(Which::Today);
  EXPECT_EQ(day.from, clock_.now()) << "not before the process began";
  ASSERT_EQ(day.domains.size(), 2u);
  const auto& a = day.domains.at("a.test");
  ASSERT_EQ(a.size(), 2u);
  EXPECT_EQ(a[0].policy->kind, Kind::None);
  EXPECT_EQ(a[0].succeeded, 2u);
  EXPECT_EQ(a[1].policy->kind, Kind::Sts);
  EXPECT_EQ(a[1].succeeded, 1u);
  EXPECT_EQ(day.domains.at("b.test")[0].failed, 1u);
  EXPECT_EQ(sessions_.find(Which::Today, "b.test").domains.size(), 1u);
  EXPECT_TRUE(sessions_.find(Which::Today, "c.test").domains.empty());
}

TEST_F(TlsSessionsTest, FailuresAreToldApartByKindHostAndAddress) {
  const TlsFailure expired{.result = "certificate-expired",
                           .host = "mx.a.test",
                           .sending_ip = "192.0.2.1",
                           .receiving_ip = "192.0.2.2",
                           .reason = std::string(1000, 'x')};
  auto other = expired;
  other.receiving_ip = "192.0.2.3";
  for (int i = 0; i < 3; ++i) sessions_.add_failure(policy("a.test"), expired);
  sessions_.add_failure(policy("a.test"), other);
  const auto found = sessions_.find(Which::Today).domains.at("a.test")[0];
  EXPECT_EQ(found.failed, 4u);
  ASSERT_EQ(found.failures.size(), 2u);
  EXPECT_EQ(found.failures[0].sessions, 3u);
  EXPECT_EQ(found.failures[0].failure.reason.size(), 200u);
  EXPECT_EQ(found.failures[1].failure.receiving_ip, "192.0.2.3");
}

TEST_F(TlsSessionsTest, ADayEndsAtMidnightUtc) {
  sessions_.add_success(policy("a.test"));
  clock_.advance(14h - 1s);
  EXPECT_EQ(sessions_.find(Which::Today).domains.size(), 1u);
  clock_.advance(1s);
  EXPECT_TRUE(sessions_.find(Which::Today).domains.empty());
  EXPECT_EQ(sessions_.find(Which::Yesterday).domains.size(), 1u);
  EXPECT_EQ(sessions_.find(Which::Yesterday).until, clock_.now() - 1s);
  EXPECT_EQ(sessions_.find(Which::Today).from, clock_.now());
  sessions_.add_success(policy("b.test"));
  clock_.advance(-1h);
  sessions_.add_success(policy("c.test"));
  EXPECT_EQ(sessions_.find(Which::Today).domains.size(), 2u) << "a clock that goes back opens no day again";
  clock_.advance(49h);
  EXPECT_TRUE(sessions_.find(Which::Yesterday).domains.empty()) << "nothing is older than yesterday";
}

TEST_F(TlsSessionsTest, AClockThatWasFarAheadKeepsNoDayOpen) {
  const auto now = clock_.now();
  clock_.advance(24h * 400);
  sessions_.add_success(policy("a.test"));
  clock_.advance(-24h * 400);
  sessions_.add_success(policy("b.test"));
  const auto day = sessions_.find(Which::Today);
  EXPECT_LE(day.from, now);
  EXPECT_EQ(day.until, now);
  EXPECT_EQ(day.domains.size(), 2u);
  EXPECT_TRUE(sessions_.find(Which::Yesterday).domains.empty());
  clock_.advance(24h);
  EXPECT_TRUE(sessions_.find(Which::Today).domains.empty());
  EXPECT_EQ(sessions_.find(Which::Yesterday).domains.size(), 2u);
}

TEST_F(TlsSessionsTest, ThereAreBounds) {
  for (std::size_t i = 0; i < TlsSessions::kDomainsMax + 10; ++i)
    sessions_.add_success(policy("d" + std::to_string(i) + ".test"));
  for (std::size_t i = 0; i < TlsSessions::kPoliciesMax + 10; ++i)
    sessions_.add_success(policy("d1.test", Kind::Sts, {std::to_string(i)}));
  for (std::size_t i = 0; i < TlsSessions::kFailuresMax + 10; ++i)
    sessions_.add_failure(policy("d0.test"), {.result = "validation-failure", .host = std::to_string(i)});
  const auto day = sessions_.find(Which::Today);
  EXPECT_EQ(day.domains.size(), TlsSessions::kDomainsMax);
  EXPECT_EQ(day.domains.at("d1.test").size(), TlsSessions::kPoliciesMax);
  EXPECT_EQ(day.others.succeeded, 10u + 11u);
  const auto& sessions = day.domains.at("d0.test")[0];
  EXPECT_EQ(sessions.failed, TlsSessions::kFailuresMax + 10);
  ASSERT_EQ(sessions.failures.size(), TlsSessions::kFailuresMax);
  EXPECT_EQ(sessions.failures.back().sessions, 11u);
  EXPECT_EQ(sessions.failures.back().failure.host, "");
}

}  // namespace
}  // namespace paraph::relay
