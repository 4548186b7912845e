#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/asio/loops.h"
#include "net/listener.h"

namespace paraph::net::asio {

/// Opens `where` on this event loop and accepts until closed; port 0 is any. IPv6 addresses take IPv6 only: list
/// 0.0.0.0 too. Out of descriptors: one log line, a pause, and on. `gate` and `admission` outlive the event loop.
/// Errors: Exists (another program listens there), Denied (a port below 1024 without the right to it), BadInput (not an
/// address of this machine).
Result<std::unique_ptr<Listener>> listen(Executor loop, const Endpoint& where, Service service, Gate& gate,
                                         Admission& admission);

/// The same on every loop, each with its own queue (SO_REUSEPORT); port 0 becomes one port for all.
Result<std::vector<std::unique_ptr<Listener>>> listen_on_all(Loops& loops, const Endpoint& where,
                                                             const Service& service, Gate& gate, Admission& admission);

/// Who may connect to a Unix socket.
enum class SocketFor {
  Owner,  ///< mode 0600
  Group,  ///< mode 0660
};

/// A Unix socket at `path`. A socket that a dead server left there is replaced; Exists
/// when somebody answers at it. The file goes when the listener closes.
Result<std::unique_ptr<Listener>> listen_local(Executor loop, const std::string& path, Service service, Gate& gate,
                                               Admission& admission, SocketFor whom = SocketFor::Owner);

}  // namespace paraph::net::asio
