#pragma once
#include <functional>

#include "app/config/config.h"
#include "app/services.h"
#include "base/result.h"

namespace paraph::app {

/// What is done with the services before anybody can connect: the demo's accounts. May be empty.
using Prepare = std::function<Task<Result<void>>(Services&)>;

/// Blocks the signals that a server waits for, in this thread and all that it starts: call it first of all.
void block_signals();

/// Runs the server until SIGTERM or SIGINT: opens everything, prints `paraph ready ...` to standard output, calls
/// `ready`, and serves. SIGHUP loads the certificate and the
/// secrets of sources and peers anew. At the end, sessions have 10 s to finish what is in flight.
/// The failure to start is one sentence.
Result<void> serve(const Config& config, Prepare prepare, const std::function<void()>& ready);

}  // namespace paraph::app
