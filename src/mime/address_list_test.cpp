#include "mime/address_list.h"

#include <gtest/gtest.h>

namespace paraph::mime {
namespace {

/// One line for each entry: "name <local|domain>", "group:", ";".
std::string shown(std::string_view raw) {
  std::string out;
  for (const auto& entry : parse_address_list(raw)) {
    if (!out.empty()) out += ", ";
    if (entry.group_end) {
      out += ";";
    } else if (entry.group_start) {
      out += entry.address.local + ":";
    } else {
      out += entry.name + "<" + entry.address.local + "|" + entry.address.domain + ">";
    }
  }
  return out;
}

TEST(AddressList, Table) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"a@b", "<a|b>"},
      {"<a@b>", "<a|b>"},
      {" Alice <alice@example.org> , bob@example.net", "Alice<alice|example.org>, <bob|example.net>"},
      {"\"Doe, John\" <j.d@x.org>", "Doe, John<j.d|x.org>"},
      {"John  Q. \"The\" Doe<j@x>", "John Q. The Doe<j|x>"},
      {"=?utf-8?Q?=C3=A9?= <e@x>", "=?utf-8?Q?=C3=A9?=<e|x>"},
      {"\"a b\"@x", "<a b|x>"},
      {"a . b @ c (note) . d", "note<a.b|c.d>"},
      {"a@b (Alice (really) A)", "Alice (really) A<a|b>"},
      {"(pre) a@b", "<a|b>"},
      {"Friends: a@b, C <c@d>;, e@f", "Friends:, <a|b>, C<c|d>, ;, <e|f>"},
      {"undisclosed-recipients:;", "undisclosed-recipients:, ;"},
      {"Open: a@b", "Open:, <a|b>, ;"},
      {"<@r1,@r2:a@b>", "<a|b>"},
      {"a@[127.0.0.1]", "<a|[127.0.0.1]>"},
      {"nobody", "<nobody|>"},
      {"<>", "<|>"},
      {"\u7528\u6237@\u4f8b\u3048.jp", "<\u7528\u6237|\u4f8b\u3048.jp>"},
      {"a@b,,c@d,", "<a|b>, <c|d>"},
      {"a@b c@d, e@f", "<a|b>, <c|d>, <e|f>"},
      {"\"open <a@b>", "<open <a@b>|>"},
      {"Alice\r\n <a@b>", "Alice<a|b>"},
      {"X <a@b, c@d", "X<a|b>, <c|d>"},
      {"+8613800138000@x", "<+8613800138000|x>"},
  };
  for (const auto& [raw, expected] : cases) EXPECT_EQ(shown(raw), expected) << raw;
}

TEST(AddressList, IsBounded) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "a@b,";
  EXPECT_EQ(parse_address_list(many, 10).size(), 10u);
  EXPECT_TRUE(parse_address_list(std::string(100'000, '<')).size() < 100'001);
  EXPECT_TRUE(parse_address_list(std::string(100'000, '(')).empty());
}

TEST(Address, OneAndNothingElse) {
  mail::Address address;
  EXPECT_TRUE(parse_address("a.b+c@example.org", address));
  EXPECT_EQ(address, (mail::Address{"a.b+c", "example.org"}));
  EXPECT_TRUE(parse_address("\"a b\"@example.org", address));
  EXPECT_EQ(address.local, "a b");
  EXPECT_TRUE(parse_address("a@[1.2.3.4]", address));
  for (const std::string_view bad :
       {"", "a", "@b", "a@", "a@b c", "<a@b>", "a@b@c", "a..b@c", ".a@b", "a@b.", "a@b\r\n", "\"a@b", "a b@c"}) {
    EXPECT_FALSE(parse_address(bad, address)) << bad;
  }
  EXPECT_FALSE(parse_address(std::string(300, 'a') + "@b", address));
}

TEST(FormatAddress, ComesBack) {
  EXPECT_EQ(format_addr_spec({"a b", "x"}), "\"a b\"@x");
  EXPECT_EQ(format_addr_spec({}), "");
  EXPECT_EQ(format_address({.address = {"a", "b"}}), "a@b");
  EXPECT_EQ(format_address({.name = "Alice B", .address = {"a", "b"}}), "Alice B <a@b>");
  EXPECT_EQ(format_address({.name = "Doe, J.", .address = {"a", "b"}}), "\"Doe, J.\" <a@b>");
  EXPECT_EQ(format_address({.name = "\u00e9", .address = {"a", "b"}}), "=?utf-8?B?w6k=?= <a@b>");
  EXPECT_EQ(format_address({.name = "x\r\nBcc: y", .address = {"a", "b"}}).find("\r\nBcc"), std::string::npos);
}

}  // namespace
}  // namespace paraph::mime
