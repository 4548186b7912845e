#pragma once
#include "app/cli.h"
#include "app/config/config.h"
#include "base/result.h"

namespace paraph::app {

/// Runs an administrative verb to its end and prints what it says: over the socket of the running server, or, when
/// there is none, in this process with the store opened here. Blocks.
Result<void> run_admin(const Config& config, AdminCommand command);

}  // namespace paraph::app
