#pragma once
#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/task.h"

namespace paraph::service {

class Turns;

/// The right to change some things, from Turns::take(). Gives it back when destroyed, on any thread.
class Turn {
 public:
  Turn() = default;
  Turn(Turn&&) noexcept;
  Turn& operator=(Turn&&) noexcept;
  ~Turn();

  /// Lets the next Build holder go on while this one only waits for its commit, which has its place in the order
  /// already. An Alone holder still waits for the whole turn to end.
  void submitted();

 private:
  friend class Turns;
  Turns* turns_ = nullptr;
  std::vector<std::uint64_t> ids_;
  bool building_ = false;
};

/// Who may change a thing now: first come, first served, for coroutines of any event loop; waiting blocks no thread.
/// One for all mailboxes of the process; it must outlive its turns. A thing that nobody wants takes no memory.
class Turns {
 public:
  enum class Kind {
    Build,  ///< one builds its batch at a time, many wait for their commits
    Alone,  ///< nobody else builds or waits
  };

  /// All of `ids`, taken in ascending order, so that two takers cannot wait for each other. Answers at once, without
  /// giving up the thread, when nobody is in the way.
  Task<Turn> take(std::vector<std::uint64_t> ids, Kind kind);

  /// For tests: how many things somebody has or wants.
  std::size_t wanted() const;

 private:
  friend class Turn;
  struct Waiter {
    Kind kind;
    std::function<void()> wake;
  };
  struct Slot {
    bool building = false;     ///< somebody builds (Alone: until the end)
    std::uint32_t inside = 0;  ///< holders, the building one too
    std::deque<Waiter> waiters;
    bool admits(Kind kind) const { return !building && (kind == Kind::Build || inside == 0); }
  };
  using Wakes = std::vector<std::function<void()>>;

  bool enter_or_queue(std::uint64_t id, Kind kind, std::function<void()> wake);
  bool try_enter(std::uint64_t id, Kind kind);
  Task<void> enter(std::uint64_t id, Kind kind);
  void stop_building(const std::vector<std::uint64_t>& ids);
  void leave(const std::vector<std::uint64_t>& ids, bool building);
  void admit(Slot& slot, Wakes& wakes);

  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, Slot> slots_;  ///< under mutex_
};

}  // namespace paraph::service
