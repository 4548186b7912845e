#include "spf/macro.h"

#include <gtest/gtest.h>

#include "spf/network.h"

namespace paraph::spf {
namespace {

MacroValues values(std::string_view client = "192.0.2.3") {
  return {.local = "strong-bad",
          .sender = "email.example.com",
          .domain = "email.example.com",
          .client = *parse_ip(client),
          .client_name = "mx.example.org",
          .helo = "helo.example",
          .receiver = "mx.receiver.example",
          .now = Time(std::chrono::seconds(1795392000))};
}

TEST(Macro, ExpandsAsTheRfcShows) {
  // RFC 7208 §7.4
  const std::pair<std::string, std::string> table[] = {
      {"%{s}", "strong-bad@email.example.com"},
      {"%{o}", "email.example.com"},
      {"%{d}", "email.example.com"},
      {"%{d4}", "email.example.com"},
      {"%{d3}", "email.example.com"},
      {"%{d2}", "example.com"},
      {"%{d1}", "com"},
      {"%{dr}", "com.example.email"},
      {"%{d2r}", "example.email"},
      {"%{l}", "strong-bad"},
      {"%{l-}", "strong.bad"},
      {"%{lr}", "strong-bad"},
      {"%{lr-}", "bad.strong"},
      {"%{l1r-}", "strong"},
      {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
      {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
      {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
      {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
      {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
      {"%%%_%-", "% %20"},
      {"%{S}", "strong-bad%40email.example.com"},
      {"%{d99999999999999999999}", "email.example.com"},
      {"%{p} %{h} %{c} %{r} %{t}", "mx.example.org helo.example 192.0.2.3 mx.receiver.example 1795392000"},
  };
  for (const auto& [text, expanded] : table) EXPECT_EQ(expand(text, values()), expanded) << text;
}

TEST(Macro, AnIpv6ClientIsNibbles) {
  EXPECT_EQ(expand("%{ir}.%{v}._spf.%{d2}", values("2001:db8::cb01")),
            "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com");
  EXPECT_EQ(expand("%{c}", values("2001:db8::cb01")), "2001:db8::cb01");
}

TEST(Macro, WhatIsADomainSpec) {
  const std::pair<std::string, bool> table[] = {
      {"example.com", true},
      {"example.com.", true},
      {"%{d}", true},
      {"x.%{d}", true},
      {"%{d}.example", true},
      {"_spf.e-x.c0m", true},
      {"a:b/c.example", true},
      {"example", false},
      {"", false},
      {".", false},
      {"example.123", false},
      {"example.-a", false},
      {"example.a-", false},
      {"example.com..", false},
      {"%{c}.example", false},
      {"%{x}.example", false},
      {"%{d0}.example", false},
      {"%(d).example", false},
      {"%{d", false},
      {"%", false},
      {"%{d}example", false},
      {"a b.example", false},
      {"\xC3\xA4.example", false},
  };
  for (const auto& [text, is] : table) EXPECT_EQ(is_domain_spec(text), is) << text;
}

TEST(Macro, ExplanationsMayHaveBlanksAndMoreLetters) {
  EXPECT_TRUE(is_macro_string("%{c} is not %{d}'s", Place::Explanation));
  EXPECT_FALSE(is_macro_string("%{c}", Place::Name));
  EXPECT_FALSE(is_macro_string("a b", Place::Name));
  EXPECT_FALSE(is_macro_string("%{c} \xC3\xA4", Place::Explanation));
  EXPECT_FALSE(is_macro_string("100%", Place::Explanation));
}

TEST(Macro, ALongNameLosesLabelsOnItsLeft) {
  std::string text = "short.";
  for (int i = 0; i < 26; ++i) text += "ten-octets.";
  text += "%{d2}";
  const auto name = expand_name(text, values());
  EXPECT_LE(name.size(), 253u);
  EXPECT_GT(name.size(), 253u - 12);
  EXPECT_TRUE(name.starts_with("ten-octets."));
  EXPECT_TRUE(name.ends_with(".example.com"));
}

TEST(Macro, KnowsWhetherTheClientsNameIsNeeded) {
  EXPECT_TRUE(has_client_name("a.%{P2r}.example"));
  EXPECT_FALSE(has_client_name("%%{p}.%{h}"));
}

}  // namespace
}  // namespace paraph::spf
