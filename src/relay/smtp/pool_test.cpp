#include <gmock/gmock.h>

#include "relay/smtp/testing.h"

namespace paraph::relay::smtp {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::StartsWith;

constexpr net::Endpoint kMx{.octets = {192, 0, 2, 2}, .port = 25};
Host host() { return {.name = "mx.test", .addresses = {kMx}}; }

class RelayPoolTest : public ::testing::Test {
 protected:
  explicit RelayPoolTest(Options options = {.name = "me.test"}) : world_(std::move(options)) {}
  int send(const Host& to = host()) {
    Job job{.reverse_path = {"alice", "me.test"}, .content = content_, .has_8bit = false, .id = "1"};
    job.recipients.push_back({{"bob", "mx.test"}, {}, ""});
    return world_.send(to, job).value().answers.at(0).code;
  }

  FakeWorld world_;
  TextContent content_{"Subject: x\r\n\r\n"};
};

TEST_F(RelayPoolTest, AConnectionIsUsedAgain) {
  world_.expect({});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send(), 250);
  EXPECT_EQ(world_.connections(), 1u);
  EXPECT_EQ(world_.heard(0).delivered.size(), 3u);
}

TEST_F(RelayPoolTest, NotForOtherDemands) {
  auto login = host();
  login.tls = Tls::None;
  auto port = host();
  port.addresses[0].port = 26;
  auto name = host();
  name.name = "mx2.test";
  auto moved = host();
  moved.addresses[0].octets[3] = 9;
  for (const auto& to : {host(), login, port, name, moved}) {
    world_.expect({});
    EXPECT_EQ(send(to), 250);
  }
  EXPECT_EQ(world_.connections(), 5u);
}

TEST_F(RelayPoolTest, ForAnotherDomainOfTheSameHostToo) {
  world_.expect({});
  for (const char* domain : {"a.test", "b.test"}) {
    auto to = host();
    to.applied = std::make_shared<const AppliedPolicy>(AppliedPolicy{.domain = domain});
    EXPECT_EQ(send(to), 250);
  }
  EXPECT_EQ(world_.connections(), 1u);
  EXPECT_EQ(world_.tls_day().domains.size(), 1u) << "it counts for whom it was opened for";
}

TEST_F(RelayPoolTest, AfterARefusalItIsReset) {
  world_.expect({.instead = {{"RCPT", "550 5.1.1 nobody"}}});
  EXPECT_EQ(send(), 550);
  EXPECT_EQ(send(), 250);
  EXPECT_EQ(world_.connections(), 1u);
  EXPECT_THAT(world_.heard(0).lines, Contains("RSET"));
}

TEST_F(RelayPoolTest, IdleTooLongItGetsQuit) {
  world_.expect({});
  EXPECT_EQ(send(), 250);
  world_.settle();
  world_.client(0).pass(std::chrono::seconds(29));
  world_.settle();
  EXPECT_FALSE(world_.heard(0).ended);
  world_.client(0).pass(std::chrono::seconds(2));
  world_.settle_all();
  EXPECT_EQ(world_.heard(0).lines.back(), "QUIT");
}

TEST_F(RelayPoolTest, AtTheEndItGetsQuit) {
  world_.expect({});
  EXPECT_EQ(send(), 250);
  world_.settle();
  world_.client(0).poke();  // of no meaning yet
  world_.settle();
  EXPECT_FALSE(world_.heard(0).ended);
  world_.gate().stop();
  world_.client(0).poke();
  world_.settle_all();
  EXPECT_EQ(world_.heard(0).lines.back(), "QUIT");
}

TEST_F(RelayPoolTest, OneThatTheServerClosedIsNotUsed) {
  world_.expect({});
  EXPECT_EQ(send(), 250);
  world_.settle();
  world_.server(0).close();
  world_.expect({});
  EXPECT_EQ(send(), 250);
  EXPECT_EQ(world_.connections(), 2u);
}

TEST_F(RelayPoolTest, OneThatEndsAsItIsUsedIsReplacedWithoutAnAnswer) {
  for (const std::string said : {"", "421 4.4.2 idle too long"}) {
    for (const std::string extensions : {"PIPELINING", "X", "PIPELINING\nCHUNKING"}) {
      FakeWorld world;
      Behaviour first{.extensions = extensions};
      first.instead = {{"MAIL", "250 ok"}, {"MAIL", said}};
      world.expect(first);
      world.expect({});
      TextContent content("x\r\n");
      for (int i = 0; i < 2; ++i) {
        Job job{.reverse_path = {"alice", "me.test"}, .content = content, .has_8bit = false, .id = "1"};
        job.recipients.push_back({{"bob", "mx.test"}, {}, ""});
        EXPECT_EQ(world.send(host(), job).value().answers.at(0).code, 250) << said << extensions;
      }
      EXPECT_EQ(world.connections(), 2u);
    }
  }
}

TEST_F(RelayPoolTest, OneThatEndsLaterHasAnswered) {
  Behaviour first{.extensions = "X"};
  first.instead = {{"RCPT", "250 ok"}, {"RCPT", ""}};
  world_.expect(first);
  EXPECT_EQ(send(), 250);
  EXPECT_EQ(send(), 0);
  EXPECT_EQ(world_.connections(), 1u);
}

TEST_F(RelayPoolTest, MailMaxIsRespected) {
  world_.expect({.extensions = "PIPELINING\nLIMITS MAILMAX=2"});
  world_.expect({});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send(), 250);
  world_.settle();
  EXPECT_EQ(world_.connections(), 2u);
  EXPECT_EQ(world_.heard(0).delivered.size(), 2u);
  EXPECT_EQ(world_.heard(0).lines.back(), "QUIT");
}

class RelayBoundsTest : public RelayPoolTest {
 protected:
  RelayBoundsTest() : RelayPoolTest({.name = "me.test", .messages_max = 2, .idle_max = 1}) {}
};

TEST_F(RelayBoundsTest, SoManyMessagesOverOne) {
  for (int i = 0; i < 2; ++i) world_.expect({});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send(), 250);
  EXPECT_EQ(world_.connections(), 2u);
}

TEST_F(RelayBoundsTest, SoManyAreKept) {
  auto other = host();
  other.name = "mx2.test";
  for (int i = 0; i < 2; ++i) world_.expect({});
  EXPECT_EQ(send(), 250);
  EXPECT_EQ(send(other), 250);
  world_.settle();
  EXPECT_FALSE(world_.heard(0).ended);
  EXPECT_EQ(world_.heard(1).lines.back(), "QUIT");
}

}  // namespace
}  // namespace paraph::relay::smtp
