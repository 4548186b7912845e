#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Other people's programs, started and ended by a test.
namespace paraph::source {

/// A program in the foreground, killed at the end of this object. Its standard error is read until `ready` is in it.
class Process {
 public:
  Process() = default;
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  /// nullopt when it ends before it is ready; `log` gets what it said.
  static std::optional<Process> start(std::vector<std::string> words, std::string_view ready, std::string& log);

 private:
  pid_t pid_ = -1;
  int log_ = -1;
};

/// Runs a program to its end, with `input` as its standard input. Throws unless it ends with 0.
void run_program(std::vector<std::string> words, std::string_view input = "");

/// A port of 127.0.0.1 that was free a moment ago.
std::uint16_t free_port();

/// Waits until somebody listens on that port of 127.0.0.1; false after some seconds.
bool wait_for_listener(std::uint16_t port);

/// A self-signed certificate for localhost and 127.0.0.1: PATH.crt and PATH.key. `days` may be negative: expired.
void make_certificate(const std::string& path, int days = 2);

}  // namespace paraph::source
