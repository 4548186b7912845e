#pragma once
#include <memory>
#include <string>

#include "net/stream.h"

namespace paraph::net::asio {

/// Opens a TCP connection, on this event loop, within `at_most`. Unavailable: refused, unreachable, or too late.
Task<Result<std::unique_ptr<Stream>>> connect(Executor loop, Endpoint where, Duration at_most);

/// The same to the Unix socket at `path`. Also TooLarge: a path that no Unix socket can have.
Task<Result<std::unique_ptr<Stream>>> connect_local(Executor loop, std::string path, Duration at_most);

}  // namespace paraph::net::asio
