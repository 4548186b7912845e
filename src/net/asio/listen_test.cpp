#include "net/asio/listen.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"
#include "net/asio/connect.h"
#include "net/asio/system_address.h"
#include "net/testing.h"

namespace paraph::net::asio {
namespace {

constexpr std::chrono::seconds kPatience{20};
const Endpoint kAny{.octets = {127, 0, 0, 1}};

std::atomic<int> g_starved{0};

Task<void> greet(std::unique_ptr<Stream> stream, std::string greeting) {
  co_await stream->write(greeting);
  co_await stream->finish();
}

/// Greets, and stays until the gate stops.
Task<void> stay(std::unique_ptr<Stream> stream, Gate& gate) {
  co_await stream->write("hello");
  while (!gate.stopping()) {
    const Wake wake = co_await stream->wait();
    if (wake == Wake::Readable) break;
  }
  co_await stream->write("bye");
  stream->close();
}

class ListenTest : public ::testing::Test {
 protected:
  ListenTest() {
    client_loop_.get_executor();
    g_starved = 0;
    set_log_sink([](Level, std::string_view line) {
      if (line.find("cannot accept") != line.npos) ++g_starved;
    });
  }
  ~ListenTest() override {
    listeners_.clear();
    gate_.stop();
    loops_.close_all();
    EXPECT_TRUE(gate_.wait_until_empty(kPatience));
    loops_.stop();
    set_log_sink(nullptr);
  }
  Service greeter() {
    return {.name = "greeter",
            .serve = [](std::unique_ptr<Stream> stream) { return greet(std::move(stream), "hello"); },
            .refuse = [](std::unique_ptr<Stream> stream) { return greet(std::move(stream), "too many"); }};
  }
  Service stayer() {
    Service service = greeter();
    service.serve = [this](std::unique_ptr<Stream> stream) { return stay(std::move(stream), gate_); };
    return service;
  }
  Endpoint listen_everywhere(const Service& service, Admission& admission) {
    listeners_ = listen_on_all(loops_, kAny, service, gate_, admission).value();
    loops_.run();
    return listeners_.front()->endpoint();
  }
  static Task<std::unique_ptr<Stream>> open(Executor loop, Endpoint where) {
    auto opened = co_await connect(loop, where, kPatience);
    if (!opened) co_return nullptr;
    co_return std::move(*opened);
  }
  std::unique_ptr<Stream> client(const Endpoint& where) {
    return run_task(client_loop_, open(client_loop_.get_executor(), where));
  }
  std::string hear(Stream& stream, std::size_t octets) { return run_task(client_loop_, read_exactly(stream, octets)); }

