#pragma once
#include <chrono>
#include <memory>

#include "base/task.h"

namespace paraph::queue {

/// One coroutine waits, anybody wakes it. A ring that nobody waits for is kept for the next wait.
class Wake {
 public:
  Wake();
  /// Any thread; must not run while the loop of the waiter is destroyed.
  void ring();
  /// Until a ring, or for this long.
  Task<void> wait(std::chrono::milliseconds at_most);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace paraph::queue
