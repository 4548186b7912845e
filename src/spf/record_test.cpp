#include "spf/record.h"

#include <gtest/gtest.h>

#include "spf/network.h"

namespace paraph::spf {
namespace {

TEST(Record, IsKnownByItsVersion) {
  const std::pair<std::string, bool> table[] = {{"v=spf1", true},      {"v=spf1 -all", true}, {"V=SPF1 -all", true},
                                                {"v=spf10", false},    {" v=spf1", false},    {"v=spf1\t-all", false},
                                                {"spf2.0/pra", false}, {"v=spf1-all", false}, {"", false}};
  for (const auto& [text, is] : table) EXPECT_EQ(is_record(text), is) << text;
}

TEST(Record, SaysWhatItSays) {
  const auto record = parse_record(
      "v=spf1 a ~mx:%{d}/24//64  ?IP4:192.0.2.0/28 ip6:2001:db8::/32 -exists:%{i}.x.example exp=e.example "
      "x-new=%{d} redirect=_spf.example.com");
  ASSERT_TRUE(record) << record.error().text;
  ASSERT_EQ(record->mechanisms.size(), 5u);
  const auto& [a, mx, ip4, ip6, exists] = std::tie(record->mechanisms[0], record->mechanisms[1], record->mechanisms[2],
                                                   record->mechanisms[3], record->mechanisms[4]);
  EXPECT_EQ(a.kind, Kind::A);
  EXPECT_EQ(a.domain, "");
  EXPECT_EQ(mx.qualifier, Qualifier::SoftFail);
  EXPECT_EQ(mx.domain, "%{d}");
  EXPECT_EQ(mx.bits4, 24u);
  EXPECT_EQ(mx.bits6, 64u);
  EXPECT_EQ(ip4.qualifier, Qualifier::Neutral);
  EXPECT_EQ(ip4.network, parse_ip("192.0.2.0"));
  EXPECT_EQ(ip4.bits4, 28u);
  EXPECT_EQ(ip6.bits6, 32u);
  EXPECT_EQ(exists.qualifier, Qualifier::Fail);
  EXPECT_EQ(record->explanation, "e.example");
  EXPECT_EQ(record->redirect, "_spf.example.com");
}

TEST(Record, AnyErrorAnywhereIsAnErrorOfTheWhole) {
  const std::string terms[] = {"foo",
                               "all:x.example",
                               "all/8",
                               "include",
                               "include:",
                               "include:x.example/24",
                               "a:",
                               "a:x",
                               "a/33",
                               "a/08",
                               "a//129",
                               "a/-1",
                               "a/",
                               "a//",
                               "mx/24/64",
                               "ptr/24",
                               "ptr:",
                               "ip4",
                               "ip4:",
                               "ip4:1.2.3",
                               "ip4:1.2.3.4/33",
                               "ip4:1.2.3.4/",
                               "ip4:1.2.3.4//24",
                               "ip4:01.2.3.4",
                               "ip4:::1",
                               "ip6:1.2.3.4",
                               "ip6:::1/129",
                               "ip6:::1//64",
                               "ip6:x",
                               "exists",
                               "exists:x.example/8",
                               "redirect=",
                               "redirect=x",
                               "redirect=a.example redirect=b.example",
                               "exp=",
                               "exp=a.example exp=a.example",
                               "-redirect=a.example",
                               "x-y=%",
                               "1x=y",
                               "=y",
                               "-",
                               "a:%{x}.e",
                               "a:%{c}.example",
                               "a\ta",
                               "\x80"
                               "a",
                               "a:\xEF.example"};
  for (const auto& term : terms) {
    EXPECT_FALSE(parse_record("v=spf1 ip4:192.0.2.1 " + term + " -all")) << term;
    EXPECT_FALSE(parse_record("v=spf1 -all " + term)) << term;
  }
}

TEST(Record, TakesWhatLooksOdd) {
  for (const std::string term : {"", "a:x.example/0", "a//0", "a:a/b.example/24", "a:b=c.example", "x.y-z_1=",
                                 "x=%{d}/%%", "ip6:::ffff:1.2.3.4/96", "ALL", "+all", "redirect=%{d}", "ptr:%{d2}"})
    EXPECT_TRUE(parse_record("v=spf1 " + term + " ")) << term;
}

TEST(Network, HoldsAddressesOfItsFamily) {
  struct Row {
    std::string address, network;
    unsigned bits;
    bool in;
  };
  const Row table[] = {{"192.0.2.1", "192.0.2.1", 32, true},       {"192.0.2.1", "192.0.2.2", 32, false},
                       {"192.0.2.1", "192.0.2.255", 24, true},     {"192.0.2.129", "192.0.2.0", 25, false},
                       {"192.0.2.1", "10.0.0.0", 0, true},         {"2001:db8::1", "2001:db8::", 32, true},
                       {"2001:db8::1", "2001:db8::8", 125, false}, {"2001:db8::1", "2001:db8::1", 128, true},
                       {"2001:db8::1", "0.0.0.0", 0, false},       {"192.0.2.1", "::", 0, false}};
  for (const auto& row : table)
    EXPECT_EQ(is_within(*parse_ip(row.address), *parse_ip(row.network), row.bits), row.in)
        << row.address << " " << row.network << "/" << row.bits;
}

}  // namespace
}  // namespace paraph::spf
