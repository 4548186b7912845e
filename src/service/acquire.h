#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "source/source.h"

namespace paraph::service {

/// Step 2 of a deposit: the sender's signature, from the sources in the operator's order, within `wait`. Never holds a
/// message up longer; what comes later is of use to the next one.
class Acquirer {
 public:
  struct Answer {
    source::Acquired acquired;  ///< empty signature when there is none
    std::string
        reason;  ///< x=: "" | "nosig" (nobody knows one, or it is off) | "fetch" (sources failed or were too slow)
  };
  Acquirer(std::vector<source::Source*> sources, std::chrono::milliseconds wait);
  Task<Answer> acquire(std::string owner);

 private:
  std::vector<source::Source*> sources_;
  std::chrono::milliseconds wait_;
};

}  // namespace paraph::service
