#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"

namespace paraph::relay {

/// What a domain's policy demanded of the TLS of a session, in the words of a report (RFC 8460 §4.4).
struct AppliedPolicy {
  enum class Kind { None, Sts, Tlsa };
  std::string domain;  ///< whose mail it is: lower case, A-labels
  Kind kind = Kind::None;
  std::vector<std::string> lines;  ///< of the MTA-STS policy, or of the TLSA records; none when it could not be had
  std::vector<std::string> hosts;  ///< Sts: the patterns that name its exchanges
  friend bool operator==(const AppliedPolicy&, const AppliedPolicy&) = default;
};
using AppliedPolicyPtr = std::shared_ptr<const AppliedPolicy>;

/// "no-policy-found", "sts", "tlsa".
std::string_view name_of(AppliedPolicy::Kind kind);

/// Why a session had no TLS as its policy demands.
struct TlsFailure {
  std::string result;        ///< RFC 8460 §4.3: "certificate-expired"
  std::string host;          ///< "mx.example.org"; "": the policy itself failed
  std::string sending_ip;    ///< "": there was no session
  std::string receiving_ip;  ///< the same
  std::string reason;        ///< a sentence
};

/// How the sessions of one day went, under one policy of one domain.
struct PolicySessions {
  struct Failed {
    TlsFailure failure;  ///< with the reason of the first one
    std::uint64_t sessions = 0;
  };
  AppliedPolicyPtr policy;  ///< null of TlsDay::others
  std::uint64_t succeeded = 0, failed = 0;
  std::vector<Failed> failures;  ///< their sum is `failed`
};

/// A day in UTC (RFC 8460 §4.1), as far as it was counted: from the start of the process at the earliest, until now.
struct TlsDay {
  Time from, until;
  std::map<std::string, std::vector<PolicySessions>, std::less<>> domains;
  PolicySessions others;  ///< of domains past the bound
};

/// Counts sessions with other servers by domain and policy, for today and yesterday, in memory: at most kDomainsMax
/// domains a day, kPoliciesMax policies a domain, kFailuresMax kinds of failure a policy; what is past that is counted
/// together. A connection counts for the domain that it was opened for. Any thread.
class TlsSessions {
 public:
  explicit TlsSessions(const Clock& clock) : clock_(clock), today_{.from = clock.now()} {}

  /// `policy` may be null: a session that no domain's policy governs, as with a smarthost, is nobody's to know.
  void add_success(const AppliedPolicyPtr& policy);
  void add_failure(const AppliedPolicyPtr& policy, TlsFailure failure);

  enum class Which { Today, Yesterday };
  /// Of all domains.
  TlsDay find(Which which);
  /// Of `domain`, lower case, alone; without it where there was no session.
  TlsDay find(Which which, const std::string& domain);

  static constexpr std::size_t kDomainsMax = 1000;
  static constexpr std::size_t kPoliciesMax = 4;
  static constexpr std::size_t kFailuresMax = 16;

 private:
  void turn_to_today();
  PolicySessions& at(const AppliedPolicyPtr& policy);
  const TlsDay& day(Which which);

  const Clock& clock_;
  std::mutex mutex_;  ///< over all below
  TlsDay today_, yesterday_;
};

/// A policy that could not be had, or that kept from a session. `sessions` may be null: nobody asks.
void note_policy_failure(TlsSessions* sessions, AppliedPolicy policy, std::string result, std::string host,
                         std::string reason);

}  // namespace paraph::relay
