#include "mime/idna.h"

#include <gtest/gtest.h>

namespace paraph::mime {
namespace {

TEST(ToALabels, OtherScriptsGetTheirForm) {
  const std::pair<std::string, std::optional<std::string>> table[] = {
      {"Example.COM", "example.com"},
      {"b\xC3\xBC\x63her.example", "xn--bcher-kva.example"},
      {"B\xC3\x9C\x43HER.Example", "xn--bcher-kva.example"},
      {"stra\xC3\x9F\x65.example", "xn--strae-oqa.example"},
      {"a\xE3\x80\x82\xC3\xA4.example", "a.xn--4ca.example"},
      {"_dmarc.example.com", "_dmarc.example.com"},
      {"", ""},
      {"\xFF.example", std::nullopt},
      {"\xC3\xA4" + std::string(70, 'a') + ".example", std::nullopt},
      {std::string(2000, 'a') + "\xC3\xA4", std::nullopt},
  };
  for (const auto& [domain, ascii] : table) EXPECT_EQ(to_a_labels(domain), ascii) << domain;
}

}  // namespace
}  // namespace paraph::mime
