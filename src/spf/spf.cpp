#include "spf/spf.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "dns/names.h"
#include "spf/lookups.h"
#include "spf/macro.h"
#include "spf/network.h"
#include "spf/record.h"

namespace paraph::spf {
namespace {

/// What a record said; where its explanation is.
struct Found {
  Verdict verdict = Verdict::Neutral;
  std::string reason;
  std::string explanation;  ///< a domain-spec
  std::string domain;       ///< whose record had the last word
};

Verdict verdict_of(Qualifier qualifier) {
  constexpr Verdict kVerdicts[] = {Verdict::Pass, Verdict::Fail, Verdict::SoftFail, Verdict::Neutral};
  return kVerdicts[static_cast<std::size_t>(qualifier)];
}

Found found_of(const Error& error) {
  return {.verdict = error.code == Code::Unavailable ? Verdict::TempError : Verdict::PermError, .reason = error.text};
}

/// Is it the domain, or below it?
bool is_below(std::string_view name, std::string_view domain) {
  return iequals(name, domain) || (name.size() > domain.size() + 1 && name[name.size() - domain.size() - 1] == '.' &&
                                   iequals(name.substr(name.size() - domain.size()), domain));
}

/// A name with at least two labels (§4.3).
bool is_domain(std::string_view name) {
  const auto canonical = dns::canonical_name(name);
  return canonical && canonical->contains('.') && !canonical->starts_with('[');
}

class Check {
 public:
  Check(dns::Resolver& dns, Question question, std::chrono::milliseconds within)
      : lookups_(dns, within), question_(std::move(question)) {}

  Task<Found> run(std::string domain);
  Task<std::string> explain(Found found);

 private:
  Task<Found> walk(std::string domain, Record record);
  Task<Result<bool>> matches(std::string domain, const Mechanism& mechanism);
  Task<Result<bool>> matches_include(std::string name);
  Task<Result<bool>> matches_addresses(std::string name, const Mechanism& mechanism);
  Task<Result<bool>> matches_mx(std::string name, const Mechanism& mechanism);
  Task<Result<bool>> matches_ptr(std::string name);
  Task<Result<bool>> matches_exists(std::string name);
  Task<Result<MacroValues>> values_for(std::string domain, bool with_name);
  Task<Result<std::string>> name_for(std::string domain_spec, std::string domain);

  dns::Family family() const { return question_.client.v6 ? dns::Family::V6 : dns::Family::V4; }
  bool is_client_in(const std::vector<dns::Address>& addresses, const Mechanism& mechanism) const {
    const unsigned bits = question_.client.v6 ? mechanism.bits6 : mechanism.bits4;
    return std::ranges::any_of(addresses, [&](const auto& each) { return is_within(question_.client, each, bits); });
  }

