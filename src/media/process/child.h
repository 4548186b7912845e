#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace paraph::media::process {

/// One started program, with nothing of this process: no environment, no descriptor but a socket, which is its standard
/// input and output. It serves one request. The destructor kills it, if it has not ended, and leaves no process. One
/// thread at a time.
class Child {
 public:
  /// Unavailable: it could not be started. Waits until the program is there, not until it is ready.
  static Result<Child> start(const std::filesystem::path& program);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  /// It runs, as far as one can see, and has said nothing yet.
  bool waits() const;
  pid_t pid() const { return pid_; }

  struct Answered {
    Result<std::string> answer;
    bool untouched = false;  ///< it ended badly before it had read all of the request: that is not the request's doing
  };
  /// Gives it `request` to its end, and answers what it wrote until it ended. Blocks. Once. Unavailable: it did not end
  /// well, wrote over `answer_bytes_max`, or did not end within `time`: it is killed then.
  Answered ask(std::string_view request, std::size_t answer_bytes_max, std::chrono::milliseconds time);

 private:
  Child(std::string name, int socket, pid_t pid) : name_(std::move(name)), socket_(socket), pid_(pid) {}
  int wait();

  std::string name_;
  int socket_;
  pid_t pid_;
};

/// Started and asked.
Result<std::string> run_child(const std::filesystem::path& program, std::string_view request,
                              std::size_t answer_bytes_max, std::chrono::milliseconds time);

}  // namespace paraph::media::process
