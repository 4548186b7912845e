#pragma once
#include <string>

#include "base/metrics.h"
#include "base/result.h"
#include "source/source.h"

namespace paraph::service {

/// What is counted about one source of signatures. Refers to the metrics, which outlive it; copies count together. Any
/// thread.
class SourceCounts {
 public:
  /// `source` is its configured name: "local", "hq".
  SourceCounts(Metrics& metrics, const std::string& source);

  /// It was asked, and answered after `took`: a hit, NotFound (it does not know the owner), or an error.
  void answered(const Result<source::Acquired>& answer, Histogram::Duration took) const;

 private:
  Counter& requests_;
  Counter& hits_;
  Counter& unknown_;
  Counter& errors_;
  Histogram& seconds_;
};

}  // namespace paraph::service
