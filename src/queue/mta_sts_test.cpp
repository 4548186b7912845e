#include "queue/mta_sts.h"

#include <gmock/gmock.h>

#include <utility>

#include "dns/memory/memory_resolver.h"
#include "net/testing.h"
#include "record/keys.h"
#include "store/flaky.h"
#include "store/memory/memory_store.h"

namespace paraph::queue {
namespace {

using testing::ElementsAre;
using Mode = StsPolicy::Mode;

TEST(StsRecord, TheId) {
  struct Case {
    std::vector<std::string> texts;
    std::optional<std::string> id;
  };
  for (const auto& [texts, id] : std::vector<Case>{
           {{"v=STSv1; id=20160831085700Z;"}, "20160831085700Z"},
           {{"v=STSv1;id=1"}, "1"},
           {{"v = STSv1 ; x=y; id = 1 ;"}, "1"},
           {{"v=spf1 -all", "v=STSv1; id=1"}, "1"},
           {{"v=STSv1; id=1", "v=STSv1; id=2"}, std::nullopt},
           {{"v=STSv1"}, std::nullopt},
           {{"v=STSv1; id="}, std::nullopt},
           {{"v=STSv1; id=a-b"}, std::nullopt},
           {{"v=STSv1; id=" + std::string(33, '1')}, std::nullopt},
           {{"id=1; v=STSv1"}, std::nullopt},
           {{"v=STSv2; id=1"}, std::nullopt},
           {{}, std::nullopt},
       })
    EXPECT_EQ(parse_sts_record(texts), id);
}

TEST(StsPolicies, Good) {
  const auto policy = parse_sts_policy(
      "version: STSv1\r\nmode: enforce\r\nmx: MX1.Example.com.\nmx:*.example.net\r\nnew: thing\r\nmax_age: 604800\r\n");
  ASSERT_TRUE(policy) << policy.error().text;
  EXPECT_EQ(policy->mode, Mode::Enforce);
  EXPECT_THAT(policy->exchanges, ElementsAre("mx1.example.com", "*.example.net"));
  EXPECT_EQ(policy->max_age, std::chrono::seconds(604800));
  EXPECT_EQ(parse_sts_policy("version: STSv1\nmode: none\nmax_age: 9999999999").value().max_age,
            std::chrono::seconds(31557600));
}

TEST(StsPolicies, Bad) {
  for (const std::string text :
       {"", "version: STSv1\nmode: enforce\nmax_age: 1", "version: STSv2\nmode: none\nmax_age: 1",
        "mode: none\nmax_age: 1", "version: STSv1\nmax_age: 1", "version: STSv1\nmode: none",
        "version: STSv1\nmode: perhaps\nmax_age: 1", "version: STSv1\nmode: none\nmax_age: -1",
        "version: STSv1\nmode: none\nmax_age: 99999999999", "version: STSv1\nmode: testing\nmx: *\nmax_age: 1",
        "version: STSv1\nmode: testing\nmx: a.*.b\nmax_age: 1", "version: STSv1\nmode: testing\nmx: a b\nmax_age: 1",
        "<html>\n<body>"})
    EXPECT_FALSE(parse_sts_policy(text)) << text;
  std::string many = "version: STSv1\nmode: enforce\nmax_age: 1\n";
  for (int i = 0; i < 300; ++i) many += "mx: a.test\n";
  EXPECT_FALSE(parse_sts_policy(many));
  EXPECT_FALSE(parse_sts_policy(std::string(70'000, '\n')));
}

TEST(StsPolicies, WhichHostsTheyName) {
  const StsPolicy policy{.mode = Mode::Enforce, .exchanges = {"mx.example.com", "*.example.net"}};
  for (const char* host : {"mx.example.com", "a.example.net"}) EXPECT_TRUE(names_host(policy, host)) << host;
  for (const char* host : {"example.com", "x.mx.example.com", "example.net", "a.b.example.net", ".example.net", ""})
    EXPECT_FALSE(names_host(policy, host)) << host;
}

class MtaStsTest : public ::testing::Test {
 protected:
  MtaStsTest() {
    dns_.add_txt("_mta-sts.a.test", "v=STSv1; id=1");
    restart();
  }

  Task<Result<std::string>> fetch(std::string domain) {
    fetched_.push_back(domain);
    if (!std::exchange(another_meanwhile_, false)) co_return answer_;
    const auto found = co_await sts_->find(std::move(domain), std::chrono::seconds(5));
    EXPECT_TRUE(found);
    co_return fail(Code::Unavailable, "refused");
  }
  Task<Result<void>> maybe_fail(std::string, std::chrono::milliseconds) {
    if (dns_fails_) co_return fail(Code::Unavailable, "no DNS");
    co_return Result<void>();
  }
  Mode find(const std::string& domain = "a.test") {
    const auto found = net::run_task(loop_, sts_->find(domain, std::chrono::seconds(5)));
    EXPECT_TRUE(found) << found.error().text;
    return found ? found->mode : Mode::None;
  }
  /// A process begins: what the one before had in memory is gone.
  void restart() {
    sts_.emplace(
        dns_, [this](std::string domain) { return fetch(std::move(domain)); }, flaky_, clock_, metrics_,
        &tls_sessions_);
  }
  std::size_t rows() {
    return net::run_task(loop_, store_.scan(record::all_with(record::tls_policies_prefix())))->size();
  }

  static std::string policy(const std::string& mode) {
    return "version: STSv1\nmode: " + mode + "\nmx: mx.a.test\nmax_age: 1000\n";
  }

  boost::asio::io_context loop_{1};
  bool dns_fails_ = false;
  dns::memory::MemoryResolver dns_{[this](std::string question, std::chrono::milliseconds within) {
    return maybe_fail(std::move(question), within);
  }};
  FakeClock clock_{Time(std::chrono::seconds(1'000'000))};
  Metrics metrics_;
  Result<std::string> answer_ = policy("enforce");
  std::vector<std::string> fetched_;
  bool another_meanwhile_ = false;  ///< the next fetch fails, and not before another one was through
  relay::TlsSessions tls_sessions_{clock_};
  store::memory::MemoryStore store_;
  store::Flaky flaky_{store_};
  std::optional<MtaSts> sts_;
};

TEST_F(MtaStsTest, FetchedOnceForItsTime) {
  EXPECT_EQ(find(), Mode::Enforce);
  EXPECT_EQ(find(), Mode::Enforce);
  EXPECT_THAT(fetched_, ElementsAre("a.test"));
  clock_.advance(std::chrono::seconds(1001));
  EXPECT_EQ(find(), Mode::Enforce);
  EXPECT_EQ(fetched_.size(), 2u);
}

TEST_F(MtaStsTest, WithoutARecordThereIsNone) {
  EXPECT_EQ(find("b.test"), Mode::None);
  EXPECT_TRUE(fetched_.empty());
}

TEST_F(MtaStsTest, WhatIsKnownStaysWhileDnsFails) {
  EXPECT_EQ(find(), Mode::Enforce);
  dns_fails_ = true;
  EXPECT_EQ(find(), Mode::Enforce);
  clock_.advance(std::chrono::seconds(1001));
  EXPECT_EQ(find(), Mode::None);
}

TEST_F(MtaStsTest, ANewIdIsFetchedAndAFailureLeavesTheOld) {
  EXPECT_EQ(find(), Mode::Enforce);
  dns_.add_txt("_mta-sts.c.test", "v=STSv1; id=1");
  EXPECT_EQ(find("c.test"), Mode::Enforce);
  answer_ = fail(Code::Unavailable, "refused");
  clock_.advance(std::chrono::seconds(1001));
  EXPECT_EQ(find(), Mode::None) << "its time was over";
  const auto fetches = fetched_.size();
  EXPECT_EQ(find(), Mode::None);
  EXPECT_EQ(fetched_.size(), fetches) << "not at once again";
  clock_.advance(std::chrono::seconds(301));
  answer_ = policy("testing");
  EXPECT_EQ(find(), Mode::Testing);
}

TEST_F(MtaStsTest, ARestartForgetsNone) {
  EXPECT_EQ(find(), Mode::Enforce);
  restart();
  EXPECT_EQ(find(), Mode::Enforce);
  EXPECT_EQ(fetched_.size(), 1u);
  for (const bool without_dns : {false, true}) {  // as for whoever stands between
    dns_fails_ = without_dns;
    dns_.add_txt("_mta-sts.a.test", "v=STSv1; id=2");  // more than one is none
    answer_ = fail(Code::Unavailable, "refused");
    restart();
    EXPECT_EQ(find(), Mode::Enforce);
  }
  const auto policy = net::run_task(loop_, sts_->find("a.test", std::chrono::seconds(5)));
  EXPECT_THAT(policy->exchanges, ElementsAre("mx.a.test"));
  EXPECT_EQ(policy->max_age, std::chrono::seconds(1000));
  clock_.advance(std::chrono::seconds(1000));
  EXPECT_EQ(find(), Mode::None);
  restart();
  EXPECT_EQ(find(), Mode::None);
}

TEST_F(MtaStsTest, WhatIsInUseIsFetchedAgainInTime) {
  EXPECT_EQ(find(), Mode::Enforce);
  clock_.advance(std::chrono::seconds(499));
  restart();
  EXPECT_EQ(find(), Mode::Enforce);
  EXPECT_EQ(fetched_.size(), 1u);
  clock_.advance(std::chrono::seconds(1));
  answer_ = fail(Code::Unavailable, "refused");
  EXPECT_EQ(find(), Mode::Enforce) << "and the old one holds while it fails";
  EXPECT_EQ(find(), Mode::Enforce);
  EXPECT_EQ(fetched_.size(), 2u);
  clock_.advance(std::chrono::seconds(301));
  answer_ = policy("testing");
  EXPECT_EQ(find(), Mode::Testing);
  clock_.advance(std::chrono::seconds(300));
  restart();
  EXPECT_EQ(find(), Mode::Testing) << "its time began anew";
  EXPECT_EQ(fetched_.size(), 3u);
}

TEST_F(MtaStsTest, AClockThatWasAheadPutsNothingOff) {
  EXPECT_EQ(find(), Mode::Enforce);
  clock_.advance(std::chrono::hours(-24));
  answer_ = policy("testing");
  EXPECT_EQ(find(), Mode::Testing);
  EXPECT_EQ(find(), Mode::Testing);
  EXPECT_EQ(fetched_.size(), 2u);
  dns_.add_txt("_mta-sts.c.test", "v=STSv1; id=1");
  answer_ = fail(Code::Unavailable, "refused");
  EXPECT_EQ(find("c.test"), Mode::None);
  clock_.advance(std::chrono::hours(-24));
  answer_ = policy("enforce");
  EXPECT_EQ(find("c.test"), Mode::Enforce);
}

TEST_F(MtaStsTest, OfTwoFetchesTheOneThatFailsTakesNothingAway) {
  another_meanwhile_ = true;
  EXPECT_EQ(find(), Mode::Enforce);
  EXPECT_EQ(fetched_.size(), 2u);
  EXPECT_EQ(find(), Mode::Enforce);
}

TEST_F(MtaStsTest, WhatIsNotKnownIsNotTakenForNone) {
  EXPECT_EQ(find(), Mode::Enforce);
  restart();
  flaky_.fail_at(1, Code::Unavailable);
  const auto found = net::run_task(loop_, sts_->find("a.test", std::chrono::seconds(5)));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::Unavailable);
}

TEST_F(MtaStsTest, AStoreThatIsFullKeepsNoPolicyFromHolding) {
  flaky_.fail_at(3, Code::NoSpace);  // read, sweep, write
  EXPECT_EQ(find(), Mode::Enforce);
  EXPECT_EQ(find(), Mode::Enforce);
  EXPECT_EQ(fetched_.size(), 1u);
  EXPECT_EQ(rows(), 0u);
}

TEST_F(MtaStsTest, ADamagedRowIsFetchedAnew) {
  store::Batch batch;
  batch.writes.push_back({record::tls_policy_key("a.test"), "\xFF"});
  ASSERT_TRUE(net::run_task(loop_, store_.commit(std::move(batch))));
  EXPECT_EQ(find(), Mode::Enforce);
  EXPECT_EQ(fetched_.size(), 1u);
  EXPECT_EQ(rows(), 1u);
}

TEST_F(MtaStsTest, RowsGoWhenTheirTimeIsOverAndOneWithoutTimeIsNotKept) {
  for (int i = 0; i < 100; ++i) {
    const auto domain = "d" + std::to_string(i) + ".test";
    dns_.add_txt("_mta-sts." + domain, "v=STSv1; id=1");
    EXPECT_EQ(find(domain), Mode::Enforce);
  }
  EXPECT_EQ(rows(), 100u);
  clock_.advance(std::chrono::seconds(1001));
  answer_ = "version: STSv1\nmode: enforce\nmx: mx.a.test\nmax_age: 0\n";
  for (int i = 0; i < 10; ++i) find();
  EXPECT_EQ(rows(), 0u);
}

TEST_F(MtaStsTest, ABadPolicyIsNone) {
  answer_ = "<html>";
  EXPECT_EQ(find(), Mode::None);
  clock_.advance(std::chrono::seconds(301));
  answer_ = fail(Code::Unavailable, "refused");
  EXPECT_EQ(find(), Mode::None);
  const auto day = tls_sessions_.find(relay::TlsSessions::Which::Today, "a.test");
  ASSERT_EQ(day.domains.count("a.test"), 1u);
  const auto& failures = day.domains.at("a.test").at(0).failures;
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_EQ(failures[0].failure.result, "sts-policy-invalid");
  EXPECT_EQ(failures[1].failure.result, "sts-policy-fetch-error");
}

}  // namespace
}  // namespace paraph::queue
