#include "session/admin/tls_report.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace paraph::admin {
namespace {

using testing::ElementsAre;
using testing::MatchesRegex;
namespace json = boost::json;

relay::TlsDay sample() {
  const Time midnight(std::chrono::sys_days(std::chrono::year(2026) / 11 / 28));
  relay::TlsDay day{.from = midnight, .until = midnight + std::chrono::hours(24) - std::chrono::seconds(1)};
  const auto sts = std::make_shared<const relay::AppliedPolicy>(
      relay::AppliedPolicy{.domain = "a.test",
                           .kind = relay::AppliedPolicy::Kind::Sts,
                           .lines = {"version: STSv1", "mode: enforce", "mx: *.a.test", "max_age: 86400"},
                           .hosts = {"*.a.test"}});
  const auto none = std::make_shared<const relay::AppliedPolicy>(relay::AppliedPolicy{.domain = "a.test"});
  day.domains["a.test"] = {{.policy = sts,
                            .succeeded = 5326,
                            .failed = 3,
                            .failures = {{.failure = {.result = "certificate-expired",
                                                      .host = "mx1.a.test",
                                                      .sending_ip = "2001:db8::1",
                                                      .receiving_ip = "192.0.2.2",
                                                      .reason = "certificate has \"expired\"\n"},
                                          .sessions = 2},
                                         {.failure = {.result = "sts-policy-fetch-error"}, .sessions = 1}}},
                           {.policy = none, .succeeded = 7}};
  return day;
}

TEST(TlsReport, IsThatOfRfc8460) {
  const auto got = json::parse(tls_report(sample(), "vm.example.org"));
  const auto expected = json::parse(R"({
    "organization-name": "vm.example.org",
    "date-range": {"start-datetime": "2026-11-28T00:00:00Z", "end-datetime": "2026-11-28T23:59:59Z"},
    "contact-info": "postmaster@vm.example.org",
    "report-id": "2026-11-28.a.test@vm.example.org",
    "policies": [
      {"policy": {"policy-type": "sts", "policy-domain": "a.test", "mx-host": ["*.a.test"],
                  "policy-string": ["version: STSv1", "mode: enforce", "mx: *.a.test", "max_age: 86400"]},
       "summary": {"total-successful-session-count": 5326, "total-failure-session-count": 3},
       "failure-details": [
         {"result-type": "certificate-expired", "sending-mta-ip": "2001:db8::1", "receiving-mx-hostname": "mx1.a.test",
          "receiving-ip": "192.0.2.2", "failed-session-count": 2, "failure-reason-code": "certificate has \"expired\"\\x0a"},
         {"result-type": "sts-policy-fetch-error", "failed-session-count": 1}]},
      {"policy": {"policy-type": "no-policy-found", "policy-domain": "a.test"},
       "summary": {"total-successful-session-count": 7, "total-failure-session-count": 0}}]})");
  EXPECT_EQ(got, expected) << json::serialize(got);
}

TEST(TlsReport, LinesForPeople) {
  auto day = sample();
  day.others = {.succeeded = 1, .failed = 2};
  EXPECT_THAT(tls_lines(day),
              ElementsAre(MatchesRegex("DOMAIN +POLICY +SUCCEEDED +FAILED"), MatchesRegex("a.test +sts +5326 +3"),
                          MatchesRegex("a.test +no-policy-found +7 +0"), MatchesRegex("other domains +- +1 +2")));
}

}  // namespace
}  // namespace paraph::admin
