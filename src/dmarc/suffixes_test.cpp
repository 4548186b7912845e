#include "dmarc/suffixes.h"

#include <gtest/gtest.h>

namespace paraph::dmarc {
namespace {

TEST(Suffixes, KnowWhatAnOrganizationIs) {
  const Suffixes suffixes;
  const std::pair<std::string, std::string> table[] = {
      {"example.com", "example.com"},
      {"mail.eu.example.com", "example.com"},
      {"example.co.uk", "example.co.uk"},
      {"a.b.example.co.uk", "example.co.uk"},
      {"co.uk", "co.uk"},
      {"com", "com"},
      {"a.b.nowhere", "b.nowhere"},
      {"a.b.xn--55qx5d.cn", "b.xn--55qx5d.cn"},
      {"www.city.kawasaki.jp", "city.kawasaki.jp"},
      {"a.b.c.kawasaki.jp", "b.c.kawasaki.jp"},
      {"", ""},
  };
  for (const auto& [domain, organization] : table) EXPECT_EQ(suffixes.organization_of(domain), organization) << domain;
}

}  // namespace
}  // namespace paraph::dmarc
