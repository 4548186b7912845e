#include <gmock/gmock.h>

#include "relay/smtp/testing.h"

namespace paraph::relay::smtp {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

constexpr net::Endpoint kMx{.octets = {192, 0, 2, 2}, .port = 25};
Host host(Tls tls = Tls::Opportunistic) { return {.name = "mx.test", .addresses = {kMx}, .tls = tls}; }

/// One message to a server that behaves so, and, when the first connection fails, so again in clear.
class RelayTlsTest : public ::testing::Test {
 protected:
  std::string send(const Host& to, bool require_tls = false, mail::Address reverse_path = {"alice", "me.test"}) {
    Job job{.reverse_path = std::move(reverse_path), .content = content_, .has_8bit = false, .id = "1"};
    job.options.require_tls = require_tls;
    job.recipients.push_back({{"bob", "mx.test"}, {}, ""});
    outcome_ = world_.send(to, job).value();
    const auto& answer = outcome_.answers.at(0);
    return std::to_string(answer.code) + " " + (answer.code == 0 ? answer.enhanced + " " : "") + answer.text;
  }
  std::uint64_t counted(std::string tls, std::string result) {
    return world_.metrics()
        .counter("paraph_tls_outbound_sessions_total",
                 "Sessions with other servers, by what was demanded and how TLS came out.",
                 {{"tls", std::move(tls)}, {"result", std::move(result)}})
        .value();
  }

