#pragma once
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "net/endpoint.h"

namespace paraph::net {

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
    Ticket(Admission& admission, std::string key) : admission_(&admission), key_(std::move(key)) {}
    Admission* admission_ = nullptr;
    std::string key_;  ///< empty: counted in all only
  };

  Ticket admit(const Endpoint& peer);
  std::size_t connections() const;

 private:
  void release(const std::string& key);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::size_t connections_ = 0;
  std::unordered_map<std::string, std::size_t> by_peer_;
};

}  // namespace paraph::net
