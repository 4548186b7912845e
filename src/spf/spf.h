#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/task.h"
#include "dns/dns.h"
#include "mail/address.h"

/// May this client send for that domain (RFC 7208)? Its limits are the RFC's: ten terms that ask DNS, two look-ups that
/// find nothing, ten hosts of an MX, ten names of an address.
namespace paraph::spf {

/// RFC 7208 §2.6
enum class Verdict { None, Neutral, Pass, Fail, SoftFail, TempError, PermError };
std::string_view name_of(Verdict verdict);  ///< "none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"

struct Question {
  dns::Address client;   ///< an IPv4 address in IPv6 clothes (::ffff:192.0.2.1) is given as IPv4 (§5)
  mail::Address sender;  ///< MAIL FROM; null(): postmaster at `helo` is asked about (§2.4). Without a local part, too
  std::string helo;      ///< as it came
  std::string receiver;  ///< this server, for explanations
  Time now;              ///< for explanations
};

enum class Identity { MailFrom, Helo };

struct Answer {
  Verdict verdict = Verdict::None;
  Identity identity = Identity::MailFrom;  ///< whose word it is
  std::string domain;                      ///< which domain was asked about, as it came; A-labels are the caller's
  std::string reason;                      ///< for people, of an error; may hold what a peer wrote, printable
  std::string explanation;  ///< of a fail: what the domain tells its sender (§6.2): ASCII, one line, at most
                            ///< kExplanationBytesMax; ""
};

inline constexpr std::size_t kExplanationBytesMax = 400;

/// Waits for DNS, `within` at the longest (a TempError then). Never throws for what a peer wrote. The resolver outlives
/// the task.
Task<Answer> check_host(dns::Resolver& dns, Question question, std::chrono::milliseconds within);

}  // namespace paraph::spf
