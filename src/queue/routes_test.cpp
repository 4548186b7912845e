#include "queue/routes.h"

#include <gmock/gmock.h>

#include <set>

#include "dns/memory/memory_resolver.h"
#include "net/testing.h"
#include "store/memory/memory_store.h"

namespace paraph::queue {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

dns::Address v4(unsigned char last) { return {.octets = {192, 0, 2, last}}; }
dns::Address v6(unsigned char last) {
  return {.octets = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last}, .v6 = true};
}

class RoutesTest : public ::testing::Test {
 protected:
  RoutesTest() {
    options_.own_name = "me.test";
    for (unsigned char i = 1; i < 10; ++i) dns_.add_address("mx" + std::to_string(i) + ".a.test", v4(i));
  }
  Result<NextHop> find(const std::string& domain) {
    MtaSts sts(dns_, [this](std::string) { return policy(); }, store_, clock_, metrics_, &tls_sessions_);
    Routes routes(options_, dns_, random_, &sts, metrics_, &tls_sessions_);
    return net::run_task(loop_, routes.find(domain));
  }
  Task<Result<std::string>> policy() { co_return policy_; }
  /// "mx1.a.test 192.0.2.1:25 2001:..."; one a host.
  std::vector<std::string> hosts(const std::string& domain) {
    const auto found = find(domain);
    if (!found) return {code_of(found)};
    std::vector<std::string> all;
    for (const auto& host : found->hosts) {
      all.push_back(host.name);
      for (const auto& address : host.addresses) all.back() += " " + address.text();
    }
    return all;
  }
  static std::string code_of(const Result<NextHop>& found) {
    if (found) return "found";
    switch (found.error().code) {
      case Code::NotFound:
        return "not found";
      case Code::Denied:
        return "denied";
      case Code::Refused:
        return "refused";
      case Code::Unavailable:
        return "unavailable";
      case Code::Unauthenticated:
        return "unauthenticated";
      default:
        return "another code";
    }
  }
  Task<Result<void>> maybe_fail(std::string question, std::chrono::milliseconds) {
    if (failing_.contains(question)) co_return fail(Code::Unavailable, "no answer to " + question);
    co_return Result<void>();
  }

  boost::asio::io_context loop_{1};
  std::set<std::string> failing_;
  dns::memory::MemoryResolver dns_{[this](std::string question, std::chrono::milliseconds within) {
    return maybe_fail(std::move(question), within);
  }};
  crypto::SeededRandom random_{1};
  store::memory::MemoryStore store_;
  FakeClock clock_{Time(std::chrono::seconds(1'000'000))};
  relay::TlsSessions tls_sessions_{clock_};
  Metrics metrics_;
  RouteOptions options_;
  Result<std::string> policy_ = fail(Code::Unavailable, "none");
};

TEST_F(RoutesTest, ExchangesByPreference) {
  dns_.add_mx("a.test", {20, "mx2.a.test"});
  dns_.add_mx("a.test", {10, "mx1.a.test"});
  EXPECT_THAT(hosts("A.Test."), ElementsAre("mx1.a.test 192.0.2.1:25", "mx2.a.test 192.0.2.2:25"));
  const auto found = find("a.test");
  EXPECT_EQ(found->destination, "a.test");
  EXPECT_EQ(found->hosts[0].tls, relay::Tls::Opportunistic);
}

TEST_F(RoutesTest, ThoseOfOnePreferenceInAnyOrder) {
  for (int i = 1; i < 4; ++i) dns_.add_mx("a.test", {10, "mx" + std::to_string(i) + ".a.test"});
  dns_.add_mx("a.test", {20, "mx9.a.test"});
  std::set<std::string> first;
  for (int i = 0; i < 50; ++i) {
    const auto found = hosts("a.test");
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(found[3], "mx9.a.test 192.0.2.9:25");
    first.insert(found[0]);
  }
  EXPECT_EQ(first.size(), 3u);
}

TEST_F(RoutesTest, Ipv6First) {
  dns_.add_address("b.test", v4(20));
  dns_.add_address("b.test", v6(1));
  EXPECT_THAT(hosts("b.test"), ElementsAre("b.test [2001:db8::1]:25 192.0.2.20:25"));
}

