#include "spf/spf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>

#include "dns/memory/memory_resolver.h"
#include "spf/network.h"

namespace paraph::spf {
namespace {

using dns::memory::MemoryResolver;

Answer ask(dns::Resolver& dns, Question question, std::chrono::milliseconds within = std::chrono::seconds(60)) {
  boost::asio::io_context loop{1};
  std::optional<Answer> answer;
  boost::asio::co_spawn(loop, check_host(dns, std::move(question), within), [&](std::exception_ptr failed, Answer got) {
    if (failed) std::rethrow_exception(failed);
    answer = std::move(got);
  });
  loop.run();
  return *answer;
}

Question from(std::string_view client, std::string domain = "example.com") {
  return {.client = *parse_ip(client),
          .sender = {"alice", std::move(domain)},
          .helo = "helo.example.org",
          .receiver = "mx.example.net",
          .now = Time(std::chrono::seconds(1795392000))};
}

/// A zone around the one record that a test is about.
struct Zone {
  explicit Zone(std::string record, MemoryResolver::Hook hook = nullptr) : dns(std::move(hook)) {
    dns.add_txt("example.com", "some other text");
    dns.add_txt("example.com", std::move(record));
    dns.add_address("example.com", *parse_ip("192.0.2.10"));
    dns.add_address("example.com", *parse_ip("2001:db8::10"));
    dns.add_mx("example.com", {10, "mx1.example.com"});
    dns.add_mx("example.com", {20, "mx2.example.com"});
    dns.add_address("mx1.example.com", *parse_ip("192.0.2.20"));
    dns.add_address("mx2.example.com", *parse_ip("192.0.2.21"));
    dns.add_address("mx2.example.com", *parse_ip("2001:db8::21"));
    dns.add_ptr(*parse_ip("192.0.2.30"), "host.example.com");
    dns.add_address("host.example.com", *parse_ip("192.0.2.30"));
    dns.add_ptr(*parse_ip("192.0.2.31"), "liar.example.com");
    dns.add_address("liar.example.com", *parse_ip("192.0.2.99"));
    dns.add_address("10.2.0.192.list.example.com", *parse_ip("127.0.0.2"));
    dns.add_txt("pass.example.org", "v=spf1 ip4:192.0.2.40 ~all");
    dns.add_txt("broken.example.org", "v=spf1 nothing");
    dns.add_txt("why.example.com", "%{i} may not send for %{d}");
  }

