#pragma once
#include <memory>
#include <string>

#include "net/gate.h"
#include "relay/smtp/connection.h"
#include "relay/smtp/options.h"

namespace paraph::relay::smtp {

/// Connections that wait for the next message to the same host with the same demands. Each is looked after by a task at
/// the gate, so a server that closes it, or says something, is noticed at once; after `idle`, and at the end, it gets
/// QUIT. Any event loop; a connection stays on its own.
class Pool {
 public:
  /// What a connection is good for.
  struct Key {
    const void* loop = nullptr;
    Host host;  ///< without addresses
    std::uint16_t port = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  static Key key_of(const Executor& loop, const Host& host);

  Pool(const Options& options, net::Gate& gate);
  /// Those that wait, wait on; the gate counts them.
  ~Pool();

  /// One that was alive a moment ago, to one of the host's addresses; null: there is none. On the key's loop.
  Task<std::unique_ptr<Connection>> take(Key key, std::vector<net::Endpoint> addresses);
  /// Keeps it, or ends it when it has done its work. On the key's loop.
  void put(Key key, std::unique_ptr<Connection> connection);

 private:
  struct Idle;
  struct Shelf;
  static Task<void> keep(std::shared_ptr<Shelf> shelf, std::shared_ptr<Idle> idle);

  const Options& options_;
  std::shared_ptr<Shelf> shelf_;
};

}  // namespace paraph::relay::smtp