TEST_F(RoutesTest, NoWay) {
  dns_.add_mx("null.test", {0, ""});
  dns_.add_txt("empty.test", "no address here");
  dns_.add_mx("gone.test", {10, "nobody.test"});
  dns_.add_mx("self.test", {10, "loop.test"});
  dns_.add_address("loop.test", {.octets = {127, 0, 0, 1}});
  dns_.add_mx("mine.test", {10, "me.test"});
  dns_.add_mx("mine.test", {20, "mx1.a.test"});
  failing_.insert("MX late.test");
  dns_.add_mx("later.test", {10, "mx1.a.test"});
  failing_.insert("A+AAAA mx1.a.test");
  EXPECT_THAT(hosts("nowhere.test"), ElementsAre("not found"));
  EXPECT_THAT(hosts("no name"), ElementsAre("not found"));
  EXPECT_THAT(hosts("null.test"), ElementsAre("denied"));
  EXPECT_THAT(hosts("empty.test"), ElementsAre("not found"));
  EXPECT_THAT(hosts("gone.test"), ElementsAre("not found"));
  EXPECT_THAT(hosts("self.test"), ElementsAre("not found"));
  EXPECT_THAT(hosts("mine.test"), ElementsAre("refused"));
  EXPECT_THAT(hosts("late.test"), ElementsAre("unavailable"));
  EXPECT_THAT(hosts("later.test"), ElementsAre("unavailable"));
}

TEST_F(RoutesTest, OurOwnNameEndsTheList) {
  dns_.add_mx("a.test", {10, "mx1.a.test"});
  dns_.add_mx("a.test", {20, "me.test"});
  dns_.add_mx("a.test", {30, "mx2.a.test"});
  EXPECT_THAT(hosts("a.test"), ElementsAre("mx1.a.test 192.0.2.1:25"));
}

TEST_F(RoutesTest, OurOwnNameEndsItsWholePreference) {
  for (int i = 1; i < 8; ++i) dns_.add_mx("a.test", {20, "mx" + std::to_string(i) + ".a.test"});
  dns_.add_mx("a.test", {20, "me.test"});
  EXPECT_THAT(hosts("a.test"), ElementsAre("refused"));
  dns_.add_mx("a.test", {10, "mx8.a.test"});
  EXPECT_THAT(hosts("a.test"), ElementsAre("mx8.a.test 192.0.2.8:25"));
}

TEST_F(RoutesTest, AnAddressInIpv6ClothesLeadsNowhereElse) {
  dns::Address mapped{.octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}, .v6 = true};
  dns_.add_address("self.test", mapped);
  EXPECT_THAT(hosts("self.test"), ElementsAre("not found"));
  mapped.octets[12] = 192;
  mapped.octets[14] = 2;
  dns_.add_address("v4.test", mapped);
  EXPECT_THAT(hosts("v4.test"), ElementsAre("v4.test 192.0.2.1:25"));
}

TEST_F(RoutesTest, AHostThatCannotBeHadIsPassedOver) {
  dns_.add_mx("a.test", {10, "nobody.test"});
  dns_.add_mx("a.test", {15, "mx3.a.test"});
  dns_.add_mx("a.test", {20, "mx1.a.test"});
  failing_.insert("A+AAAA mx3.a.test");
  EXPECT_THAT(hosts("a.test"), ElementsAre("mx1.a.test 192.0.2.1:25"));
}

TEST_F(RoutesTest, AddressLiterals) {
  EXPECT_THAT(hosts("[192.0.2.77]"), ElementsAre("[192.0.2.77] 192.0.2.77:25"));
  EXPECT_THAT(hosts("[IPv6:2001:db8::7]"), ElementsAre("[ipv6:2001:db8::7] [2001:db8::7]:25"));
  for (const char* bad :
       {"[127.0.0.1]", "[0.0.0.0]", "[224.0.0.1]", "[IPv6:::1]", "[IPv6:ff02::1]", "[x-tag:1]", "[]", "["})
    EXPECT_THAT(hosts(bad), ElementsAre("not found")) << bad;
}

