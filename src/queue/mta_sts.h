#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/task.h"
#include "dns/dns.h"
#include "queue/sts_rows.h"
#include "record/codec.h"
#include "relay/tls_sessions.h"
#include "store/store.h"

namespace paraph::queue {

/// What a domain says about its exchanges (RFC 8461 §3.2).
struct StsPolicy {
  using Mode = record::TlsPolicy::Mode;
  Mode mode = Mode::None;
  std::vector<std::string> exchanges;  ///< lower case: "mx.example.org", "*.example.org"
  std::chrono::seconds max_age{0};
  friend bool operator==(const StsPolicy&, const StsPolicy&) = default;
};

/// As a report of TLS says it (RFC 8460 §4.4); one without exchanges is one that could not be had.
relay::AppliedPolicy applied_policy(const std::string& domain, const StsPolicy& policy);

/// RFC 8461 §4.1: is this host, lower case, one that the policy names? A "*" stands for one label.
bool names_host(const StsPolicy& policy, std::string_view host);

/// The id in the texts at _mta-sts.DOMAIN (RFC 8461 §3.1); nullopt: none, more than one, or a bad one: there is no
/// policy.
std::optional<std::string> parse_sts_record(std::span<const std::string> texts);

/// A policy as it was fetched. BadInput: it is none that can be used; the sentence says why. A max_age past a year is a
/// year.
Result<StsPolicy> parse_sts_policy(std::string_view text);

/// Policies of domains, asked for when a message goes there and kept in the store for as long as they say: a restart
/// forgets none. One that is a day old is fetched again, whatever its id (§10.2). Any event loop.
class MtaSts {
 public:
  /// The body of https://mta-sts.DOMAIN/.well-known/mta-sts.txt, as text/plain, from a server with a certificate for
  /// that name. Any failure is one; it takes no longer than a minute (§3.3).
  using Fetch = std::function<Task<Result<std::string>>(std::string domain)>;

  /// `sessions` hears of policies that could not be had; null: nobody does. All outlive this.
  MtaSts(dns::Resolver& resolver, Fetch fetch, store::Store& store, const Clock& clock, Metrics& metrics,
         relay::TlsSessions* sessions = nullptr);

  /// What holds for `domain`, lower case, now; None when it says nothing. A policy that is known stays valid while DNS
  /// or its server fail, or its record is gone (§3.3, §5.1). `within` is for DNS. Codes of the store: whether there is
  /// a policy is not known, so nothing may be sent.
  Task<Result<StsPolicy>> find(std::string domain, std::chrono::milliseconds within);

 private:
  struct Known {
    record::TlsPolicy policy;  ///< without an id: none
    Time try_again;            ///< a failed fetch is not repeated before
  };
  Task<Result<Known>> known(std::string domain);
  Task<StsPolicy> fetch(std::string domain, std::string id, Known before);
  void make_room(const std::string& domain);
  Known remember_row(const std::string& domain, Known known);
  void remember_fetched(const std::string& domain, Known known);
  record::TlsPolicy put_off(const std::string& domain, Known before);

  dns::Resolver& resolver_;
  const Fetch fetch_;
  StsRows rows_;
  const Clock& clock_;
  relay::TlsSessions* const sessions_;
  Counter& found_;
  Counter& fetch_errors_;
  Counter& invalid_;
  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> all_;  ///< those that were asked for lately; under mutex_
};

}  // namespace paraph::queue
