#include "source/ldap/filter.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace paraph::source::ldap {
namespace {

TEST(Filter, TakesTheAddressInItsParts) {
  const auto alice = parse_owner("alice@example.org").value();
  const std::vector<std::pair<std::string, std::string>> cases{
      {std::string(kDefaultFilter), "(|(vPIMRfc822Mailbox=alice@example.org)(mail=alice@example.org)(uid=alice))"},
      {"(&(uid=%l)(o=%d))", "(&(uid=alice)(o=example.org))"},
      {"(x=%%%u%%)", "(x=%alice@example.org%)"},
      {"(x=%u%", "(x=alice@example.org%"},
  };
  for (const auto& [filter, expected] : cases) EXPECT_EQ(filled_filter(filter, alice), expected);
}

TEST(Filter, EveryMetacharacterIsEscaped) {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, std::string>> cases{
      {"*@e.org", "\\2a@e.org"},
      {"a)(uid=*@e.org", "a\\29\\28uid\\3d\\2a@e.org"},
      {"a\\@e.org", "a\\5c@e.org"},
      {"a\0b@e.org"s, "a\\00b@e.org"},
      {"a|&!<>=~b@e.org", "a\\7c\\26\\21\\3c\\3e\\3d\\7eb@e.org"},
      {"J\u00FC@e.org", "J\\c3\\bc@e.org"},
      {"%u%l@e.org", "\\25u\\25l@e.org"},
      {"\"a b\"@e.org", "\\22a\\20b\\22@e.org"},
      {"a+b-c_d.e@e.org", "a\\2bb-c_d.e@e.org"},
  };
  for (const auto& [address, expected] : cases)
    EXPECT_EQ(filled_filter("%u", parse_owner(address).value()), expected) << printable(address);
}

TEST(Owner, HasTwoParts) {
  const auto odd = parse_owner("\"a@b\"@example.org").value();
  EXPECT_EQ(odd.local, "\"a@b\"");
  EXPECT_EQ(odd.domain, "example.org");
  for (const std::string& address : {std::string(), std::string("alice"), std::string("@e.org"), std::string("alice@"),
                                     std::string(320, 'a') + "@e"})
    EXPECT_EQ(parse_owner(address).error().code, Code::NotFound) << address;
}

TEST(CheckFilter, SaysWhatIsWrong) {
  EXPECT_TRUE(check_filter(kDefaultFilter));
  for (const std::string good : {"(mail=%u)", "(uid=%l)", "(|(a=%u)(b=%%))"}) EXPECT_TRUE(check_filter(good)) << good;
  for (const std::string bad :
       {"", "mail=%u", "(mail=%u", "(mail=%u))", ")(", "(mail=%x%u)", "(mail=%u)%", "(mail=a)", "(o=%d)"})
    EXPECT_EQ(check_filter(bad).error().code, Code::BadInput) << bad;
}

}  // namespace
}  // namespace paraph::source::ldap