TEST_F(RoutesTest, RoutesFirst) {
  dns_.add_address("smart.test", v4(50));
  options_.routes = {
      {.domain = "a.test", .host = "127.0.0.1", .port = 2525, .tls = relay::Tls::None},
      {.domain = ".b.test", .host = "::1", .port = 26},
      {.domain = "*", .host = "Smart.test", .port = 587, .tls = relay::Tls::Required, .login = relay::Login{"u", "p"}}};
  EXPECT_THAT(hosts("a.test"), ElementsAre("127.0.0.1 127.0.0.1:2525"));
  EXPECT_THAT(hosts("x.b.test"), ElementsAre("::1 [::1]:26"));
  EXPECT_THAT(hosts("b.test"), ElementsAre("smart.test 192.0.2.50:587"));
  const auto found = find("any.test");
  EXPECT_EQ(found->destination, "smart.test:587");
  EXPECT_EQ(found->hosts[0].tls, relay::Tls::Required);
  EXPECT_THAT(found->hosts[0].names, ElementsAre("smart.test"));
  EXPECT_EQ(found->hosts[0].login->user, "u");
  options_.routes[2].host = "gone.test";
  EXPECT_THAT(hosts("any.test"), ElementsAre("unavailable"));
}

TEST_F(RoutesTest, OtherScripts) {
  dns_.add_address("xn--bcher-kva.test", v4(5));
  EXPECT_THAT(hosts("B\xC3\xBC"
                    "cher.test"),
              ElementsAre("xn--bcher-kva.test 192.0.2.5:25"));
  EXPECT_THAT(hosts("\xC3"), ElementsAre("not found"));
}

class PolicyTest : public RoutesTest {
 protected:
  PolicyTest() {
    dns_.add_mx("a.test", {10, "mx1.a.test"});
    dns_.add_mx("a.test", {20, "mx2.a.test"});
  }
  void set_policy(const std::string& mode, const std::string& exchange) {
    dns_.add_txt("_mta-sts.a.test", "v=STSv1; id=1");
    policy_ = "version: STSv1\nmode: " + mode + "\nmx: " + exchange + "\nmax_age: 1000\n";
  }
  std::uint64_t counted(const std::string& result) {
    return metrics_
        .counter("paraph_tls_policy_total", "What was found out about the TLS policies of other domains (RFC 8460).",
                 {{"result", result}})
        .value();
  }
};

TEST_F(PolicyTest, Enforced) {
  set_policy("enforce", "mx2.a.test");
  const auto found = find("a.test");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->hosts.size(), 1u);
  EXPECT_EQ(found->hosts[0].name, "mx2.a.test");
  EXPECT_EQ(found->hosts[0].tls, relay::Tls::Required);
  EXPECT_THAT(found->hosts[0].names, ElementsAre("mx2.a.test"));
  EXPECT_EQ(counted("validation-failure"), 1u);
}

TEST_F(PolicyTest, IsTold) {  // RFC 8460 §4.4
  EXPECT_EQ(*find("a.test")->hosts[0].applied, relay::AppliedPolicy{.domain = "a.test"});
  EXPECT_TRUE(tls_sessions_.find(relay::TlsSessions::Which::Today).domains.empty()) << "nothing has failed yet";
  set_policy("enforce", "*.b.test\nmx: mx2.a.test");
  const auto found = find("a.test");
  const relay::AppliedPolicy sts{
      .domain = "a.test",
      .kind = relay::AppliedPolicy::Kind::Sts,
      .lines = {"version: STSv1", "mode: enforce", "mx: *.b.test", "mx: mx2.a.test", "max_age: 1000"},
      .hosts = {"*.b.test", "mx2.a.test"}};
  EXPECT_EQ(*found->hosts[0].applied, sts);
  const auto day = tls_sessions_.find(relay::TlsSessions::Which::Today, "a.test");
  ASSERT_EQ(day.domains.count("a.test"), 1u);
  const auto& sessions = day.domains.at("a.test").at(0);
  EXPECT_EQ(*sessions.policy, sts);
  ASSERT_EQ(sessions.failures.size(), 1u);
  EXPECT_EQ(sessions.failures[0].failure.result, "validation-failure");
  EXPECT_EQ(sessions.failures[0].failure.host, "mx1.a.test");
}

TEST_F(PolicyTest, DaneIsTold) {
  dns_.set_secure("a.test");
  for (const char* host : {"mx1.a.test", "mx2.a.test"}) dns_.set_secure(host);
  dns_.add_tlsa("mx1.a.test", 25, {3, 1, 1, "digest"});
  failing_.insert("TLSA _25._tcp.mx2.a.test");
  const relay::AppliedPolicy tlsa{
      .domain = "a.test", .kind = relay::AppliedPolicy::Kind::Tlsa, .lines = {"3 1 1 646967657374"}};
  EXPECT_EQ(*find("a.test")->hosts[0].applied, tlsa);
  const auto day = tls_sessions_.find(relay::TlsSessions::Which::Today, "a.test");
  ASSERT_EQ(day.domains.count("a.test"), 1u);
  EXPECT_EQ(day.domains.at("a.test")[0].failures.at(0).failure.result, "dnssec-invalid");
  EXPECT_EQ(day.domains.at("a.test")[0].failures.at(0).failure.host, "mx2.a.test");
}

