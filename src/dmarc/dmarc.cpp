#include "dmarc/dmarc.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace paraph::dmarc {
namespace {

using Steady = std::chrono::steady_clock;

/// The one DMARC record at a domain. NotFound: none, or several.
Task<Result<Record>> record_at(dns::Resolver& dns, std::string domain, Steady::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now());
  const auto texts = co_await dns.txt("_dmarc." + domain, left);
  if (!texts) {
    const auto& [code, why] = texts.error();
    const bool nothing = code == Code::NotFound || code == Code::BadInput || code == Code::TooLarge;
    co_return fail(nothing ? Code::NotFound : Code::Unavailable, why);
  }
  const auto first = std::ranges::find_if(*texts, is_record);
  const bool one = first != texts->end() && std::find_if(first + 1, texts->end(), is_record) == texts->end();
  if (!one) co_return fail(Code::NotFound, "no policy");
  co_return parse_record(*first);
}

bool is_aligned(const Policy& policy, std::string_view domain, Alignment alignment, const Suffixes& suffixes) {
  if (domain == policy.domain) return true;
  return alignment == Alignment::Relaxed && !domain.empty() && suffixes.organization_of(domain) == policy.organization;
}

Disposition milder(Disposition disposition) {
  return disposition == Disposition::Reject ? Disposition::Quarantine : Disposition::None;
}

}  // namespace

Task<Policy> find_policy(dns::Resolver& dns, const Suffixes& suffixes, std::string domain,
                         std::chrono::milliseconds within) {
  const auto deadline = Steady::now() + within;
  Policy policy{.organization = suffixes.organization_of(domain)};
  policy.domain = std::move(domain);
  auto record = co_await record_at(dns, policy.domain, deadline);
  if (!record && record.error().code == Code::NotFound && policy.organization != policy.domain) {
    policy.of_organization = true;
    record = co_await record_at(dns, policy.organization, deadline);
  }
  if (record) policy.record = *record;
  policy.temporary = !record && record.error().code == Code::Unavailable;
  co_return policy;
}

Outcome evaluate(const Policy& policy, const Evidence& evidence, const Suffixes& suffixes, unsigned draw) {
  using Shown = Identifier::Shown;
  Outcome outcome{.domain = policy.domain};
  if (policy.temporary) {
    outcome.verdict = Verdict::TempError;
    outcome.reason = "no answer about the policy";
    return outcome;
  }
  if (!policy.record) return outcome;
  const auto& record = *policy.record;
  bool temporary = false;
  const auto passes = [&](const Identifier& each, Alignment alignment) {
    if (each.shown == Shown::Nothing || !is_aligned(policy, each.domain, alignment, suffixes)) return false;
    temporary = temporary || each.shown == Shown::Temporary;
    return each.shown == Shown::Pass;
  };
  bool passed = passes(evidence.spf, record.spf);
  for (const auto& each : evidence.dkim) passed = passes(each, record.dkim) || passed;
  if (passed || temporary) {
    outcome.verdict = passed ? Verdict::Pass : Verdict::TempError;
    return outcome;
  }
  outcome.verdict = Verdict::Fail;
  outcome.asked = policy.of_organization ? record.subdomains : record.domain;
  if (draw >= record.percent) outcome.asked = milder(outcome.asked);
  return outcome;
}

Outcome strictest(std::vector<Outcome> outcomes) {
  if (outcomes.empty()) return {.verdict = Verdict::PermError, .reason = "From names no domain"};
  // By how much harm it tells of: None is no worse than Pass, for a domain that takes no part proves nothing.
  constexpr std::array kWeights = {1, 0, 4, 3, 2};
  const auto weight = [&](const Outcome& each) {
    return std::pair(each.asked, kWeights.at(static_cast<std::size_t>(each.verdict)));
  };
  return std::move(*std::ranges::max_element(outcomes, {}, weight));
}

std::string_view name_of(Verdict verdict) {
  constexpr std::array<std::string_view, 5> kNames = {"none", "pass", "fail", "temperror", "permerror"};
  return kNames.at(static_cast<std::size_t>(verdict));
}

}  // namespace paraph::dmarc