  Gate gate_;
  Admission admission_{{}};
  Loops loops_{2};
  boost::asio::io_context client_loop_{1};
  std::vector<std::unique_ptr<Listener>> listeners_;
};

TEST_F(ListenTest, OnePortOnEveryLoop) {
  const Endpoint where = listen_everywhere(greeter(), admission_);
  EXPECT_NE(where.port, 0);
  ASSERT_EQ(listeners_.size(), 2u);
  EXPECT_EQ(listeners_[0]->endpoint(), listeners_[1]->endpoint());
  for (int i = 0; i < 50; ++i) {
    const auto stream = client(where);
    ASSERT_TRUE(stream);
    EXPECT_EQ(run_task(client_loop_, read_to_end(*stream)), "hello");
  }
}

TEST_F(ListenTest, V6) {
  auto listened = listen(loops_.at(0), Endpoint{.octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, .v6 = true},
                         greeter(), gate_, admission_);
  if (!listened) GTEST_SKIP() << "this machine has no ::1: " << listened.error().text;
  listeners_.push_back(std::move(*listened));
  loops_.run();
  const auto stream = client(listeners_[0]->endpoint());
  ASSERT_TRUE(stream);
  EXPECT_TRUE(stream->loopback());
  EXPECT_EQ(run_task(client_loop_, read_to_end(*stream)), "hello");
}

TEST_F(ListenTest, OverTheLimitIsToldSo) {
  Admission two({.connections_max = 2});
  const Endpoint where = listen_everywhere(stayer(), two);
  auto a = client(where);
  const auto b = client(where);
  EXPECT_EQ(hear(*a, 5), "hello");
  EXPECT_EQ(hear(*b, 5), "hello");
  auto refused = client(where);
  EXPECT_EQ(run_task(client_loop_, read_to_end(*refused)), "too many");
  refused->close();
  a->close();
  b->close();
  listeners_.clear();
  EXPECT_TRUE(gate_.wait_until_empty(kPatience));
  EXPECT_EQ(two.connections(), 0u);
}

TEST_F(ListenTest, WithoutARefusalItIsClosed) {
  Admission none({.connections_max = 0});
  Service service = greeter();
  service.refuse = {};
  const auto stream = client(listen_everywhere(service, none));
  ASSERT_TRUE(stream);
  EXPECT_EQ(run_task(client_loop_, read_to_end(*stream)), "");
}

TEST_F(ListenTest, ATakenPortIsSaid) {
  const Endpoint where = listen_everywhere(greeter(), admission_);
  const auto again = listen(loops_.at(0), where, greeter(), gate_, admission_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::Exists);
  EXPECT_EQ(again.error().text,
            "cannot listen on " + where.text() + ": another program listens there: stop it, or choose another port");
}

TEST_F(ListenTest, AForeignAddressIsSaid) {
  const auto listened = listen(loops_.at(0), Endpoint{.octets = {192, 0, 2, 1}}, greeter(), gate_, admission_);
  ASSERT_FALSE(listened);
  EXPECT_EQ(listened.error().code, Code::BadInput);
}

TEST_F(ListenTest, ClosedMeansRefused) {
  const Endpoint where = listen_everywhere(greeter(), admission_);
  for (const auto& listener : listeners_) {
    listener->close();
    listener->close();
  }
  ASSERT_TRUE(gate_.wait_until_empty(kPatience));
  EXPECT_EQ(client(where), nullptr);
}

TEST_F(ListenTest, ShutdownReachesIdleSessions) {
  const Endpoint where = listen_everywhere(stayer(), admission_);
  std::vector<std::unique_ptr<Stream>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(client(where));
    EXPECT_EQ(hear(*clients.back(), 5), "hello");
  }
  listeners_.clear();
  gate_.stop();
  loops_.poke_all();
  EXPECT_TRUE(gate_.wait_until_empty(kPatience));
  for (const auto& stream : clients) EXPECT_EQ(run_task(client_loop_, read_to_end(*stream)), "bye");
}

TEST_F(ListenTest, WhoDoesNotEndInTimeIsClosed) {
  const Endpoint where = listen_everywhere(stayer(), admission_);
  const auto stream = client(where);
  EXPECT_EQ(hear(*stream, 5), "hello");
  listeners_.clear();
  loops_.close_all();
  EXPECT_TRUE(gate_.wait_until_empty(kPatience));
}

TEST(Loops, DestroyedTheyDestroyWhatWaits) {
  Gate gate;
  Admission admission({});
  {
    Loops loops(1);
    Service service{.name = "stayer",
                    .serve = [&gate](std::unique_ptr<Stream> stream) { return stay(std::move(stream), gate); },
                    .refuse = {}};
    const auto listener = listen(loops.at(0), kAny, service, gate, admission).value();
    loops.run();
    boost::asio::io_context client_loop{1};
    auto opened = run_task(client_loop, connect(client_loop.get_executor(), listener->endpoint(), kPatience));
    ASSERT_TRUE(opened);
    EXPECT_EQ(run_task(client_loop, read_exactly(**opened, 5)), "hello");
    EXPECT_EQ(gate.running(), 2u);
    EXPECT_EQ(admission.connections(), 1u);
    loops.stop();
  }
  EXPECT_EQ(gate.running(), 0u);
  EXPECT_EQ(admission.connections(), 0u);
}

/// Leaves no descriptor to accept with, for as long as it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(0);
    ::close(next);
    rlimit none = before_;
    none.rlim_cur = static_cast<rlim_t>(next);
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(ListenTest, OutOfDescriptorsItWaitsAndGoesOn) {
  const Endpoint where = listen_everywhere(greeter(), admission_);
  const SystemAddress address(where);
  const int raw = ::socket(AF_INET, SOCK_STREAM, 0);
  char greeting[8] = {};
  {
    const NoDescriptors none;
    ASSERT_EQ(::connect(raw, address.data(), address.size()), 0);
    while (g_starved == 0) std::this_thread::yield();
  }
  EXPECT_EQ(::recv(raw, greeting, sizeof greeting, MSG_WAITALL), 5);
  ::close(raw);
  EXPECT_EQ(g_starved, 1) << "one line, however long it lasts";
}

TEST_F(ListenTest, LocalSocketsAreTheOwnersAndReplaceTheDead) {
  const std::string path = "paraph-listen-test." + std::to_string(::getpid());
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const SystemAddress address = SystemAddress::of_path(path).value();
  ASSERT_EQ(::bind(dead, address.data(), address.size()), 0);
  ::close(dead);

  listeners_.push_back(listen_local(loops_.at(0), path, greeter(), gate_, admission_).value());
  struct stat file{};
  ASSERT_EQ(::stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
  EXPECT_EQ(listen_local(loops_.at(0), path, greeter(), gate_, admission_).error().code, Code::Exists);
  listeners_.front()->close();
  EXPECT_NE(::stat(path.c_str(), &file), 0);
  listeners_.push_back(listen_local(loops_.at(0), path, greeter(), gate_, admission_, SocketFor::Group).value());
  ASSERT_EQ(::stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0660U);
  listeners_.back()->close();
  EXPECT_FALSE(listen_local(loops_.at(0), std::string(200, 'x'), greeter(), gate_, admission_));
  loops_.run();
}

}  // namespace
}  // namespace paraph::net::asio
