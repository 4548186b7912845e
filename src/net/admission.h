#pragma once
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "net/endpoint.h"

namespace paraph::net {

inline constexpr std::size_t kTurnedAwayMax = 64;

/// How many connections there may be at once, in all and from one peer (Endpoint::peer_key). Shared by the listeners of
/// a server and outlives them. Callable from any thread.
class Admission {
 public:
  struct Limits {
    std::size_t connections_max = 10'000;
    std::size_t connections_per_peer_max = 200;
    /// Loopback peers are counted in all, not each: they are our own web server, proxy, or tests.
    bool loopback_unlimited_per_peer = true;
  };
  explicit Admission(Limits limits) : limits_(limits) {}

  /// One admitted connection; gives its place back when destroyed. An empty one: not admitted.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket();
    explicit operator bool() const { return admission_ != nullptr; }

   private:
    friend class Admission;
    enum class Kind : unsigned char { Counted, CountedInAllOnly, TurnedAway };
    Ticket(Admission& admission, const Endpoint& peer, Kind kind) : admission_(&admission), peer_(peer), kind_(kind) {}
    Admission* admission_ = nullptr;
    Endpoint peer_;
    Kind kind_ = Kind::Counted;
  };

  /// A place for a connection of `peer`.
  Ticket admit(const Endpoint& peer);
  /// A place to say no from, besides those: at most kTurnedAwayMax at once.
  Ticket turn_away(const Endpoint& peer);
  std::size_t connections() const;

 private:
  void release(const Ticket& ticket);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::size_t connections_ = 0;
  std::size_t turned_away_ = 0;
  std::unordered_map<std::string, std::size_t> by_peer_;
};

}  // namespace paraph::net
