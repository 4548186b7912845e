#include <thread>

#include "dns/cares/cares_resolver.h"
#include "dns_contract.h"
#include "dns_server.h"

namespace paraph::dns {
namespace {

using namespace std::chrono_literals;
using cares::CaresResolver;
using testing::ElementsAre;

std::chrono::milliseconds time_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

TEST(Servers, ADeadOneIsUnavailableAtTheDeadline) {
  DeadServer dead;
  CaresResolver resolver({.servers = {dead.server()}});
  std::string got;
  const auto time = time_of([&] { got = outcome(run(resolver.txt("example.com", 200ms))); });
  EXPECT_EQ(got, "unavailable");
  EXPECT_GE(time, 199ms);
  EXPECT_LT(time, 5s);
  EXPECT_GT(dead.questions(), 1);  // it was asked again in that time
}

TEST(Servers, AClosedPortIsUnavailable) {
  const std::string server = DeadServer().server();
  CaresResolver resolver({.servers = {server}});
  EXPECT_EQ(outcome(run(resolver.addresses("example.com", Family::Both, 1s))), "unavailable");
}

TEST(Servers, TheNextOneIsAskedWhenTheFirstIsDead) {
  DeadServer dead;
  DnsServer good({"--txt-record=a.test,here"});
  CaresResolver resolver({.servers = {dead.server(), good.server()}});
  EXPECT_THAT(run(resolver.txt("a.test", 1s)).value(), ElementsAre("here"));
}

TEST(Servers, OneThatRefusesIsUnavailable) {
  DnsServer good({"--txt-record=a.test,here"});
  CaresResolver resolver({.servers = {good.server()}});
  EXPECT_EQ(outcome(run(resolver.txt("elsewhere.example", 2s))), "unavailable");
}

TEST(Servers, AnAnswerIsKeptAsLongAsItsServerSays) {
  auto server = std::make_unique<DnsServer>(std::vector<std::string>{"--txt-record=a.test,here", "--local-ttl=60"});
  auto passing = std::make_unique<DnsServer>(std::vector<std::string>{"--txt-record=a.test,here", "--local-ttl=0"});
  CaresResolver kept({.servers = {server->server()}});
  CaresResolver asked_anew({.servers = {passing->server()}});
  for (auto* resolver : {&kept, &asked_anew})
    EXPECT_THAT(run(resolver->txt("a.test", 1s)).value(), ElementsAre("here"));
  server.reset();
  passing.reset();
  EXPECT_THAT(run(kept.txt("A.test.", 1s)).value(), ElementsAre("here"));
  EXPECT_EQ(outcome(run(kept.addresses("a.test", Family::V4, 300ms))), "unavailable");
  EXPECT_EQ(outcome(run(asked_anew.txt("a.test", 300ms))), "unavailable");
}

TEST(Servers, AListThatIsNoneIsUnavailable) {
  CaresResolver resolver({.servers = {"no server"}});
  EXPECT_EQ(outcome(run(resolver.txt("example.com", 1s))), "unavailable");
}

Task<void> look(Resolver& resolver, std::string name, std::chrono::milliseconds within, std::vector<std::string>& got) {
  const auto texts = co_await resolver.txt(std::move(name), within);
  got.push_back(outcome(texts));
}

TEST(Servers, LookupsInLineHaveDeadlinesToo) {
  DeadServer dead;
  std::vector<std::string> got;
  boost::asio::io_context io(1);
  auto resolver =
      std::make_unique<CaresResolver>(cares::Options{.servers = {dead.server()}, .at_once = 1, .in_line_max = 1});
  const auto start = [&](std::chrono::milliseconds within) {
    boost::asio::co_spawn(io, look(*resolver, "example.com", within, got),
                          [](std::exception_ptr failed) { EXPECT_FALSE(failed); });
  };
  start(20s);
  start(100ms);
  start(20s);  // the line is full
  while (got.size() < 2) io.run_one();
  EXPECT_THAT(got, ElementsAre("unavailable", "unavailable"));
  resolver.reset();
  io.run();
  EXPECT_EQ(got.size(), 3u);
}

TEST(Servers, ADestroyedResolverLeavesNobodyWaiting) {
  DeadServer dead;
  auto resolver = std::make_unique<CaresResolver>(cares::Options{.servers = {dead.server()}, .at_once = 3});
  std::vector<std::string> got;
  boost::asio::io_context io(1);
  for (int i = 0; i < 10; ++i) {
    boost::asio::co_spawn(io, look(*resolver, "example.com", 30s, got),
                          [](std::exception_ptr failed) { EXPECT_FALSE(failed); });
  }
  io.poll();
  EXPECT_TRUE(got.empty());
  const auto time = time_of([&] { resolver.reset(); });
  io.run();
  EXPECT_LT(time, 10s);
  EXPECT_THAT(got, testing::AllOf(testing::SizeIs(10), testing::Each("unavailable")));
}

}  // namespace
}  // namespace paraph::dns
