#include "process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "base/assert.h"

namespace paraph::source {
namespace {

/// `in` and `out` become its standard input and its standard error and output.
pid_t spawned(std::vector<std::string>& words, int in, int out) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  pid_t pid = -1;
  const int failed = ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed ? -1 : pid;
}

std::pair<int, int> make_pipe() {
  int ends[2];
  PARAPH_ASSERT(::pipe2(ends, O_CLOEXEC) == 0);
  return {ends[0], ends[1]};
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Reads on until `ready` is seen, or to the end.
bool read_until(int fd, std::string_view ready, std::string& text) {
  char piece[4096];
  for (ssize_t got = 0; (got = ::read(fd, piece, sizeof piece)) > 0;) {
    text.append(piece, static_cast<std::size_t>(got));
    if (!ready.empty() && text.find(ready) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)), log_(std::exchange(other.log_, -1)) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(log_, other.log_);
  return *this;
}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (log_ >= 0) ::close(log_);
}

std::optional<Process> Process::start(std::vector<std::string> words, std::string_view ready, std::string& log) {
  const auto [read_end, write_end] = make_pipe();
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  Process process;
  process.log_ = read_end;
  process.pid_ = spawned(words, nothing, write_end);
  ::close(write_end);
  ::close(nothing);
  log.clear();
  if (process.pid_ < 0 || !read_until(read_end, ready, log)) return std::nullopt;
  return process;
}

void run_program(std::vector<std::string> words, std::string_view input) {
  const auto [in_read, in_write] = make_pipe();
  const auto [out_read, out_write] = make_pipe();
  const pid_t pid = spawned(words, in_read, out_write);
  ::close(in_read);
  ::close(out_write);
  while (!input.empty()) {
    const ssize_t sent = ::write(in_write, input.data(), input.size());
    if (sent <= 0) break;
    input.remove_prefix(static_cast<std::size_t>(sent));
  }
  ::close(in_write);
  std::string said;
  read_until(out_read, "", said);
  ::close(out_read);
  int status = -1;
  if (pid > 0) ::waitpid(pid, &status, 0);
  if (status != 0) throw std::runtime_error(words[0] + " failed: " + said);
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  PARAPH_ASSERT(::bind(fd, plain, length) == 0 && ::getsockname(fd, plain, &length) == 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

bool wait_for_listener(std::uint16_t port) {
  const sockaddr_in address = loopback(port);
  for (int looks = 0; looks < 2000; ++looks) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool there = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    if (there) return true;
    ::poll(nullptr, 0, 5);  // nothing tells of a listener but asking
  }
  return false;
}

void make_certificate(const std::string& path, int days) {
  run_program({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
               path + ".key", "-out", path + ".crt", "-days", std::to_string(days), "-subj", "/CN=localhost", "-addext",
               "subjectAltName=DNS:localhost,IP:127.0.0.1"});
}

}  // namespace paraph::source
