#include "media/process/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace paraph::media::process {
namespace {

using SteadyClock = std::chrono::steady_clock;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(number_); }
  int get() const { return number_; }

 private:
  const int number_;
};

class SpawnActions {
 public:
  SpawnActions() { posix_spawn_file_actions_init(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// A process of `program` whose standard input and output are the socket: 0, or errno.
int spawn(const std::filesystem::path& program, int standard_io, pid_t& pid) {
  SpawnActions actions;
  posix_spawn_file_actions_adddup2(actions.get(), standard_io, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(actions.get(), standard_io, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(actions.get(), STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(actions.get(), STDERR_FILENO + 1);
  // The server's threads have signals blocked that must be able to end a worker.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::string path = program.string();
  std::array<char*, 2> arguments{path.data(), nullptr};
  std::array<char*, 1> environment{nullptr};
  const int error = posix_spawn(&pid, path.c_str(), actions.get(), &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  return error;
}

struct Conversation {
  std::string wrong;     ///< a sentence when something was wrong
  bool read_all = true;  ///< the other side took the whole request
};

/// Moves octets both ways until the other side has written all.
Conversation converse(int socket, std::string_view request, std::string& answer, std::size_t answer_bytes_max,
                      SteadyClock::time_point until) {
  std::array<char, 64 * 1024> buffer;
  bool writing = true;
  bool gone = false;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - SteadyClock::now());
    if (left.count() <= 0) return {"took too long and was stopped"};
    pollfd wanted{.fd = socket, .events = static_cast<short>(POLLIN | (writing ? POLLOUT : 0)), .revents = 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return {"cannot be spoken to"};
    if (ready <= 0) continue;
    if ((wanted.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
      // A socket that is closed with octets unread resets the connection.
      if (got < 0 && errno == ECONNRESET) return {"", false};
      if (got == 0) return {"", !writing && !gone};
      if (got > 0) answer.append(buffer.data(), static_cast<std::size_t>(got));
      if (answer.size() > answer_bytes_max) return {"answered too much"};
    }
    if (writing && (wanted.revents & POLLOUT) != 0) {
      const ssize_t sent = ::send(socket, request.data(), request.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0) request.remove_prefix(static_cast<std::size_t>(sent));
      // One that ends early may have said why.
      gone = sent < 0 && errno != EAGAIN && errno != EINTR;
      if (request.empty() || gone) {
        ::shutdown(socket, SHUT_WR);
        writing = false;
      }
    }
  }
}

std::string describe(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was killed by signal {}", WTERMSIG(status));
  return fmt::format("ended with exit status {}", WEXITSTATUS(status));
}

}  // namespace

Result<Child> Child::start(const std::filesystem::path& program) {
  std::array<int, 2> pair{-1, -1};
  std::string name = program.filename().string();
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
    return fail(Code::Unavailable, fmt::format("{} cannot be started: {}", name, std::strerror(errno)));
  const Descriptor theirs(pair[1]);
  pid_t pid = 0;
  if (const int error = spawn(program, theirs.get(), pid); error != 0) {
    ::close(pair[0]);
    return fail(Code::Unavailable, fmt::format("{} cannot be started: {}", program.string(), std::strerror(error)));
  }
  return Child(std::move(name), pair[0], pid);
}

Child::Child(Child&& other) noexcept
    : name_(std::move(other.name_)), socket_(std::exchange(other.socket_, -1)), pid_(std::exchange(other.pid_, 0)) {}

Child::~Child() {
  if (socket_ >= 0) ::close(socket_);
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  (void)wait();
}

bool Child::waits() const {
  pollfd any{.fd = socket_, .events = POLLIN, .revents = 0};
  return ::poll(&any, 1, 0) == 0;
}

/// How it ended, as waitpid says.
int Child::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return status;
}

Child::Answered Child::ask(std::string_view request, std::size_t answer_bytes_max, std::chrono::milliseconds time) {
  std::string answer;
  const auto spoken = converse(socket_, request, answer, answer_bytes_max, SteadyClock::now() + time);
  if (!spoken.wrong.empty()) return {fail(Code::Unavailable, fmt::format("{} {}", name_, spoken.wrong))};
  const int status = wait();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return {fail(Code::Unavailable, fmt::format("{} {}", name_, describe(status))), !spoken.read_all};
  return {std::move(answer)};
}

Result<std::string> run_child(const std::filesystem::path& program, std::string_view request,
                              std::size_t answer_bytes_max, std::chrono::milliseconds time) {
  PARAPH_TRY(auto child, Child::start(program));
  return child.ask(request, answer_bytes_max, time).answer;
}

}  // namespace paraph::media::process
