#pragma once
#include <ares.h>
#include <poll.h>

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dns/cares/answer.h"

namespace paraph::dns::cares {

using SteadyTime = std::chrono::steady_clock::time_point;

/// One lookup, as the door hands it to the thread.
struct Request {
  std::vector<Kind> kinds;  ///< one, or A and Aaaa
  std::string name;         ///< canonical
  SteadyTime deadline;
  bool trust_ad = false;                      ///< ask for the AD bit, and believe it
  std::move_only_function<void(Found)> done;  ///< called exactly once; does not throw
};

/// One lookup on the wire, with a channel of its own: so each has a fresh source port (RFC 5452 §9.2), sees the
/// system's servers as they are now, and is given up by being destroyed. Lives and dies on one thread.
class Query {
 public:
  /// `servers`: comma-separated "ADDRESS:PORT"; empty means the system's.
  Query(Request request, const std::string& servers);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  /// Completes with Unavailable what is not complete.
  ~Query();

  bool ended() const { return !request_.done; }
  /// Adds what to wait for.
  void add_sockets(std::vector<pollfd>& sockets) const;
  /// When process_time() wants to be called.
  SteadyTime wake_at(SteadyTime now) const;
  void process(const pollfd& socket);
  void process_time(SteadyTime now);

 private:
  struct Slot {
    Query* query = nullptr;
    Kind kind = Kind::Txt;
    std::optional<Found> found;
  };

  static void on_socket(void* self, ares_socket_t socket, int readable, int writable);
  static void on_answer(void* slot, int status, int timeouts, unsigned char* octets, int length);
  void ask(Slot& slot);
  void ask_for_ad(Slot& slot);
  int open_channel(const std::string& servers);
  void complete(Found found);
  void complete_if_answered();

  Request request_;
  ares_channel channel_ = nullptr;
  std::vector<pollfd> sockets_;
  std::array<Slot, 2> slots_;
};

}  // namespace paraph::dns::cares
