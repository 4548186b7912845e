#pragma once
#include <chrono>

namespace paraph {

/// Wall time of messages and records, to the second or better, UTC.
using Time = std::chrono::system_clock::time_point;

/// What time it is, handed in by constructor: nothing on floors 1 to 4 asks the system. Callable from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

/// The system's wall clock.
class SystemClock final : public Clock {
 public:
  Time now() const override { return std::chrono::system_clock::now(); }
};

/// A clock that a test sets.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Time start) : now_(start) {}
  Time now() const override { return now_; }
  void advance(std::chrono::seconds by) { now_ += by; }

 private:
  Time now_;
};

}  // namespace paraph
