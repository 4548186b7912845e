#pragma once
#include <condition_variable>
#include <mutex>
#include <utility>

namespace paraph::store::rocks {

/// How the committer tells the sweeper that there may be something to do. Any thread.
class SweepHint {
 public:
  void give() {
    const std::lock_guard lock(mutex_);
    given_ = true;
    changed_.notify_one();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_one();
  }
  bool ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  /// Waits for the next hint; false: the end.
  bool wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return given_ || ended_; });
    return std::exchange(given_, false) && !ended_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool given_ = false;
  bool ended_ = false;
};

}  // namespace paraph::store::rocks
