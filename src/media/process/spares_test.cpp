// Programs in a worker's place that say which process they are, when they start and when they answer.
#include "media/process/spares.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "media/process/testing.h"

namespace paraph::media::process {
namespace {

using namespace std::chrono_literals;

/// A program, and the starts of it that were not yet looked at.
class Announced {
 public:
  /// `then`: what it does after it has said that it started.
  explicit Announced(const std::string& then) : script_("echo $$ >\"${0%/*}/starts\"\n" + then) {
    const auto path = program().parent_path() / "starts";
    ::mkfifo(path.c_str(), 0600);
    starts_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  }
  ~Announced() { ::close(starts_); }
  Announced(const Announced&) = delete;
  Announced& operator=(const Announced&) = delete;

  const std::filesystem::path& program() const& { return script_.path(); }
  /// Waits for the next start: which process it is.
  pid_t next_start() {
    std::string line;
    for (char c = 0; ::read(starts_, &c, 1) == 1 && c != '\n';) line += c;
    return std::stoi(line);
  }
  bool has_start() const {
    pollfd any{.fd = starts_, .events = POLLIN, .revents = 0};
    return ::poll(&any, 1, 0) == 1;
  }

 private:
  Script script_;
  int starts_;
};

struct SparesTest : testing::Test {
  pid_t run(std::string_view request = "x") {
    const auto answer = spares->run(echo.program(), request, 100, 20s);
    EXPECT_TRUE(answer) << answer.error().text;
    return answer ? std::stoi(*answer) : 0;
  }
  Announced echo{"read line; echo $$"};
  std::optional<Spares> spares{0ms};
};

/// Waits until it has ended; it is still to be waited for.
void await_end(pid_t pid) {
  siginfo_t info;
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
}

TEST_F(SparesTest, ARequestGoesToTheProcessThatWasStartedAhead) {
  EXPECT_FALSE(echo.has_start()) << "nothing was asked for yet";
  EXPECT_EQ(run(), echo.next_start());
  for (int i = 0; i < 3; ++i) {
    const pid_t spare = echo.next_start();
    EXPECT_EQ(run(), spare) << "each serves one request";
  }
}

TEST_F(SparesTest, ASpareThatDiedIsNoFailure) {
  run();
  echo.next_start();
  const pid_t spare = echo.next_start();
  ::kill(spare, SIGKILL);
  await_end(spare);
  const pid_t other = run();
  EXPECT_NE(other, spare);
  EXPECT_EQ(other, echo.next_start());
}

TEST_F(SparesTest, ASpareThatDiesBeforeItReadIsNoFailure) {
  run();
  echo.next_start();
  const pid_t spare = echo.next_start();
  ::kill(spare, SIGSTOP);  // it does not read, and is there
  std::jthread killer([&] { ::kill(spare, SIGKILL); });
  EXPECT_NE(run("x\n" + std::string(1 << 20, 'x')), spare);
}

TEST_F(SparesTest, OfManyAtOnceEachHasAProcessOfItsOwn) {
  std::mutex mutex;
  std::multiset<pid_t> served;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int round = 0; round < 10; ++round) {
          const pid_t one = run();
          const std::lock_guard lock(mutex);
          served.insert(one);
        }
      });
  }
  EXPECT_EQ(served.size(), 40u);
  for (const pid_t one : served) EXPECT_EQ(served.count(one), 1u);
}

TEST_F(SparesTest, NoSpareOutlivesItsOwner) {
  run();
  echo.next_start();
  const pid_t spare = echo.next_start();
  spares.reset();
  EXPECT_EQ(::kill(spare, 0), -1);
}

TEST(Spares, WaitForQuiet) {
  Announced slow("read line; echo $$");
  Spares spares(1h);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(spares.run(slow.program(), "x", 100, 20s));
    slow.next_start();
    EXPECT_FALSE(slow.has_start());
  }
}

TEST(Spares, AreTriedOnceForEachRequest) {
  Announced broken("exit 3");
  {
    Spares spares(0ms);
    for (int i = 0; i < 3; ++i) {
      const auto answer = spares.run(broken.program(), "x", 100, 20s);
      ASSERT_FALSE(answer);
      EXPECT_EQ(answer.error().text, "worker ended with exit status 3");
      broken.next_start();
      await_end(broken.next_start());
    }
    EXPECT_EQ(spares.run("/nonexistent/worker", "x", 100, 20s).error().code, Code::Unavailable);
  }
  EXPECT_FALSE(broken.has_start());
}

TEST(Spares, AreEndedByAClosedSocket) {
  const auto answer = run_child(std::filesystem::path(PARAPH_WORKERS) / "paraph-media", "", 100, 20s);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().text, "paraph-media ended with exit status 1");
}

}  // namespace
}  // namespace paraph::media::process