  Lookups lookups_;
  const Question question_;
};

/// check_host() of §4. It calls itself through include and redirect, each of which counts as a term that asks DNS.
Task<Found> Check::run(std::string domain) {
  if (!is_domain(domain)) co_return Found{.verdict = Verdict::None, .reason = printable(domain) + " is no domain"};
  const auto text = co_await lookups_.record_of(domain);
  if (!text && text.error().code == Code::NotFound)
    co_return Found{.verdict = Verdict::None, .reason = text.error().text};
  if (!text) co_return found_of(text.error());
  auto record = parse_record(*text);
  if (!record) co_return found_of(record.error());
  co_return co_await walk(std::move(domain), std::move(*record));
}

Task<Found> Check::walk(std::string domain, Record record) {
  for (const auto& mechanism : record.mechanisms) {
    const auto matched = co_await matches(domain, mechanism);
    if (!matched) co_return found_of(matched.error());
    if (!*matched) continue;
    co_return Found{.verdict = verdict_of(mechanism.qualifier),
                    .explanation = std::move(record.explanation),
                    .domain = std::move(domain)};
  }
  if (record.redirect.empty()) co_return Found{.domain = std::move(domain)};
  if (const auto counted = lookups_.count_term(); !counted) co_return found_of(counted.error());
  auto target = co_await name_for(record.redirect, std::move(domain));
  if (!target) co_return found_of(target.error());
  auto found = co_await run(std::move(*target));
  // §6.1: a redirect to where nothing is, is an error of the record.
  if (found.verdict == Verdict::None) found.verdict = Verdict::PermError;
  co_return found;
}

Task<Result<bool>> Check::matches(std::string domain, const Mechanism& mechanism) {
  if (mechanism.kind == Kind::All) co_return true;
  if (mechanism.kind == Kind::Ip4 || mechanism.kind == Kind::Ip6)
    co_return is_client_in({mechanism.network}, mechanism);
  PARAPH_CO_CHECK(lookups_.count_term());
  std::string name = domain;
  if (!mechanism.domain.empty()) {
    PARAPH_CO_TRY(name, co_await name_for(mechanism.domain, std::move(domain)));
  }
  switch (mechanism.kind) {
    case Kind::Include:
      co_return co_await matches_include(std::move(name));
    case Kind::A:
      co_return co_await matches_addresses(std::move(name), mechanism);
    case Kind::Mx:
      co_return co_await matches_mx(std::move(name), mechanism);
    case Kind::Ptr:
      co_return co_await matches_ptr(std::move(name));
    default:
      co_return co_await matches_exists(std::move(name));
  }
}

/// §5.2
Task<Result<bool>> Check::matches_include(std::string name) {
  auto found = co_await run(std::move(name));
  switch (found.verdict) {
    case Verdict::Pass:
      co_return true;
    case Verdict::Fail:
    case Verdict::SoftFail:
    case Verdict::Neutral:
      co_return false;
    case Verdict::TempError:
      co_return fail(Code::Unavailable, std::move(found.reason));
    default:
      co_return fail(Code::BadInput, std::move(found.reason));
  }
}

Task<Result<bool>> Check::matches_addresses(std::string name, const Mechanism& mechanism) {
  PARAPH_CO_TRY(const auto addresses, co_await lookups_.addresses(std::move(name), family()));
  co_return is_client_in(addresses, mechanism);
}

Task<Result<bool>> Check::matches_mx(std::string name, const Mechanism& mechanism) {
  PARAPH_CO_TRY(const auto hosts, co_await lookups_.exchanges(std::move(name)));
  for (const auto& host : hosts) {
    PARAPH_CO_TRY(const bool matched, co_await matches_addresses(host, mechanism));
    if (matched) co_return true;
  }
  co_return false;
}

Task<Result<bool>> Check::matches_ptr(std::string name) {
  PARAPH_CO_TRY(const auto names, co_await lookups_.validated_names(question_.client));
  co_return std::ranges::any_of(names, [&](const auto& each) { return is_below(each, name); });
}

/// Whatever the client's family, IPv4 addresses are asked for (§5.7).
Task<Result<bool>> Check::matches_exists(std::string name) {
  PARAPH_CO_TRY(const auto addresses, co_await lookups_.addresses(std::move(name), dns::Family::V4));
  co_return !addresses.empty();
}

Task<Result<MacroValues>> Check::values_for(std::string domain, bool with_name) {
  const auto& sender = question_.sender;
  MacroValues values{.local = sender.local.empty() ? "postmaster" : sender.local,
                     .sender = sender.null() ? question_.helo : sender.domain,
                     .domain = std::move(domain),
                     .client = question_.client,
                     .client_name = "unknown",
                     .helo = question_.helo,
                     .receiver = question_.receiver.empty() ? "unknown" : question_.receiver,
                     .now = question_.now};
  if (!with_name) co_return values;
  PARAPH_CO_TRY(const auto names, co_await lookups_.validated_names(question_.client));
  // §7.3: the domain itself before what is below it, and that before any other.
  const auto same = std::ranges::find_if(names, [&](const auto& each) { return iequals(each, values.domain); });
  const auto below = std::ranges::find_if(names, [&](const auto& each) { return is_below(each, values.domain); });
  if (!names.empty()) values.client_name = same != names.end() ? *same : below != names.end() ? *below : names.front();
  co_return values;
}

Task<Result<std::string>> Check::name_for(std::string domain_spec, std::string domain) {
  PARAPH_CO_TRY(const auto values, co_await values_for(std::move(domain), has_client_name(domain_spec)));
  co_return expand_name(domain_spec, values);
}

/// §6.2: whatever goes wrong here, there is no explanation, and the result stands.
Task<std::string> Check::explain(Found found) {
  if (found.verdict != Verdict::Fail || found.explanation.empty()) co_return "";
  auto name = co_await name_for(std::move(found.explanation), found.domain);
  if (!name) co_return "";
  const auto text = co_await lookups_.explanation_at(std::move(*name));
  if (text.size() > kDomainSpecBytesMax || !is_macro_string(text, Place::Explanation)) co_return "";
  const auto values = co_await values_for(std::move(found.domain), has_client_name(text));
  if (!values) co_return "";
  auto explanation = expand(text, *values);
  const bool plain = std::ranges::all_of(explanation, [](char c) { return c >= ' ' && c < 0x7f; });
  if (!plain) co_return "";
  explanation.resize(std::min(explanation.size(), kExplanationBytesMax));
  co_return explanation;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  constexpr std::string_view kNames[] = {"none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"};
  return kNames[static_cast<std::size_t>(verdict)];
}

Task<Answer> check_host(dns::Resolver& dns, Question question, std::chrono::milliseconds within) {
  const bool helo = question.sender.null();
  Answer answer{.identity = helo ? Identity::Helo : Identity::MailFrom,
                .domain = helo ? question.helo : question.sender.domain};
  Check check(dns, std::move(question), within);
  auto found = co_await check.run(answer.domain);
  answer.verdict = found.verdict;
  answer.reason = printable(found.reason);
  answer.explanation = co_await check.explain(std::move(found));
  co_return answer;
}

}  // namespace paraph::spf
