#pragma once
#include <memory>

#include "net/stream.h"

namespace paraph::net::asio {

/// Opens a TCP connection from this event loop within `at_most`. Unavailable: refused, unreachable, or too late.
Task<Result<std::unique_ptr<Stream>>> connect(Endpoint where, Duration at_most);

}  // namespace paraph::net::asio