TEST_F(PolicyTest, NoHostOfThePolicy) {
  set_policy("enforce", "*.other.test");
  EXPECT_THAT(hosts("a.test"), ElementsAre("unauthenticated"));
}

TEST_F(PolicyTest, Testing) {
  set_policy("testing", "mx2.a.test");
  const auto found = find("a.test");
  ASSERT_EQ(found->hosts.size(), 2u);
  EXPECT_EQ(found->hosts[1].tls, relay::Tls::Opportunistic);
  EXPECT_THAT(found->hosts[1].names, ElementsAre("mx2.a.test")) << "whether they are proved is told";
  EXPECT_TRUE(found->hosts[1].applied);
  EXPECT_FALSE(found->hosts[0].applied) << "its sessions are told of as failures already";
  EXPECT_EQ(counted("validation-failure"), 1u);
}

TEST_F(PolicyTest, Dane) {
  set_policy("enforce", "*.a.test");
  dns_.set_secure("a.test");
  dns_.set_secure("mx1.a.test");
  dns_.add_tlsa("mx1.a.test", 25, {3, 1, 1, "digest"});
  const auto found = find("a.test");
  ASSERT_EQ(found->hosts.size(), 2u);
  EXPECT_EQ(found->hosts[0].tls, relay::Tls::Dane);
  EXPECT_THAT(found->hosts[0].tlsa, ElementsAre(relay::Tlsa{3, 1, 1, "digest"}));
  EXPECT_THAT(found->hosts[0].names, ElementsAre("mx1.a.test", "a.test"));
  EXPECT_EQ(found->hosts[1].tls, relay::Tls::Required) << "no TLSA, so the policy holds";
}

TEST_F(PolicyTest, DaneWantsASecureMx) {
  dns_.set_secure("mx1.a.test");
  dns_.add_tlsa("mx1.a.test", 25, {3, 1, 1, "digest"});
  EXPECT_EQ(find("a.test")->hosts[0].tls, relay::Tls::Opportunistic);
}

TEST_F(PolicyTest, HiddenTlsaRecordsKeepTheHostAway) {
  dns_.set_secure("a.test");
  for (const char* host : {"mx1.a.test", "mx2.a.test"}) dns_.set_secure(host);
  failing_.insert("TLSA _25._tcp.mx1.a.test");
  EXPECT_THAT(hosts("a.test"), ElementsAre("mx2.a.test 192.0.2.2:25"));
  failing_.insert("TLSA _25._tcp.mx2.a.test");
  EXPECT_THAT(hosts("a.test"), ElementsAre("unauthenticated"));
  EXPECT_EQ(counted("dnssec-invalid"), 3u);
}

TEST_F(RoutesTest, WhatATryIsCountedAs) {
  options_.routes = {{.domain = "a.test", .host = "Smart.Test", .port = 587},
                     {.domain = ".b.test", .host = "smart.test", .port = 587},
                     {.domain = "xn--bcher-kva.test", .host = "192.0.2.7"}};
  const Routes routes(options_, dns_, random_, nullptr, metrics_);
  const std::pair<std::string, std::string> cases[] = {{"a.test", "smart.test:587"},
                                                       {"A.test.", "smart.test:587"},
                                                       {"x.b.test", "smart.test:587"},
                                                       {"b\xC3\xBC"
                                                        "cher.test",
                                                        "192.0.2.7:25"},
                                                       {"b.test", "b.test"},
                                                       {"Other.Test", "other.test"},
                                                       {"[192.0.2.1]", "[192.0.2.1]"},
                                                       {"\xFF.test", "\xFF.test"}};
  for (const auto& [domain, way] : cases) EXPECT_EQ(routes.way(domain), way);
  dns_.add_address("smart.test", v4(1));
  EXPECT_EQ(find("x.b.test")->destination, "smart.test:587") << "as it is gone";
}

}  // namespace
}  // namespace paraph::queue
