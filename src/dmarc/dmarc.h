#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "dmarc/record.h"
#include "dmarc/suffixes.h"
#include "dns/dns.h"

/// Is a message from whom its From says (RFC 7489)? Two steps, so that DNS is asked for the policy while SPF and DKIM
/// still wait for theirs:
///
///   1. find_policy() asks for what the author's domain published;
///   2. evaluate() holds what SPF and DKIM showed against it.
namespace paraph::dmarc {

/// What was found for one author's domain.
struct Policy {
  std::string domain;            ///< the author's
  std::string organization;      ///< its organizational domain
  std::optional<Record> record;  ///< nullopt: it takes no part
  bool of_organization = false;  ///< the record is the organization's, and the author's domain is below it
  bool temporary = false;        ///< DNS did not answer
};

/// `domain` as in Authors. Asks one or two TXT records, the author's domain before its organization (§6.6.3), `within`
/// in all. Several records at one name are none. `dns` and `suffixes` outlive the task.
Task<Policy> find_policy(dns::Resolver& dns, const Suffixes& suffixes, std::string domain,
                         std::chrono::milliseconds within);

/// One identifier that SPF or DKIM looked at.
struct Identifier {
  enum class Shown { Pass, Temporary, Nothing };
  std::string domain;  ///< in A-labels and lower case
  Shown shown = Shown::Nothing;
};
struct Evidence {
  Identifier spf;                ///< the domain of MAIL FROM, or of EHLO for a null reverse-path
  std::vector<Identifier> dkim;  ///< d= of each signature
};

enum class Verdict { None, Pass, Fail, TempError, PermError };  ///< RFC 8601 §2.7; None: no policy
std::string_view name_of(Verdict verdict);

struct Outcome {
  Verdict verdict = Verdict::None;
  Disposition asked = Disposition::None;  ///< of a Fail: what the domain wants done, pct= counted in
  std::string domain;                     ///< the author's
  std::string reason;                     ///< a few words for people; ""
};

/// Aligned means equal (strict), or of one organization (relaxed, §3.1). TempError: nothing aligned passed, and
/// something aligned, or the policy, could not be looked at now. `draw` is an even chance among 0 ... 99: a message
/// that pct= leaves out gets the next milder disposition (§6.6.4). Pure.
Outcome evaluate(const Policy& policy, const Evidence& evidence, const Suffixes& suffixes, unsigned draw);

/// Of a message with several authors' domains, the outcome that counts: the strictest wish, then the worst verdict
/// (§6.6.1). An empty list is a PermError.
Outcome strictest(std::vector<Outcome> outcomes);

}  // namespace paraph::dmarc
