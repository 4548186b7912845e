#pragma once
#include <optional>

#include "mail/rope.h"
#include "signature/names.h"
#include "signature/plan.h"

namespace paraph::signature {

/// Carries a plan that has changes out: the message's rope with leaves edited, parts appended, or the whole wrapped.
/// nullopt when the rope cannot be cut where the plan needs it (within a line of base64); then the message is left
/// alone.
std::optional<mail::Rope> build(const Reading& reading, const Plan& plan, const Content& content, Names& names);

}  // namespace paraph::signature
