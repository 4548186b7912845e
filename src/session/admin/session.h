#pragma once
#include <memory>

#include "base/result.h"
#include "base/task.h"
#include "net/stream.h"
#include "session/admin/protocol.h"
#include "session/admin/verbs.h"

namespace paraph::admin {

/// The server's end of one connection to the administrative socket: reads one request, runs it, writes the answer,
/// closes. `verbs` outlives it. A request that cannot be read is answered with its fault.
Task<void> run(std::unique_ptr<net::Stream> stream, Verbs& verbs);

/// The command line's end: sends `request` over a connected stream and hands every printed line to `print`. The
/// server's failure comes back with its sentence. Unavailable: the connection ended before the answer did.
Task<Result<void>> ask(net::Stream& stream, Request request, PrintLine print);

}  // namespace paraph::admin
