#pragma once
#include <memory>
#include <vector>

#include "base/result.h"
#include "net/asio/loops.h"
#include "net/listener.h"

namespace paraph::net::asio {

/// Opens `where` on this event loop and accepts until closed. SO_REUSEPORT is set, so each loop can have its own
/// listener of one port. IPv6 addresses take IPv6 only: list 0.0.0.0 too. Errors: Exists (the port is taken by another
/// program), Denied (a port below 1024 without the right to it), BadInput (no such address here). Out of descriptors:
/// one log line, a pause, and on. `gate` and `admission` outlive the event loop.
Result<std::unique_ptr<Listener>> listen(Executor loop, const Endpoint& where, Service service, Gate& gate,
                                         Admission& admission);

/// The same on every loop; port 0 becomes one port for all.
Result<std::vector<std::unique_ptr<Listener>>> listen_on_all(Loops& loops, const Endpoint& where,
                                                             const Service& service, Gate& gate, Admission& admission);

}  // namespace paraph::net::asio
