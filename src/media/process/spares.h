#pragma once
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "media/process/child.h"

namespace paraph::media::process {

/// Programs that serve one request each, with one process of each started ahead. Starting one is a third of
/// what an import costs; a process that waits has that behind it, is shut in already, and has touched nothing of
/// anybody's: what it may use (worker/sandbox.h) is counted for this one request all the same.
///
/// A spare is started after a request for its program has ended, and when nothing was asked for `quiet`: not beside
/// work that somebody waits for. There is one start for each request at the most, so that a program which is missing,
/// or crashes at its start, is not tried again and again. None is started before the first request: most commands make
/// none. A spare ends when it finds its socket closed, however this process ended. Any thread; the destructor needs no
/// request to be under way.
class Spares {
 public:
  explicit Spares(std::chrono::milliseconds quiet) : quiet_(quiet) {}
  Spares(const Spares&) = delete;
  Spares& operator=(const Spares&) = delete;
  ~Spares();

  /// As run_child. A spare that ended before it read all of the request is no failure: another is started.
  Result<std::string> run(const std::filesystem::path& program, std::string_view request, std::size_t answer_bytes_max,
                          std::chrono::milliseconds time);

 private:
  using SteadyClock = std::chrono::steady_clock;

  std::optional<Child> take(const std::filesystem::path& program);
  Result<std::string> run_now(const std::filesystem::path& program, std::string_view request,
                              std::size_t answer_bytes_max, std::chrono::milliseconds time);
  void keep(const std::stop_token& stop);

  const std::chrono::milliseconds quiet_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::filesystem::path, std::optional<Child>> spares_;  ///< nothing: one is wanted
  unsigned under_way_ = 0;
  SteadyClock::time_point quiet_since_;
  std::jthread keeper_;  ///< starts spares; it is there since the first request
};

}  // namespace paraph::media::process