  MemoryResolver dns;
};

struct Row {
  std::string record, client, verdict;
};

TEST(Spf, Mechanisms) {
  const Row table[] = {
      {"v=spf1", "192.0.2.1", "neutral"},
      {"v=spf1 +all", "192.0.2.1", "pass"},
      {"v=spf1 ?all", "192.0.2.1", "neutral"},
      {"v=spf1 a -all", "192.0.2.10", "pass"},
      {"v=spf1 a -all", "192.0.2.11", "fail"},
      {"v=spf1 a/24 -all", "192.0.2.11", "pass"},
      {"v=spf1 a//64 -all", "192.0.2.11", "fail"},
      {"v=spf1 a -all", "2001:db8::10", "pass"},
      {"v=spf1 a//64 -all", "2001:db8::11", "pass"},
      {"v=spf1 a/8 -all", "2001:db8::11", "fail"},
      {"v=spf1 mx ~all", "192.0.2.21", "pass"},
      {"v=spf1 mx ~all", "2001:db8::21", "pass"},
      {"v=spf1 mx ~all", "192.0.2.22", "softfail"},
      {"v=spf1 mx:mx1.example.com -all", "192.0.2.20", "fail"},
      {"v=spf1 ip4:192.0.2.0/28 -all", "192.0.2.15", "pass"},
      {"v=spf1 ip4:192.0.2.0/28 -all", "192.0.2.16", "fail"},
      {"v=spf1 ip4:0.0.0.0/0 -all", "2001:db8::1", "fail"},
      {"v=spf1 ip6:2001:db8::/64 -all", "2001:db8::1", "pass"},
      {"v=spf1 ip6:::/0 -all", "192.0.2.1", "fail"},
      {"v=spf1 ptr -all", "192.0.2.30", "pass"},
      {"v=spf1 ptr -all", "192.0.2.31", "fail"},
      {"v=spf1 ptr:example.org -all", "192.0.2.30", "fail"},
      {"v=spf1 ptr -all", "2001:db8::30", "fail"},
      {"v=spf1 exists:%{ir}.list.%{d} -all", "192.0.2.10", "pass"},
      {"v=spf1 exists:%{ir}.list.%{d} -all", "192.0.2.11", "fail"},
      {"v=spf1 include:pass.example.org -all", "192.0.2.40", "pass"},
      {"v=spf1 include:pass.example.org -all", "192.0.2.41", "fail"},
      {"v=spf1 ?include:pass.example.org -all", "192.0.2.40", "neutral"},
      {"v=spf1 include:broken.example.org +all", "192.0.2.40", "permerror"},
      {"v=spf1 include:nothing.example.org +all", "192.0.2.40", "permerror"},
      {"v=spf1 redirect=pass.example.org", "192.0.2.40", "pass"},
      {"v=spf1 redirect=pass.example.org", "192.0.2.41", "softfail"},
      {"v=spf1 redirect=nothing.example.org", "192.0.2.41", "permerror"},
      {"v=spf1 redirect=nothing.example.org -all", "192.0.2.41", "fail"},
      {"v=spf1 a:nothing..example.org a:%{l}@ -all", "192.0.2.41", "permerror"},
      {"v=spf1 a:nothing..example.org -all", "192.0.2.41", "fail"},
      {"v=spf1 exists:%{p}.none.example.com -all", "192.0.2.99", "fail"},
      {"v=spf1 a:%{p} -all", "192.0.2.30", "pass"},
  };
  for (const auto& row : table) {
    Zone zone(row.record);
    EXPECT_EQ(name_of(ask(zone.dns, from(row.client)).verdict), row.verdict) << row.record << " " << row.client;
  }
}

TEST(Spf, WhoIsAsked) {
  Zone zone("v=spf1 exists:%{l}.%{o}.%{h}.who.example.com -all");
  zone.dns.add_txt("helo.example.org", "v=spf1 exists:%{l}.%{o}.who.example.com -all");
  zone.dns.add_address("alice.example.com.helo.example.org.who.example.com", *parse_ip("127.0.0.2"));
  zone.dns.add_address("postmaster.example.com.helo.example.org.who.example.com", *parse_ip("127.0.0.2"));
  zone.dns.add_address("postmaster.helo.example.org.who.example.com", *parse_ip("127.0.0.2"));
  auto question = from("192.0.2.1");
  EXPECT_EQ(ask(zone.dns, question).verdict, Verdict::Pass);
  question.sender = {};
  const auto helo = ask(zone.dns, question);
  EXPECT_EQ(helo.verdict, Verdict::Pass);
  EXPECT_EQ(helo.identity, Identity::Helo);
  EXPECT_EQ(helo.domain, "helo.example.org");
  question.sender = {"", "example.com"};
  EXPECT_EQ(ask(zone.dns, question).verdict, Verdict::Pass);
}

TEST(Spf, WhatIsNoDomainHasNoWord) {
  Zone zone("v=spf1 -all");
  const std::string domains[] = {"localhost",
                                 "[192.0.2.1]",
                                 "a..example.com",
                                 "nothing.example.net",
                                 "mx1.example.com",
                                 std::string(64, 'a') + ".example.com",
                                 "d\xC3\xA4.example.com",
                                 ""};
  for (const auto& domain : domains)
    EXPECT_EQ(ask(zone.dns, from("192.0.2.1", domain)).verdict, Verdict::None) << domain;
}

TEST(Spf, TwoRecordsAreAnError) {
  Zone zone("v=spf1 -all");
  zone.dns.add_txt("example.com", "v=spf1 -all");
  EXPECT_EQ(ask(zone.dns, from("192.0.2.1")).verdict, Verdict::PermError);
}

TEST(Spf, LimitsHold) {
  std::string ten = "v=spf1", eleven = "v=spf1 a";
  for (int i = 0; i < 10; ++i) {
    ten += " a";
    eleven += " a";
  }
  const std::pair<std::string, std::string> table[] = {
      {ten + " -all", "fail"},
      {eleven + " -all", "permerror"},
      {"v=spf1 include:example.com -all", "permerror"},
      {"v=spf1 redirect=example.com", "permerror"},
      {"v=spf1 a:n1.example.com a:n2.example.com -all", "fail"},
      {"v=spf1 a:n1.example.com a:n2.example.com a:n3.example.com -all", "permerror"},
      {"v=spf1 a:n1.example.com exists:n2.example.com mx:n3.example.com -all", "permerror"},
      {"v=spf1 mx:many.example.com -all", "permerror"},
      {"v=spf1 ptr -all", "fail"},
  };
  for (const auto& [record, verdict] : table) {
    Zone zone(record);
    for (int i = 0; i < 11; ++i) zone.dns.add_mx("many.example.com", {1, "mx" + std::to_string(i) + ".example.com"});
    // More names than are looked at: the eleventh is the true one.
    for (int i = 0; i < 10; ++i) zone.dns.add_ptr(*parse_ip("192.0.2.50"), "p" + std::to_string(i) + ".example.com");
    zone.dns.add_ptr(*parse_ip("192.0.2.50"), "true.example.com");
    zone.dns.add_address("true.example.com", *parse_ip("192.0.2.50"));
    EXPECT_EQ(name_of(ask(zone.dns, from("192.0.2.50")).verdict), verdict) << record;
    EXPECT_LE(zone.dns.questions().size(), 32u) << record;
  }
}

TEST(Spf, AServerThatDoesNotAnswer) {
  struct Silence {
    std::string question, record, verdict;
  };
  const Silence table[] = {
      {"TXT example.com", "v=spf1 -all", "temperror"},
      {"A example.com", "v=spf1 a -all", "temperror"},
      {"MX example.com", "v=spf1 mx -all", "temperror"},
      {"A mx1.example.com", "v=spf1 mx -all", "temperror"},
      {"TXT pass.example.org", "v=spf1 include:pass.example.org -all", "temperror"},
      {"TXT pass.example.org", "v=spf1 redirect=pass.example.org", "temperror"},
      {"PTR 30.2.0.192.in-addr.arpa", "v=spf1 ptr -all", "fail"},
      {"A host.example.com", "v=spf1 ptr -all", "fail"},
      {"TXT why.example.com", "v=spf1 -all exp=why.example.com", "fail"},
      {"A example.com", "v=spf1 ip4:192.0.2.30 a -all", "pass"},
  };
  for (const auto& row : table) {
    Zone zone(row.record, [&](std::string question, std::chrono::milliseconds) -> Task<Result<void>> {
      if (question == row.question) co_return fail(Code::Unavailable, "no server answers");
      co_return Result<void>();
    });
    EXPECT_EQ(name_of(ask(zone.dns, from("192.0.2.30")).verdict), row.verdict) << row.question << " " << row.record;
  }
}

TEST(Spf, NoTimeIsATemporaryError) {
  Zone zone("v=spf1 -all");
  EXPECT_EQ(ask(zone.dns, from("192.0.2.1"), std::chrono::milliseconds(0)).verdict, Verdict::TempError);
  EXPECT_TRUE(zone.dns.questions().empty());
}

TEST(Spf, EachLookUpGetsWhatIsLeft) {
  std::vector<std::chrono::milliseconds> allowed;
  Zone zone("v=spf1 a mx -all", [&](std::string, std::chrono::milliseconds within) -> Task<Result<void>> {
    allowed.push_back(within);
    co_return Result<void>();
  });
  ask(zone.dns, from("192.0.2.1"), std::chrono::seconds(5));
  ASSERT_EQ(allowed.size(), 5u);
  for (const auto within : allowed) EXPECT_LE(within, std::chrono::seconds(5));
  EXPECT_TRUE(std::ranges::is_sorted(allowed, std::greater<>()));
}

TEST(Spf, AFailIsExplained) {
  const std::pair<std::string, std::string> table[] = {
      {"v=spf1 -all exp=why.example.com", "192.0.2.1 may not send for example.com"},
      {"v=spf1 ~all exp=why.example.com", ""},
      {"v=spf1 +all exp=why.example.com", ""},
      {"v=spf1 -all exp=nothing.example.com", ""},
      {"v=spf1 -all exp=two.example.com", ""},
      {"v=spf1 -all exp=lines.example.com", ""},
      {"v=spf1 -all exp=syntax.example.com", ""},
      {"v=spf1 -all", ""},
      {"v=spf1 redirect=other.example.org exp=why.example.com", "other.example.org says no"},
      {"v=spf1 -include:all.example.org exp=why.example.com", "192.0.2.1 may not send for example.com"},
      {"v=spf1 -all exp=long.example.com", std::string(kExplanationBytesMax, 'x')},
      {"v=spf1 -all exp=who.example.com", "helo.example.org mx.example.net 192.0.2.1 1795392000 unknown"},
  };
  for (const auto& [record, explanation] : table) {
    Zone zone(record);
    zone.dns.add_txt("two.example.com", "one");
    zone.dns.add_txt("two.example.com", "two");
    zone.dns.add_txt("lines.example.com", "one\r\n250 ok");
    zone.dns.add_txt("syntax.example.com", "100%");
    zone.dns.add_txt("long.example.com", std::string(700, 'x'));
    zone.dns.add_txt("who.example.com", "%{h} %{r} %{c} %{t} %{p}");
    zone.dns.add_txt("other.example.org", "v=spf1 -all exp=says.example.org");
    zone.dns.add_txt("says.example.org", "%{d} says no");
    zone.dns.add_txt("all.example.org", "v=spf1 all exp=says.example.org");
    EXPECT_EQ(ask(zone.dns, from("192.0.2.1")).explanation, explanation) << record;
  }
}

TEST(Spf, ASenderCannotPutOctetsIntoAnExplanation) {
  Zone zone("v=spf1 -all exp=local.example.com");
  zone.dns.add_txt("local.example.com", "%{l} no");
  auto question = from("192.0.2.1");
  question.sender.local = "a\r\n250 ok";
  const auto answer = ask(zone.dns, question);
  EXPECT_EQ(answer.verdict, Verdict::Fail);
  EXPECT_EQ(answer.explanation, "");
}

}  // namespace
}  // namespace paraph::spf
