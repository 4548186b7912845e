#include "queue/mta_sts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "dns/names.h"

namespace paraph::queue {
namespace {

using Mode = StsPolicy::Mode;

constexpr std::size_t kPolicyBytesMax = 64 * 1024;
constexpr std::size_t kExchangesMax = 256;
constexpr std::size_t kExchangesBytesMax = 16 * 1024;  ///< all together: what a row holds
constexpr std::size_t kInMemoryMax = 1000;
constexpr std::size_t kReportedExchangesMax = 20;
constexpr std::chrono::seconds kMaxAge{31'557'600};  // §3.2
constexpr std::chrono::seconds kFetchAgain{300};     // §3.3
constexpr std::chrono::hours kRefreshAfter{24};      // §10.2
constexpr std::string_view kPolicyHelp = "What was found out about the TLS policies of other domains (RFC 8460).";

bool is_id(std::string_view id) {
  const auto alphanumeric = [](char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); };
  return !id.empty() && id.size() <= 32 && std::ranges::all_of(id, alphanumeric);
}

/// "a: b" or "a=b" without the blanks around.
struct Field {
  std::string_view name, value;
};
std::optional<Field> field(std::string_view text, char separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  return Field{trimmed(text.substr(0, at)), trimmed(text.substr(at + 1))};
}

std::optional<std::string> id_of(std::string_view record) {
  for (const auto piece : split(record, ';')) {
    const auto found = field(piece, '=');
    if (found && found->name == "id")
      return is_id(found->value) ? std::optional(std::string(found->value)) : std::nullopt;
  }
  return std::nullopt;
}

std::unexpected<Error> bad(std::string_view why) { return fail(Code::BadInput, "the policy " + std::string(why)); }

Result<void> take_mode(StsPolicy& policy, std::string_view value) {
  constexpr std::pair<std::string_view, Mode> kModes[] = {
      {"none", Mode::None}, {"testing", Mode::Testing}, {"enforce", Mode::Enforce}};
  for (const auto& [name, mode] : kModes) {
    if (value != name) continue;
    policy.mode = mode;
    return {};
  }
  return bad("has a mode that is not known");
}

std::size_t bytes_of(const std::vector<std::string>& names) {
  std::size_t bytes = 0;
  for (const auto& name : names) bytes += name.size();
  return bytes;
}

StsPolicy as_said(const record::TlsPolicy& kept) {
  return {.mode = kept.mode,
          .exchanges = kept.exchanges,
          .max_age = std::chrono::floor<std::chrono::seconds>(kept.until - kept.fetched)};
}

/// A policy that is used is fetched anew long before it ends: who keeps its server from answering wins nothing. One of
/// a time to come was fetched before the clock was set back.
bool is_new(const record::TlsPolicy& kept, Time now) {
  const auto half = std::min<Time::duration>(kRefreshAfter, (kept.until - kept.fetched) / 2);
  return kept.fetched <= now && now < kept.fetched + half;
}

Result<void> take_exchange(StsPolicy& policy, std::string_view value) {
  const auto name = dns::canonical_name(value.starts_with("*.") ? value.substr(2) : value);
  if (!name || name->contains('*')) return bad("names an exchange that is no host");
  if (policy.exchanges.size() == kExchangesMax) return bad("names too many exchanges");
  policy.exchanges.push_back((value.starts_with("*.") ? "*." : "") + *name);
  return {};
}

}  // namespace

relay::AppliedPolicy applied_policy(const std::string& domain, const StsPolicy& policy) {
  constexpr std::string_view kModes[] = {"none", "testing", "enforce"};
  relay::AppliedPolicy applied{.domain = domain, .kind = relay::AppliedPolicy::Kind::Sts};
  if (policy.exchanges.empty()) return applied;
  applied.lines = {"version: STSv1", fmt::format("mode: {}", kModes[static_cast<std::size_t>(policy.mode)])};
  for (const auto& exchange : policy.exchanges) {
    if (applied.hosts.size() == kReportedExchangesMax) break;
    applied.lines.push_back("mx: " + exchange);
    applied.hosts.push_back(exchange);
  }
  applied.lines.push_back(fmt::format("max_age: {}", policy.max_age.count()));
  return applied;
}

bool names_host(const StsPolicy& policy, std::string_view host) {
  return std::ranges::any_of(policy.exchanges, [&](std::string_view name) {
    if (!name.starts_with("*.")) return name == host;
    const auto dot = host.find('.');
    return dot != std::string_view::npos && dot != 0 && host.substr(dot) == name.substr(1);
  });
}

std::optional<std::string> parse_sts_record(std::span<const std::string> texts) {
  const auto is_sts = [](std::string_view text) {
    const auto version = field(text.substr(0, text.find(';')), '=');
    return version && version->name == "v" && version->value == "STSv1";
  };
  if (std::ranges::count_if(texts, is_sts) != 1) return std::nullopt;
  return id_of(*std::ranges::find_if(texts, is_sts));
}