  FakeWorld world_;
  TextContent content_{"Subject: x\r\n\r\n"};
  Outcome outcome_;
};

TEST_F(RelayTlsTest, StartTls) {
  world_.expect({.extensions = "STARTTLS\nPIPELINING"});
  EXPECT_EQ(send(host()), "250 taken");
  EXPECT_EQ(outcome_.tls, "TLSv1.3 MEMORY");
  EXPECT_THAT(world_.heard(0).lines, ElementsAre("EHLO me.test", "STARTTLS", "EHLO me.test", StartsWith("MAIL"),
                                                 StartsWith("RCPT"), "DATA", StartsWith("[")));
  EXPECT_EQ(counted("opportunistic", "success"), 1u);
}

TEST_F(RelayTlsTest, IsCountedForTheDomainAndItsPolicy) {
  auto to = host(Tls::Required);
  to.applied = std::make_shared<const AppliedPolicy>(
      AppliedPolicy{.domain = "a.test", .kind = AppliedPolicy::Kind::Sts, .lines = {"mode: enforce"}});
  world_.expect({.extensions = "STARTTLS", .breaks_handshake = true});
  send(to);
  for (int i = 0; i < 2; ++i) {
    world_.expect({.extensions = "PIPELINING"});
    send(to);
  }
  world_.expect({.extensions = "STARTTLS\nPIPELINING"});
  EXPECT_EQ(send(to), "250 taken");
  EXPECT_EQ(send(to), "250 taken");
  EXPECT_EQ(world_.connections(), 4u);
  const auto day = world_.tls_day();
  ASSERT_EQ(day.domains.count("a.test"), 1u);
  ASSERT_EQ(day.domains.at("a.test").size(), 1u);
  const auto& sessions = day.domains.at("a.test")[0];
  EXPECT_EQ(*sessions.policy, *to.applied);
  EXPECT_EQ(sessions.succeeded, 1u) << "one connection is one session";
  EXPECT_EQ(sessions.failed, 3u);
  ASSERT_EQ(sessions.failures.size(), 2u);
  EXPECT_EQ(sessions.failures[0].failure.result, "validation-failure");
  EXPECT_THAT(sessions.failures[0].failure.reason, StartsWith("the TLS handshake failed"));
  EXPECT_EQ(sessions.failures[1].failure.result, "starttls-not-supported");
  EXPECT_EQ(sessions.failures[1].failure.host, "mx.test");
  EXPECT_NE(sessions.failures[1].failure.receiving_ip, "");
  EXPECT_NE(sessions.failures[1].failure.sending_ip, "");
  EXPECT_EQ(sessions.failures[1].sessions, 2u);
}

TEST_F(RelayTlsTest, OurOwnTroubleKeepsNothingUnderAPolicyInTestingMode) {
  auto to = host();
  to.names = {"mx.test"};
  world_.make_impossible(Tls::Required);
  for (int i = 0; i < 2; ++i) world_.expect({.extensions = "STARTTLS"});
  EXPECT_EQ(send(to), "250 taken");
  EXPECT_THAT(world_.demanded(), ElementsAre(Tls::Required, Tls::Opportunistic));
}

/// RFC 8461 §5: a policy in testing mode keeps nothing from going, and what it would have kept is told.
TEST_F(RelayTlsTest, APolicyInTestingModeIsLookedAt) {
  auto to = host();
  to.names = {"mx.test"};
  to.applied = std::make_shared<const AppliedPolicy>(
      AppliedPolicy{.domain = "a.test", .kind = AppliedPolicy::Kind::Sts, .lines = {"mode: testing"}});
  const Behaviour good{.extensions = "STARTTLS", .instead = {{"RCPT", ""}}};  // it ends, so nothing is kept
  const Behaviour bad{.extensions = "STARTTLS", .breaks_handshake = true};
  struct Case {
    std::vector<Behaviour> servers;
    std::vector<Tls> demanded;
    std::uint64_t succeeded, failed;
  };
  std::vector<Tls> demanded;
  std::uint64_t succeeded = 0, failed = 0;
  for (const auto& one : std::vector<Case>{
           {{good}, {Tls::Required}, 1, 0},
           {{bad, good}, {Tls::Required, Tls::Opportunistic}, 0, 1},
           {{bad, bad, {.instead = {{"RCPT", ""}}}}, {Tls::Required, Tls::Opportunistic}, 0, 1},
           {{{.instead = {{"RCPT", ""}}}}, {}, 0, 1},
       }) {
    for (const auto& server : one.servers) world_.expect(server);
    send(to);
    EXPECT_TRUE(outcome_.reached);
    demanded.insert(demanded.end(), one.demanded.begin(), one.demanded.end());
    EXPECT_EQ(world_.demanded(), demanded);
    succeeded += one.succeeded;
    failed += one.failed;
    const auto sessions = world_.tls_day().domains.at("a.test").at(0);
    EXPECT_EQ(sessions.succeeded, succeeded);
    EXPECT_EQ(sessions.failed, failed);
  }
  EXPECT_EQ(world_.connections(), 7u);
}

TEST_F(RelayTlsTest, NoneMeansNone) {
  world_.expect({.extensions = "STARTTLS\nPIPELINING"});
  EXPECT_EQ(send(host(Tls::None)), "250 taken");
  EXPECT_THAT(world_.heard(0).lines, Not(Contains("STARTTLS")));
}

TEST_F(RelayTlsTest, AFailedHandshakeIsTriedInClearWhereThatIsAllowed) {
  world_.expect({.extensions = "STARTTLS", .breaks_handshake = true});
  world_.expect({.extensions = "STARTTLS"});
  EXPECT_EQ(send(host()), "250 taken");
  EXPECT_EQ(outcome_.tls, "");
  EXPECT_EQ(world_.connections(), 2u);
  EXPECT_THAT(world_.heard(1).lines, Not(Contains("STARTTLS")));
  EXPECT_EQ(counted("opportunistic", "validation-failure"), 1u);
}

TEST_F(RelayTlsTest, AndNotWhereItIsNot) {
  for (const auto tls : {Tls::Required, Tls::Dane}) {
    world_.expect({.extensions = "STARTTLS", .breaks_handshake = true});
    EXPECT_THAT(send(host(tls)), StartsWith("0 4.7.5 the TLS handshake failed"));
    world_.expect({.extensions = "PIPELINING"});
    EXPECT_EQ(send(host(tls)), "0 4.7.4 the server offers no STARTTLS");
    world_.expect({.extensions = "STARTTLS", .instead = {{"STARTTLS", "454 4.7.0 no TLS now"}}});
    EXPECT_EQ(send(host(tls)), "0 4.7.4 the server refuses STARTTLS: 454 no TLS now");
    EXPECT_FALSE(outcome_.reached);
  }
  EXPECT_EQ(world_.delivered(), 0u);
  EXPECT_EQ(counted("required", "starttls-not-supported"), 2u);
}

TEST_F(RelayTlsTest, ARefusedStartTlsGoesOnInClear) {
  world_.expect({.extensions = "STARTTLS", .instead = {{"STARTTLS", "454 4.7.0 no TLS now"}}});
  EXPECT_EQ(send(host()), "250 taken");
  EXPECT_EQ(world_.connections(), 1u);
}

TEST_F(RelayTlsTest, OctetsInClearBeforeTheHandshakeAreAnAttack) {
  world_.expect({.extensions = "STARTTLS", .instead = {{"STARTTLS", "220 go\n250 injected"}}});
  EXPECT_THAT(send(host(Tls::Required)), StartsWith("0 4.7.5 the TLS handshake failed: octets in clear"));
}

TEST_F(RelayTlsTest, RequireTls) {
  struct Case {
    Tls tls;
    std::string extensions_tls;
    Misfit misfit;
  };
  for (const auto& [tls, extensions, misfit] : std::vector<Case>{{Tls::Required, "REQUIRETLS", Misfit::None},
                                                                 {Tls::Dane, "REQUIRETLS", Misfit::None},
                                                                 {Tls::Required, "X", Misfit::Tls},
                                                                 {Tls::Opportunistic, "REQUIRETLS", Misfit::Tls}}) {
    world_.expect({.extensions = "STARTTLS", .extensions_tls = extensions});
    auto to = host(tls);
    to.name = "mx" + std::to_string(world_.connections()) + ".test";
    EXPECT_EQ(send(to, true), misfit == Misfit::None ? "250 taken" : "550 the server does not promise REQUIRETLS");
    EXPECT_EQ(outcome_.misfit, misfit);
  }
  EXPECT_THAT(world_.heard(0).lines, Contains("MAIL FROM:<alice@me.test> REQUIRETLS"));
}

TEST_F(RelayTlsTest, AReportGoesWithoutThePromise) {
  for (const std::string extensions : {"X", "REQUIRETLS"}) {
    world_.expect({.extensions = "STARTTLS", .extensions_tls = extensions});
    auto to = host();
    to.name = extensions + ".test";
    EXPECT_EQ(send(to, true, {}), "250 taken");
  }
  EXPECT_THAT(world_.heard(0).lines, Contains("MAIL FROM:<>"));
  EXPECT_THAT(world_.heard(1).lines, Contains("MAIL FROM:<> REQUIRETLS"));
}

TEST_F(RelayTlsTest, LogIn) {
  auto to = host(Tls::Required);
  to.login = {.user = "paraph", .password = "secret"};
  world_.expect({.extensions = "STARTTLS", .extensions_tls = "AUTH LOGIN PLAIN"});
  EXPECT_EQ(send(to), "250 taken");
  EXPECT_THAT(world_.heard(0).lines, Contains("AUTH PLAIN AHBhcmFwaABzZWNyZXQ="));
}

TEST_F(RelayTlsTest, LogInWhereOnlyLoginIsKnown) {
  auto to = host(Tls::Required);
  to.login = {.user = "paraph", .password = "secret"};
  world_.expect(
      {.extensions = "STARTTLS",
       .extensions_tls = "AUTH LOGIN XOAUTH2",
       .instead = {{"AUTH LOGIN", "334 VXNlcm5hbWU6"}, {"cGFyYXBo", "334 UGFzc3dvcmQ6"}, {"c2VjcmV0", "235 hello"}}});
  EXPECT_EQ(send(to), "250 taken");
  EXPECT_THAT(world_.heard(0).lines, IsSupersetOf({"AUTH LOGIN", "cGFyYXBo", "c2VjcmV0"}));
}

TEST_F(RelayTlsTest, APasswordIsForWhoeverAsksForIt) {
  auto to = host(Tls::Required);
  to.login = {.user = "paraph", .password = "secret"};
  world_.expect({.extensions = "STARTTLS",
                 .extensions_tls = "AUTH LOGIN",
                 .instead = {{"AUTH LOGIN", "334 VXNlcm5hbWU6"}, {"cGFyYXBo", "535 5.7.8 nobody"}}});
  EXPECT_EQ(send(to), "0  the server refuses the log-in: 535 nobody");
  EXPECT_THAT(world_.heard(0).lines, Not(Contains("c2VjcmV0")));
}

TEST_F(RelayTlsTest, ARefusedLogInRefusesNoMessage) {
  auto to = host(Tls::Required);
  to.login = {.user = "paraph", .password = "wrong"};
  world_.expect({.extensions = "STARTTLS", .extensions_tls = "AUTH PLAIN", .instead = {{"AUTH", "535 5.7.8 no"}}});
  EXPECT_EQ(send(to), "0  the server refuses the log-in: 535 no");
  world_.expect({.extensions = "STARTTLS", .extensions_tls = "AUTH XOAUTH2"});
  EXPECT_EQ(send(to), "0  the server offers neither AUTH PLAIN nor AUTH LOGIN");
}

TEST_F(RelayTlsTest, NoPasswordInClear) {
  auto to = host();
  to.login = {.user = "paraph", .password = "secret"};
  world_.expect({.extensions = "AUTH PLAIN"});
  EXPECT_EQ(send(to), "0 4.7.4 there is no TLS, and a password does not go in clear");
  for (const auto& line : world_.heard(0).lines) EXPECT_THAT(line, Not(HasSubstr("AUTH")));
}

TEST(TlsResults, OpenSslsWords) {
  EXPECT_EQ(tls_result("the TLS handshake failed: hostname mismatch"), TlsResult::HostMismatch);
  EXPECT_EQ(tls_result("the TLS handshake failed: certificate has expired"), TlsResult::Expired);
  EXPECT_EQ(tls_result("the TLS handshake failed: self-signed certificate"), TlsResult::NotTrusted);
  EXPECT_EQ(tls_result("the TLS handshake failed: unable to get local issuer certificate"), TlsResult::NotTrusted);
  EXPECT_EQ(tls_result("the TLS handshake failed: it took too long"), TlsResult::Invalid);
}

}  // namespace
}  // namespace paraph::relay::smtp
