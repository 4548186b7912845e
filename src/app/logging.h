#pragma once

namespace paraph::app {

/// From now on log lines go to standard error, with time and level. Before, nothing is logged: a start that fails says
/// one sentence and nothing else.
void start_logging();

}  // namespace paraph::app
