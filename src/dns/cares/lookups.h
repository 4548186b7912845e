#pragma once
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "dns/cares/query.h"

namespace paraph::dns::cares {

/// The thread that waits for servers. Lookups run at most `at_once` at a time, each with sockets of its own; the others
/// stand in line, and their deadlines run.
class Lookups {
 public:
  Lookups(std::string servers, std::size_t at_once, std::size_t in_line_max);
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;
  /// Completes all with Unavailable.
  ~Lookups();

  /// From any thread. Completes on the thread in here, or at once, with Unavailable, when the line is full.
  void start(Request request);

 private:
  void run();
  bool take_new();
  void start_some(SteadyTime now);
  void wait(SteadyTime now);
  void process();
  void wake();

  const std::string servers_;
  const std::size_t at_once_;
  const std::size_t in_line_max_;
  const int wake_;  ///< an eventfd: readable when there is something new

  std::mutex mutex_;
  std::vector<Request> new_;
  std::size_t open_ = 0;  ///< all that is not complete, of new_ too
  bool ending_ = false;

  // Only the thread touches these.
  std::deque<Request> line_;
  std::vector<std::unique_ptr<Query>> running_;
  std::vector<pollfd> sockets_;  ///< wake_, then those of running_ in order
  std::vector<std::size_t> sockets_of_;

  std::jthread thread_;
};

}  // namespace paraph::dns::cares
