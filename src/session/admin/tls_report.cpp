#include "session/admin/tls_report.h"

#include <fmt/chrono.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "session/admin/date.h"

namespace paraph::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t kReasonCharsMax = 400;

std::string line_of(std::string_view domain, std::string_view policy, const relay::PolicySessions& sessions) {
  return fmt::format("{:<30} {:<16} {:>10} {:>10}", printable(domain), policy, sessions.succeeded, sessions.failed);
}

json::array array_of(const std::vector<std::string>& texts) {
  json::array array;
  for (const auto& text : texts) array.emplace_back(printable(text, 1000));
  return array;
}

json::object policy_of(const relay::AppliedPolicy& policy) {
  json::object object;
  object["policy-type"] = relay::name_of(policy.kind);
  if (!policy.lines.empty()) object["policy-string"] = array_of(policy.lines);
  object["policy-domain"] = printable(policy.domain);
  if (!policy.hosts.empty()) object["mx-host"] = array_of(policy.hosts);
  return object;
}

json::object failure_of(const relay::PolicySessions::Failed& failed) {
  const auto& what = failed.failure;
  json::object object;
  object["result-type"] = what.result;
  if (!what.sending_ip.empty()) object["sending-mta-ip"] = what.sending_ip;
  if (!what.host.empty()) object["receiving-mx-hostname"] = printable(what.host);
  if (!what.receiving_ip.empty()) object["receiving-ip"] = what.receiving_ip;
  object["failed-session-count"] = failed.sessions;
  if (!what.reason.empty()) object["failure-reason-code"] = printable(what.reason, kReasonCharsMax);
  return object;
}

json::object sessions_of(const relay::PolicySessions& sessions) {
  json::object object;
  object["policy"] = policy_of(*sessions.policy);
  object["summary"] = json::object{{"total-successful-session-count", sessions.succeeded},
                                   {"total-failure-session-count", sessions.failed}};
  if (sessions.failures.empty()) return object;
  json::array failures;
  for (const auto& failed : sessions.failures) failures.push_back(failure_of(failed));
  object["failure-details"] = std::move(failures);
  return object;
}

}  // namespace

std::vector<std::string> tls_lines(const relay::TlsDay& day) {
  std::vector<std::string> lines{fmt::format("{:<30} {:<16} {:>10} {:>10}", "DOMAIN", "POLICY", "SUCCEEDED", "FAILED")};
  for (const auto& [domain, policies] : day.domains) {
    for (const auto& sessions : policies) lines.push_back(line_of(domain, name_of(sessions.policy->kind), sessions));
  }
  if (day.others.succeeded + day.others.failed != 0) lines.push_back(line_of("other domains", "-", day.others));
  return lines;
}

std::string tls_report(const relay::TlsDay& day, std::string_view organization) {
  json::object report;
  report["organization-name"] = organization;
  report["date-range"] = json::object{{"start-datetime", date_of(day.from)}, {"end-datetime", date_of(day.until)}};
  report["contact-info"] = fmt::format("postmaster@{}", organization);
  json::array policies;
  for (const auto& [domain, all] : day.domains) {
    report["report-id"] = fmt::format("{:%Y-%m-%d}.{}@{}", day.from, printable(domain), organization);
    for (const auto& sessions : all) policies.push_back(sessions_of(sessions));
  }
  report["policies"] = std::move(policies);
  return json::serialize(report);
}

}  // namespace paraph::admin