// RFC 8461 §3.2: lines by CRLF or LF; names that are not known are passed over; of one that stands twice, the first.
Result<StsPolicy> parse_sts_policy(std::string_view text) {
  if (text.size() > kPolicyBytesMax) return bad("is too long");
  StsPolicy policy;
  bool version = false, mode = false, max_age = false;
  for (const auto line : split(text, '\n')) {
    if (trimmed(line).empty()) continue;
    const auto found = field(line, ':');
    if (!found) return bad("has a line that is none");
    const auto& [name, value] = *found;
    if (name == "version" && !version) {
      if (value != "STSv1") return bad("has a version that is not known");
      version = true;
    } else if (name == "mode" && !mode) {
      PARAPH_CHECK(take_mode(policy, value));
      mode = true;
    } else if (name == "mx") {
      PARAPH_CHECK(take_exchange(policy, value));
    } else if (name == "max_age" && !max_age) {
      const auto seconds = value.size() <= 10 ? parse_decimal(value) : std::nullopt;
      if (!seconds) return bad("has a max_age that is no number");
      policy.max_age = std::min(std::chrono::seconds(*seconds), kMaxAge);
      max_age = true;
    }
  }
  if (!version || !mode || !max_age) return bad("lacks version, mode or max_age");
  if (policy.mode != Mode::None && policy.exchanges.empty()) return bad("names no exchange");
  if (bytes_of(policy.exchanges) > kExchangesBytesMax) return bad("names too many exchanges");
  return policy;
}

MtaSts::MtaSts(dns::Resolver& resolver, Fetch fetch, store::Store& store, const Clock& clock, Metrics& metrics,
               relay::TlsSessions* sessions)
    : resolver_(resolver),
      fetch_(std::move(fetch)),
      rows_(store, clock),
      clock_(clock),
      sessions_(sessions),
      found_(metrics.counter("paraph_tls_policy_total", std::string(kPolicyHelp), {{"result", "sts"}})),
      fetch_errors_(
          metrics.counter("paraph_tls_policy_total", std::string(kPolicyHelp), {{"result", "sts-policy-fetch-error"}})),
      invalid_(
          metrics.counter("paraph_tls_policy_total", std::string(kPolicyHelp), {{"result", "sts-policy-invalid"}})) {}

Task<Result<MtaSts::Known>> MtaSts::known(std::string domain) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = all_.find(domain);
    if (found != all_.end()) co_return found->second;
  }
  PARAPH_CO_TRY(auto kept, co_await rows_.load(domain));
  if (!kept) co_return Known();
  co_return remember_row(domain, {.policy = *std::move(kept), .try_again = {}});
}

/// For one more domain. Under mutex_.
void MtaSts::make_room(const std::string& domain) {
  if (all_.size() < kInMemoryMax || all_.contains(domain)) return;
  const auto now = clock_.now();
  std::erase_if(all_,
                [&](const auto& entry) { return entry.second.policy.until <= now && entry.second.try_again <= now; });
  if (all_.size() >= kInMemoryMax) all_.erase(all_.begin());  // what it said is read again
}

/// What holds: who fetched while the row was read knows better.
MtaSts::Known MtaSts::remember_row(const std::string& domain, Known known) {
  const std::lock_guard lock(mutex_);
  make_room(domain);
  return all_.try_emplace(domain, std::move(known)).first->second;
}

void MtaSts::remember_fetched(const std::string& domain, Known known) {
  const std::lock_guard lock(mutex_);
  make_room(domain);
  all_.insert_or_assign(domain, std::move(known));
}

/// Its policy, which is `before`'s unless another fetch did better meanwhile.
record::TlsPolicy MtaSts::put_off(const std::string& domain, Known before) {
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  make_room(domain);
  auto& there = all_.try_emplace(domain, std::move(before)).first->second;
  there.try_again = now + kFetchAgain;
  return there.policy;
}

Task<Result<StsPolicy>> MtaSts::find(std::string domain, std::chrono::milliseconds within) {
  PARAPH_CO_TRY(auto before, co_await known(domain));
  const auto now = clock_.now();
  const bool holds = before.policy.until > now;
  const auto last = holds ? as_said(before.policy) : StsPolicy();
  const auto texts = co_await resolver_.txt("_mta-sts." + domain, within);
  if (!texts) co_return last;
  auto id = parse_sts_record(*texts);
  const bool too_soon = before.try_again > now && before.try_again <= now + kFetchAgain;
  if (!id || too_soon) co_return last;
  if (holds && before.policy.id == *id && is_new(before.policy, now)) co_return last;
  auto policy = co_await fetch(std::move(domain), *std::move(id), std::move(before));
  co_return policy;
}

Task<StsPolicy> MtaSts::fetch(std::string domain, std::string id, Known before) {
  auto text = co_await fetch_(domain);
  auto policy =
      text ? parse_sts_policy(*text) : Result<StsPolicy>(fail(std::move(text).error().code, text.error().text));
  const auto now = clock_.now();
  if (!policy) {
    (text ? invalid_ : fetch_errors_).add();
    relay::note_policy_failure(sessions_, applied_policy(domain, {}),
                               text ? "sts-policy-invalid" : "sts-policy-fetch-error", "", policy.error().text);
    const auto kept = put_off(domain, std::move(before));
    const auto last = kept.until > now ? as_said(kept) : StsPolicy();
    // RFC 8461 §10.2: who demands TLS should hear of it before the policy ends.
    log(last.mode == Mode::None ? Level::Info : Level::Warn, "mta-sts domain={} policy=unusable{}: {}",
        printable(domain), last.mode == Mode::None ? "" : ", the one before still holds",
        printable(policy.error().text));
    co_return last;
  }
  found_.add();
  Known fresh{.policy = {.id = std::move(id),
                         .mode = policy->mode,
                         .exchanges = policy->exchanges,
                         .fetched = std::chrono::floor<std::chrono::seconds>(now),
                         .until = {}},
              .try_again = now};
  fresh.policy.until = fresh.policy.fetched + policy->max_age;
  const auto kept = co_await rows_.save(domain, fresh.policy);
  if (!kept)
    log(Level::Error, "mta-sts domain={} the policy is not kept, and a restart forgets it: {}", printable(domain),
        kept.error().text);
  remember_fetched(domain, std::move(fresh));
  co_return *std::move(policy);
}

}  // namespace paraph::queue
