#include "dns/names.h"

#include <gmock/gmock.h>

namespace paraph::dns {
namespace {

TEST(CanonicalName, TakesNamesInAnyCase) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  const std::pair<std::string, std::string> table[] = {
      {"example.com", "example.com"},
      {"Example.COM.", "example.com"},
      {"com", "com"},
      {"_dmarc.example.com", "_dmarc.example.com"},
      {"user+a=b._spf.example.com", "user+a=b._spf.example.com"},
      {"xn--bcher-kva.example", "xn--bcher-kva.example"},
      {longest, longest},
      {longest + ".", longest},
  };
  for (const auto& [input, expected] : table) EXPECT_EQ(canonical_name(input).value_or("?"), expected) << input;
}

TEST(CanonicalName, RefusesWhatIsNone) {
  const std::string label(63, 'a');
  const std::string table[] = {"",
                               ".",
                               "..",
                               ".com",
                               "a..b",
                               "a.b..",
                               "a b.com",
                               "a\\.b",
                               "a\tb",
                               "b\xc3\xbc"
                               "cher.example",
                               std::string("a\0b.com", 7),
                               std::string(64, 'a') + ".com",
                               label + "." + label + "." + label + "." + std::string(62, 'b'),
                               std::string(300, 'a'),
                               std::string(100000, '.')};
  for (const auto& input : table) {
    const auto name = canonical_name(input);
    ASSERT_FALSE(name.has_value()) << input;
    EXPECT_EQ(name.error().code, Code::BadInput);
    EXPECT_LT(name.error().text.size(), 600u);
  }
}

TEST(ReverseName, OfBothFamilies) {
  EXPECT_EQ(reverse_name({.octets = {192, 0, 2, 1}}), "1.2.0.192.in-addr.arpa");
  const Address v6{.octets = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1f}, .v6 = true};
  EXPECT_EQ(reverse_name(v6), "f.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  EXPECT_TRUE(canonical_name(reverse_name(v6)).has_value());
}

}  // namespace
}  // namespace paraph::dns
