#include "service/source_counts.h"

namespace paraph::service {

SourceCounts::SourceCounts(Metrics& metrics, const std::string& source)
    : requests_(
          metrics.counter("paraph_source_requests_total", "Questions to a signature source.", {{"source", source}})),
      hits_(metrics.counter("paraph_source_hits_total", "Answers with what the source knows of an owner.",
                            {{"source", source}})),
      unknown_(metrics.counter("paraph_source_unknown_total", "Answers that the source does not know the owner.",
                               {{"source", source}})),
      errors_(metrics.counter("paraph_source_errors_total", "Questions that failed.", {{"source", source}})),
      seconds_(metrics.histogram("paraph_source_seconds", "How long a signature source took to answer.",
                                 {{"source", source}})) {}

void SourceCounts::answered(const Result<source::Acquired>& answer, Histogram::Duration took) const {
  requests_.add();
  seconds_.observe(took);
  if (answer) return hits_.add();
  if (answer.error().code == Code::NotFound) return unknown_.add();
  errors_.add();
}

}  // namespace paraph::service
