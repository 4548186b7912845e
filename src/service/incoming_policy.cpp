#include "service/incoming_policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace paraph::service {
namespace {

/// What the author's domain asks for, as far as the receiver grants it.
Arrival by_dmarc(const dmarc::Outcome& outcome, OnFail grants) {
  using dmarc::Disposition;
  if (grants == OnFail::Tag || outcome.asked == Disposition::None) return Arrival::Inbox;
  return grants == OnFail::Reject && outcome.asked == Disposition::Reject ? Arrival::Refused : Arrival::Junk;
}

bool fails_spf(const Provenance& provenance) {
  return provenance.spf.verdict == spf::Verdict::Fail && provenance.dmarc.verdict != dmarc::Verdict::Pass;
}

Arrival by_spf(const Provenance& provenance, OnFail wanted) {
  if (!fails_spf(provenance) || wanted == OnFail::Tag) return Arrival::Inbox;
  return wanted == OnFail::Reject ? Arrival::Refused : Arrival::Junk;
}

}  // namespace

Arrival arrival_of(const Provenance& provenance, const Policy& policy) {
  return std::max(by_dmarc(provenance.dmarc, policy.dmarc), by_spf(provenance, policy.spf));
}

bool reverse_path_is_proven(const Provenance& provenance, const mail::Address& reverse_path) {
  if (reverse_path.null()) return false;
  const bool by_spf =
      provenance.spf.verdict == spf::Verdict::Pass && provenance.spf.identity == spf::Identity::MailFrom;
  const bool by_dmarc =
      provenance.dmarc.verdict == dmarc::Verdict::Pass && iequals(provenance.dmarc.domain, reverse_path.domain);
  return by_spf || by_dmarc;
}

Refusal refusal_of(const Provenance& provenance, const Policy& policy) {
  if (by_dmarc(provenance.dmarc, policy.dmarc) == Arrival::Refused)
    return {"5.7.26",
            fmt::format("the message does not prove to be from {}, which wants such refused (DMARC, RFC 7489)",
                        printable(provenance.dmarc.domain))};
  auto text = fmt::format("you may not send for {} (SPF, RFC 7208)", printable(provenance.spf.domain));
  if (!provenance.spf.explanation.empty()) text += ": " + printable(provenance.spf.explanation);
  return {"5.7.23", std::move(text)};
}

}  // namespace paraph::service
