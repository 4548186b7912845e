#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "base/task.h"

namespace paraph::net {

/// Counts the tasks that run, so that shutdown can wait for them. Outlives them and their event loops. Callable from
/// any thread.
class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();

  std::size_t running() const;
  /// Says to those who ask that they should come to an end. Sessions look after each wait() that answered Poked.
  void stop() { stopping_ = true; }
  bool stopping() const { return stopping_; }
  /// Blocks the calling thread, which runs no event loop, until nothing runs any more, or for at most this long. True:
  /// all ended.
  bool wait_until_empty(std::chrono::milliseconds at_most);

 private:
  friend class Pass;
  void enter();
  void leave();

  mutable std::mutex mutex_;
  std::condition_variable empty_;
  std::size_t running_ = 0;
  std::atomic<bool> stopping_{false};
};

/// The only way to start work: runs `task` on `executor`, counted by `gate`. An exception that escapes is logged under
/// `name` (a literal) and ends that task only.
void spawn(Gate& gate, Executor executor, const char* name, Task<void> task);

}  // namespace paraph::net
