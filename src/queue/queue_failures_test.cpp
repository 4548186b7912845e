// Every failure: each scenario runs once per call to the store, and that call fails. Nothing is lost, and nothing is
// delivered twice to a server that took it.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "queue/testing.h"
#include "store/flaky.h"

namespace paraph::queue {
namespace {

using store::Flaky;

struct Shaky {
  Shaky() { world.make_accounts(); }
  store::memory::MemoryStore memory;
  Flaky flaky{memory};
  QueueWorld world{&flaky};
};

/// Runs the queue in a fresh world once for each of its calls to the store, which fails with `failure`; then, when the
/// store is well again, to the end.
template <class Check>
void for_every_failure(FakeRelay::Script script, Flaky::Failure failure, Flaky::Effect effect, Check&& check) {
  for (std::uint64_t n = 1;; ++n) {
    Shaky shaky;
    QueueWorld& world = shaky.world;
    world.relay.script = script;
    world.send({"carol@example.net", "dave@example.com"});
    shaky.flaky.fail_at(n, failure, effect);
    world.run_due();
    const bool over = shaky.flaky.calls() < n;
    shaky.flaky.fail_at(0);
    // What was taken and not tried comes back.
    world.pass(std::chrono::minutes(240), std::chrono::minutes(10));
    SCOPED_TRACE(fmt::format("call {} failed", n));
    EXPECT_THAT(world.findings(), testing::IsEmpty());
    check(world);
    if (over) break;
    ASSERT_LT(n, 500u);
  }
}

std::vector<std::string> hosts_of(const QueueWorld& world) {
  std::vector<std::string> hosts;
  for (const auto& call : world.relay.calls) hosts.push_back(call.host);
  return hosts;
}

const std::pair<Flaky::Failure, Flaky::Effect> kKinds[] = {{Code::Unavailable, Flaky::Effect::None},
                                                           {Code::NoSpace, Flaky::Effect::None},
                                                           {Code::Unavailable, Flaky::Effect::Applied}};

TEST(QueueFailures, EveryMessageIsDeliveredOnce) {
  for (const auto& [failure, effect] : kKinds) {
    for_every_failure(&FakeRelay::take, failure, effect, [](QueueWorld& world) {
      EXPECT_THAT(hosts_of(world), testing::UnorderedElementsAre("mx.example.net", "mx.example.com"));
      EXPECT_THAT(world.waiting(), testing::IsEmpty());
      EXPECT_THAT(world.inbox_of(world.alice), testing::IsEmpty());
    });
  }
}

TEST(QueueFailures, EveryRefusalIsReportedOnce) {
  for (const auto& [failure, effect] : kKinds) {
    for_every_failure(&FakeRelay::refuse, failure, effect, [](QueueWorld& world) {
      EXPECT_THAT(hosts_of(world), testing::UnorderedElementsAre("mx.example.net", "mx.example.com"));
      EXPECT_THAT(world.waiting(), testing::IsEmpty());
      EXPECT_THAT(world.inbox_of(world.alice), testing::SizeIs(2));
    });
  }
}

/// After an exception the process has to start again.
TEST(QueueFailures, NothingIsLostWhenTheDiskBreaks) {
  for (std::uint64_t n = 1;; ++n) {
    Shaky shaky;
    QueueWorld& world = shaky.world;
    world.send({"carol@example.net", "dave@example.com"});
    shaky.flaky.fail_at(n, Flaky::Throws{});
    try {
      world.run_due();
    } catch (const std::runtime_error&) {
    }
    const bool over = shaky.flaky.calls() < n;
    shaky.flaky.fail_at(0);
    world.restart();
    world.recover();
    world.run_due();
    SCOPED_TRACE(fmt::format("call {} failed", n));
    EXPECT_THAT(world.findings(), testing::IsEmpty());
    EXPECT_THAT(world.waiting(), testing::IsEmpty());
    EXPECT_GE(world.relay.calls.size(), 2u);
    EXPECT_LE(world.relay.calls.size(), 3u);
    if (over) break;
    ASSERT_LT(n, 500u);
  }
}

}  // namespace
}  // namespace paraph::queue
