#pragma once
#include <vector>

#include "app/config/config.h"
#include "base/result.h"
#include "session/http/peers.h"

namespace paraph::app {

/// How the configuration's [[peer]]s prove who they are; their token files are read. BadInput: a file that cannot
/// be read, or a token that is too short or holds more than one line; one sentence that names the file.
Result<std::vector<session_http::Peers::Proof>> load_peers(const Config& config);

}  // namespace paraph::app
