#pragma once
#include <optional>
#include <vector>

#include "mail/rope.h"
#include "signature/names.h"
#include "signature/plan.h"

namespace paraph::signature {

/// The message's new rope, and where it differs.
struct Built {
  mail::Rope rope;
  std::vector<Change> changes;
};

/// Carries a plan that has changes out: the message's rope with leaves edited, parts appended, or the whole wrapped.
/// nullopt when the rope cannot be cut where the plan needs it (within a line of base64); then the message is left
/// alone.
std::optional<Built> build(const Reading& reading, const Plan& plan, const Content& content, Names& names);

}  // namespace paraph::signature
