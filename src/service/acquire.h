#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"
#include "base/task.h"
#include "service/source_counts.h"
#include "source/source.h"

namespace paraph::service {

/// Step 2 of a deposit: the sender's signature, from the sources in the operator's order, within `wait`. Never holds a
/// message up longer; what comes later is of use to the next one. A source that fails, or knows none, leaves it to the
/// next one; one where the owner wants none ends it.
class Acquirer {
 public:
  struct Answer {
    source::Acquired acquired;  ///< empty signature when there is none
    std::string
        reason;  ///< x=: "" | "nosig" (nobody knows one, or it is off) | "fetch" (sources failed or were too slow)
  };
  /// `metrics` counts what each source answers, if there is one (source_counts.h).
  Acquirer(std::vector<source::Source*> sources, std::chrono::milliseconds wait, Metrics* metrics = nullptr);
  Task<Answer> acquire(std::string owner);
  /// The owner may send soon (logged in): the sources get ready. Waits for no fetch.
  Task<void> prefetch(std::string owner);
  /// Erases what the sources keep of an owner, whose account goes away. Codes of the store.
  Task<Result<void>> forget(std::string owner);

 private:
  std::vector<source::Source*> sources_;
  std::vector<SourceCounts> counts_;  ///< of each source, or none
  std::chrono::milliseconds wait_;
};

}  // namespace paraph::service
