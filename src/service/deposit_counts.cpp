#include "service/deposit_counts.h"

#include <string>

namespace paraph::service {
namespace {

constexpr const char* kDeposits = "paraph_deposits_total";
constexpr const char* kDepositsHelp = "Messages taken or refused, by where they came from.";

constexpr signature::How kAllHow[] = {signature::How::Edit,    signature::How::Append, signature::How::Wrap,
                                      signature::How::Present, signature::How::Header, signature::How::Untouched};

Counter& deposits(Metrics& metrics, const char* from, const char* outcome) {
  return metrics.counter(kDeposits, kDepositsHelp, {{"from", from}, {"outcome", outcome}});
}

}  // namespace

DepositCounts::DepositCounts(Metrics& metrics)
    : accepted_own_(deposits(metrics, "submission", "accepted")),
      accepted_elsewhere_(deposits(metrics, "elsewhere", "accepted")),
      refused_own_(deposits(metrics, "submission", "refused")),
      refused_elsewhere_(deposits(metrics, "elsewhere", "refused")) {
  for (const auto how : kAllHow) {
    signed_[how] = &metrics.counter("paraph_signed_total", "Submissions by what the signature engine did with them.",
                                    {{"how", std::string(signature::name_of(how))}});
  }
}

void DepositCounts::submitted(bool own, const Result<Deposit::Outcome>& outcome) const {
  if (!outcome || outcome->refusal) return own ? refused_own_.add() : refused_elsewhere_.add();
  if (!own) return accepted_elsewhere_.add();
  accepted_own_.add();
  signed_.at(outcome->report.how)->add();
}

}  // namespace paraph::service
