#pragma once
#include <filesystem>
#include <string>

#include "app/config/config.h"
#include "app/services.h"
#include "base/result.h"

namespace paraph::app {

/// Makes the demo's folder with its configuration `paraph.toml` and a recording to send, and reads the configuration
/// back: the administrative verbs can then be given the same file. Repeats safely. Unavailable: the folder cannot be
/// written.
Result<Config> prepare_demo_folder(const std::filesystem::path& folder);

/// The domain example.test, the accounts alice and bob, and Alice's signature; what is there already stays as it is.
Task<Result<void>> prepare_demo_accounts(Services& services);

/// What to try next: each command works as written, in any folder. `program` is the path of this program.
std::string demo_commands(const std::filesystem::path& program, const std::filesystem::path& folder);

}  // namespace paraph::app
