#include "relay/tls_sessions.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace paraph::relay {
namespace {

constexpr std::size_t kReasonBytesMax = 200;

bool same_kind(const TlsFailure& one, const TlsFailure& other) {
  return one.result == other.result && one.host == other.host && one.sending_ip == other.sending_ip &&
         one.receiving_ip == other.receiving_ip;
}

void add(std::vector<PolicySessions::Failed>& failures, TlsFailure failure) {
  const auto known = std::ranges::find_if(failures, [&](const auto& one) { return same_kind(one.failure, failure); });
  if (known != failures.end()) {
    ++known->sessions;
    return;
  }
  if (failures.size() == TlsSessions::kFailuresMax) {
    ++failures.back().sessions;
    return;
  }
  if (failures.size() + 1 == TlsSessions::kFailuresMax)
    failure = {.result = "validation-failure", .reason = "more kinds of failure than are told apart"};
  if (failure.reason.size() > kReasonBytesMax) failure.reason.resize(kReasonBytesMax);
  failures.push_back({.failure = std::move(failure), .sessions = 1});
}

}  // namespace

std::string_view name_of(AppliedPolicy::Kind kind) {
  constexpr std::string_view kNames[] = {"no-policy-found", "sts", "tlsa"};
  return kNames[static_cast<std::size_t>(kind)];
}

/// A clock that goes back a little changes nothing: the day goes on. One that was days ahead has counted for a day that
/// is not to come soon: what it counted is of now.
void TlsSessions::turn_to_today() {
  const auto now = clock_.now();
  const Time midnight = std::chrono::floor<std::chrono::days>(now);
  const Time before = midnight - std::chrono::days(1);
  if (today_.from < midnight) {
    yesterday_ = today_.from < before ? TlsDay{.from = before} : std::move(today_);
    yesterday_.until = midnight - std::chrono::seconds(1);
    today_ = TlsDay{.from = midnight};
  } else if (today_.from > midnight + std::chrono::days(1)) {
    today_.from = midnight;
    yesterday_ = TlsDay{.from = before, .until = midnight - std::chrono::seconds(1)};
  }
  today_.until = std::max(now, today_.from);
}

PolicySessions& TlsSessions::at(const AppliedPolicyPtr& policy) {
  turn_to_today();
  auto found = today_.domains.find(policy->domain);
  if (found == today_.domains.end()) {
    if (today_.domains.size() == kDomainsMax) return today_.others;
    found = today_.domains.emplace(policy->domain, std::vector<PolicySessions>()).first;
  }
  auto& policies = found->second;
  const auto same = std::ranges::find_if(policies, [&](const PolicySessions& one) { return *one.policy == *policy; });
  if (same != policies.end()) return *same;
  if (policies.size() == kPoliciesMax) return today_.others;
  return policies.emplace_back(PolicySessions{.policy = policy});
}

void TlsSessions::add_success(const AppliedPolicyPtr& policy) {
  if (!policy) return;
  const std::lock_guard lock(mutex_);
  ++at(policy).succeeded;
}

void TlsSessions::add_failure(const AppliedPolicyPtr& policy, TlsFailure failure) {
  if (!policy) return;
  const std::lock_guard lock(mutex_);
  auto& sessions = at(policy);
  ++sessions.failed;
  add(sessions.failures, std::move(failure));
}

const TlsDay& TlsSessions::day(Which which) {
  turn_to_today();
  return which == Which::Today ? today_ : yesterday_;
}

TlsDay TlsSessions::find(Which which) {
  const std::lock_guard lock(mutex_);
  return day(which);
}

TlsDay TlsSessions::find(Which which, const std::string& domain) {
  const std::lock_guard lock(mutex_);
  const auto& whole = day(which);
  TlsDay one{.from = whole.from, .until = whole.until};
  const auto found = whole.domains.find(domain);
  if (found != whole.domains.end()) one.domains.insert(*found);
  return one;
}

void note_policy_failure(TlsSessions* sessions, AppliedPolicy policy, std::string result, std::string host,
                         std::string reason) {
  if (sessions == nullptr) return;
  TlsFailure failure{.result = std::move(result),
                     .host = std::move(host),
                     .sending_ip = "",
                     .receiving_ip = "",
                     .reason = std::move(reason)};
  sessions->add_failure(std::make_shared<const AppliedPolicy>(std::move(policy)), std::move(failure));
}

}  // namespace paraph::relay
