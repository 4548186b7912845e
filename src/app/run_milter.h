#pragma once
#include <string>

#include "app/config/config.h"
#include "base/result.h"

namespace paraph::app {

/// `paraph milter`: attaches signatures to what an MTA takes from its own users, until SIGTERM. The data folder is this
/// process's while it runs. The failure is one sentence.
Result<void> run_milter(const Config& config, const std::string& listen);

}  // namespace paraph::app
