#include "source/vcard/address_url.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace paraph::source::vcard {
namespace {

TEST(UrlFor, TheOwnerIsEncoded) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"https://e.org/%u.vcf", "https://e.org/a%2Fb%3Fc%40x.example.vcf"},
      {"https://e.org/%d/%l?v=4", "https://e.org/x.example/a%2Fb%3Fc?v=4"},
      {"https://e.org/a%20b%de%2f", "https://e.org/a%20b%de%2f"},
      {"https://e.org/%x%", "https://e.org/%x%"},
      {"https://e.org/book/", "https://e.org/book/"},
  };
  for (const auto& [url, expected] : cases) EXPECT_EQ(url_for(url, "a/b?c@x.example").value(), expected) << url;
}

TEST(UrlFor, NoOwnerNamesAnotherPlace) {
  for (const std::string owner : {"..@e.org", ".@e.org", "a@..", "a", "@e.org", "a@", ""})
    EXPECT_EQ(url_for("https://e.org/%l/card", owner).error().code, Code::NotFound) << owner;
  EXPECT_EQ(url_for("https://e.org/%l", std::string(320, 'a') + "@e").error().code, Code::NotFound);
  EXPECT_EQ(url_for("https://e.org/%l", "a\r\nb\xFF@e.org").value(), "https://e.org/a%0D%0Ab%FF");
}

TEST(CheckUrl, TheHostIsTheOperators) {
  EXPECT_TRUE(check_url("https://e.org/%u"));
  EXPECT_TRUE(check_url("https://e.org"));
  for (const std::string bad : {"https://%d/card", "https://%d.example", "https://%l@e.org/", "%u"})
    EXPECT_EQ(check_url(bad).error().code, Code::BadInput) << bad;
}

TEST(NamesUser, OnlyByUserOrLocalPart) {
  EXPECT_TRUE(names_user("https://e.org/%u"));
  EXPECT_TRUE(names_user("https://e.org/%l"));
  EXPECT_FALSE(names_user("https://e.org/%d"));
  EXPECT_FALSE(names_user("https://e.org/%20%"));
}

}  // namespace
}  // namespace paraph::source::vcard
