#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "base/task.h"

namespace paraph::net::asio {

/// The event loops, each with one thread. Owned by app; sessions are pinned to one loop for life. Posting to a loop is
/// safe from any thread. Destroying the loops destroys what was still suspended on them, after their threads have
/// ended.
class Loops {
 public:
  explicit Loops(std::size_t count);
  Loops(const Loops&) = delete;
  Loops& operator=(const Loops&) = delete;
  ~Loops();

  std::size_t size() const { return contexts_.size(); }
  Executor at(std::size_t index) const;
  /// Starts the threads. Once.
  void run();
  /// Ends the threads, whatever is under way, and waits for them. Safe to repeat. Not from a loop's own thread.
  void stop();
  /// Pokes every open stream of every loop: after Gate::stop(), idle sessions notice. Any thread.
  void poke_all();
  /// Closes every open stream of every loop: what did not end in time. Any thread.
  void close_all();

 private:
  using Guard = boost::asio::executor_work_guard<Executor>;
  std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
  std::vector<Guard> guards_;
  std::vector<std::thread> threads_;
};

}  // namespace paraph::net::asio
