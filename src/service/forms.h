#pragma once
#include <cstddef>
#include <vector>

#include "service/policies.h"
#include "signature/attach.h"

namespace paraph::service {

/// What decides the form of a message for one recipient (spec 2.8).
struct FormKey {
  Kinds kinds;
  signature::Recipients recipients = signature::Recipients::Internet;
  bool internal = true;  ///< in the domain of the signature's owner
};

/// The forms of one submission, each signed once: one for most messages, at most kFormsMax.
struct Forms {
  std::vector<signature::Policy> policies;  ///< one at least
  std::vector<std::size_t> form_of;         ///< of each recipient
  std::size_t sent = 0;                     ///< the one for Sent: of the first internal recipient, else of the first
};
inline constexpr std::size_t kFormsMax = 3;

/// The kinds that `own` lets go to a recipient.
Kinds kinds_for(const Policy& own, bool internal);

/// One form for each difference between recipients. When there would be too many, all get the external kinds, so that
/// nobody gets more than is allowed, and only the class makes a difference. `base`: the operator's limits. Pure.
Forms choose_forms(std::vector<FormKey> keys, const Policy& own, const signature::Policy& base);

}  // namespace paraph::service
