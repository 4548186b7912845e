#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"

struct addrinfo;

namespace paraph::source::ldap {

/// The end of a fetch, which all its steps share.
class Within {
 public:
  explicit Within(std::chrono::milliseconds time) : end_(std::chrono::steady_clock::now() + time) {}
  std::chrono::steady_clock::time_point end() const { return end_; }
  /// What is left, not under zero.
  std::chrono::milliseconds left() const;

 private:
  std::chrono::steady_clock::time_point end_;
};

enum class Reach { Any, LoopbackOnly };

/// As getaddrinfo().
using Resolver = int (*)(const char* host, const char* port, const addrinfo* hints, addrinfo** found);

/// A TCP connection to the first address of `host` that answers; the caller closes it. Unavailable: none did in time,
/// or no address may be asked. A resolver that hangs is left to itself, on a thread of its own.
Result<int> dial(const std::string& host, int port, Reach reach, const Within& within, Resolver resolver = nullptr);

/// Ends both directions of a socket when the time is up, so that whoever waits in a library for it goes on. The socket
/// stays open at least as long as this.
class Watchdog {
 public:
  Watchdog(int socket, const Within& within);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog();

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;  ///< under mutex_
  std::thread thread_;
};

}  // namespace paraph::source::ldap
