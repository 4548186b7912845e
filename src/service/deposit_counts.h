#pragma once
#include <map>

#include "base/metrics.h"
#include "base/result.h"
#include "service/deposit.h"

namespace paraph::service {

/// What is counted about deposits. Refers to the metrics, which outlive it. Any thread.
class DepositCounts {
 public:
  explicit DepositCounts(Metrics& metrics);
  /// `own`: a submission, which the signature engine saw; else a message from elsewhere.
  void submitted(bool own, const Result<Deposit::Outcome>& outcome) const;

 private:
  Counter& accepted_own_;
  Counter& accepted_elsewhere_;
  Counter& refused_own_;
  Counter& refused_elsewhere_;
  std::map<signature::How, Counter*> signed_;
};

}  // namespace paraph::service
