#include "media/worker/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

namespace paraph::media::worker {
namespace {

/// How a process of its own ends that is shut in and then does `what`: waitpid's status.
int end_of(void (*what)(), Budget budget = {}) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!shut_in(budget)) _exit(99);
    what();
    _exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

bool is_killed(int status, int signal = SIGSYS) { return WIFSIGNALED(status) && WTERMSIG(status) == signal; }
bool ends_with(int status, int code) { return WIFEXITED(status) && WEXITSTATUS(status) == code; }

TEST(Sandbox, LetsAProcessWork) {
  EXPECT_TRUE(ends_with(end_of([] {
                          std::string memory(1 << 20, 'x');
                          if (::write(STDOUT_FILENO, memory.data(), 0) != 0) _exit(1);
                        }),
                        0));
}

TEST(Sandbox, KillsWhoeverOpensAFile) {
  EXPECT_TRUE(is_killed(end_of([] { (void)::open("/etc/passwd", O_RDONLY); })));
  EXPECT_TRUE(is_killed(end_of([] { (void)::creat("/tmp/paraph-sandbox", 0600); })));
  EXPECT_TRUE(is_killed(end_of([] { (void)::unlink("/tmp/paraph-sandbox"); })));
}

TEST(Sandbox, KillsWhoeverMakesASocket) {
  EXPECT_TRUE(is_killed(end_of([] { (void)::socket(AF_INET, SOCK_STREAM, 0); })));
  EXPECT_TRUE(is_killed(end_of([] { (void)::socket(AF_UNIX, SOCK_STREAM, 0); })));
}

TEST(Sandbox, KillsWhoeverStartsAProcess) {
  EXPECT_TRUE(is_killed(end_of([] { (void)::fork(); })));
  EXPECT_TRUE(is_killed(end_of([] { (void)::execl("/bin/true", "true", nullptr); })));
  EXPECT_TRUE(is_killed(end_of([] { ::kill(::getppid(), SIGTERM); })));
}

TEST(Sandbox, KillsWhoeverMakesMemoryExecutable) {
  EXPECT_TRUE(is_killed(end_of(
      [] { (void)::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); })));
}

TEST(Sandbox, EndsWhoeverTakesTooLong) {
  const int status = end_of(
      [] {
        for (volatile bool on = true; on;) {
        }
      },
      {.cpu_seconds = 1});
  EXPECT_TRUE(is_killed(status, SIGXCPU) || is_killed(status, SIGKILL));
}

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
TEST(Sandbox, GivesNoGigabyte) {
  EXPECT_TRUE(ends_with(end_of([] {
                          void* memory =
                              ::mmap(nullptr, 1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                          _exit(memory == MAP_FAILED ? 42 : 0);
                        }),
                        42));
  EXPECT_TRUE(ends_with(end_of([] { _exit(std::malloc(std::size_t{1} << 30) == nullptr ? 42 : 0); }), 42));
}

TEST(Sandbox, LetsAThreadRun) {
  EXPECT_TRUE(ends_with(end_of([] { std::jthread([] {}).join(); }), 0));
}
#endif

}  // namespace
}  // namespace paraph::media::worker
