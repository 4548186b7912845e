#pragma once
#include <functional>
#include <memory>

#include "net/admission.h"
#include "net/gate.h"
#include "net/stream.h"

namespace paraph::net {

/// Starts a session: is called on the event loop that accepted, and answers the session's coroutine, which owns the
/// stream.
using Serve = std::function<Task<void>(std::unique_ptr<Stream>)>;

/// What a listener does with connections.
struct Service {
  const char* name = "session";  ///< a literal, for the log
  Serve serve;
  /// For a connection over the limit: say so in the protocol ("421 ...", "* BYE ..."), then finish(). A deadline of 5 s
  /// is set. Empty: it is closed without a word.
  Serve refuse;
};

/// One address and port, accepting on one event loop. Destroying it closes it; sessions go on. Destroy it before the
/// event loops.
class Listener {
 public:
  virtual ~Listener() = default;
  /// Where it listens; the port is the real one when 0 was asked for.
  virtual const Endpoint& endpoint() const& = 0;
  /// No new connections from now on. Any thread, while the event loops exist.
  virtual void close() = 0;
};

}  // namespace paraph::net
