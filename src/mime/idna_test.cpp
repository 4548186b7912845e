#include "mime/idna.h"

#include <gtest/gtest.h>

namespace paraph::mime {
namespace {

TEST(Idna, Domains) {
  struct Case {
    std::string domain;
    std::optional<std::string> ascii;
  };
  for (const auto& [domain, ascii] : std::vector<Case>{
           {"b\xC3\xBC"
            "cher.example",
            "xn--bcher-kva.example"},
           {"B\xC3\x9C"
            "CHER.Example",
            "xn--bcher-kva.example"},
           {"\xE4\xBE\x8B\xE5\xAD\x90.test", "xn--fsqu00a.test"},
           {"fa\xC3\x9F.de", "xn--fa-hia.de"},
           {"plain.example", "plain.example"},
           {"", std::nullopt},
           {"\xC3", std::nullopt},
           {"a..b\xC3\xBC", std::nullopt},
           {std::string(64, 'a') + "\xC3\xBC.test", std::nullopt},
           {std::string(2000, 'a'), std::nullopt},
       })
    EXPECT_EQ(ascii_domain(domain), ascii) << domain;
}

}  // namespace
}  // namespace paraph::mime
