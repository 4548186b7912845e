#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "crypto/random.h"

namespace paraph::service {

/// Keeps a neighbour that fails from being asked again and again: after some failures in a row it is left alone for a
/// time that doubles with each further one; then a single request tries whether it is back. Any thread.
class Breaker {
 public:
  struct Options {
    std::uint32_t failures_max = 5;         ///< in a row, before it opens
    std::chrono::milliseconds first{1000};  ///< it stays open so long at first; jitter takes up to a quarter off
    std::chrono::milliseconds most{60'000};
  };
  enum class State {
    Closed,   ///< requests pass
    Open,     ///< none does
    HalfOpen  ///< the time is over: one passes, and decides
  };

  Breaker(crypto::Random& random, Options options) : random_(random), options_(options) {}

  /// May a request be made now? Whoever got a yes says afterwards how it went: exactly one of the three below.
  bool admit(Time now);
  void succeeded();
  void failed(Time now);
  /// The request was not made after all.
  void abandoned();

  State state(Time now) const;

 private:
  State state_at(Time now) const;

  crypto::Random& random_;
  const Options options_;
  mutable std::mutex mutex_;  ///< over all below
  std::uint32_t failures_ = 0;
  bool open_ = false, trying_ = false;
  std::chrono::milliseconds whole_{0}, pause_{0};  ///< without jitter, and with it
  Time opened_;
};

/// A yes of admit(), to be used once. Given back unused, the request was not made.
class Permit {
 public:
  explicit Permit(Breaker& breaker) : breaker_(&breaker) {}
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
  ~Permit() {
    if (breaker_ != nullptr) breaker_->abandoned();
  }
  void succeeded() { std::exchange(breaker_, nullptr)->succeeded(); }
  void failed(Time now) { std::exchange(breaker_, nullptr)->failed(now); }

 private:
  Breaker* breaker_;
};

std::string_view name_of(Breaker::State state);  ///< "closed", "open", "half-open"

}  // namespace paraph::service
