#include "wire/smtp/path.h"

#include <gtest/gtest.h>

#include "wire/smtp/parse.h"

namespace paraph::smtp {
namespace {

std::string parsed(std::string_view text, Result<mail::Address> (*rule)(Cursor&)) {
  Cursor cursor(text);
  auto address = rule(cursor);
  if (!address) return address.error().text;
  return address->local + "|" + address->domain + (cursor.at_end() ? "" : " rest " + std::string(cursor.rest()));
}

const std::string k64(64, 'a'), k63(63, 'd');

TEST(Path, GoodOnes) {
  struct Case {
    std::string text, address;
  };
  for (const auto& [text, address] : std::vector<Case>{
           {"<a@b>", "a|b"},
           {"<a.b+c@x-1.example.org> SIZE=1", "a.b+c|x-1.example.org rest  SIZE=1"},
           {R"(<"a b"@example.org>)", "a b|example.org"},
           {R"(<"a\"\\b@c>"@example.org>)", R"(a"\b@c>|example.org)"},
           {"<+8613800138000@example.org>", "+8613800138000|example.org"},
           {"<a@[192.0.2.1]>", "a|[192.0.2.1]"},
           {"<a@[IPv6:2001:db8::1]>", "a|[IPv6:2001:db8::1]"},
           {"<@one.example,@[192.0.2.1]:a@b.example>", "a|b.example"},
           {"<\xC3\xA4@\xC3\xB6.example>", "\xC3\xA4|\xC3\xB6.example"},
           {"<" + k64 + "@" + k63 + "." + k63 + "." + k63 + ".>", "expected a domain name at octet 259"},
           {"<" + k64 + "@" + k63 + "." + k63 + ">", k64 + "|" + k63 + "." + k63},
           {"<>", "|"},
       }) {
    EXPECT_EQ(parsed(text, reverse_path), address) << text;
  }
}

TEST(Path, BadOnesSayWhatAndWhere) {
  struct Case {
    std::string text, error;
  };
  for (const auto& [text, error] : std::vector<Case>{
           {"", "expected < at octet 1"},
           {"a@b", "expected < at octet 1"},
           {"<a>", "expected @ at octet 3"},
           {"<a@>", "expected a domain name at octet 4"},
           {"<@b>", "expected : at octet 4"},
           {"<a@b", "expected > at octet 5"},
           {"<a b@c>", "expected @ at octet 3"},
           {"<.a@b>", "expected a local part at octet 2"},
           {"<a.@b>", "expected a local part at octet 4"},
           {"<a..b@c>", "expected a local part at octet 4"},
           {"<\"\"@b>", "expected a local part at octet 2"},
           {"<\"a@b>", "expected a closing quote at octet 7"},
           {"<\"a\\", "expected a closing quote at octet 5"},
           {"<a@b..c>", "expected a domain name at octet 6"},
           {"<a@-b>", "expected a domain name at octet 4"},
           {"<a@b->", "expected a domain name at octet 4"},
           {"<a@b_c>", "expected > at octet 5"},
           {"<a@[192.0.2.256]>", "expected an IPv4 address, or IPv6: and an address, at octet 16"},
           {"<a@[IPv6:1::2::3]>", "expected an IPv4 address, or IPv6: and an address, at octet 17"},
           {"<a@[192.0.2.1>", "expected ] at octet 14"},
           {"<" + k64 + "a@b>", "expected a local part of at most 64 octets at octet 2"},
           {"<a@" + k63 + "d>", "expected a domain name at octet 4"},
           {"<" + k64 + "@" + k63 + "." + k63 + "." + k63 + ">", "expected a path of at most 256 octets at octet 259"},
           {"<a@" + k63 + "." + k63 + "." + k63 + "." + k63 + ".d>",
            "expected a domain of at most 255 octets at octet 261"},
           {"<@a@b>", "expected : at octet 4"},
           {"<postmaster>", "expected @ at octet 12"},
       }) {
    EXPECT_EQ(parsed(text, reverse_path), error) << text;
  }
}

TEST(Path, ForwardPathTakesPostmasterAndNoNull) {
  EXPECT_EQ(parsed("<PostMaster>", forward_path), "postmaster|");
  EXPECT_EQ(parsed("<postmaster@a>", forward_path), "postmaster|a");
  EXPECT_EQ(parsed("<>", forward_path), "expected a local part at octet 2");
}

TEST(Path, ParseAddressIsTheWholeText) {
  EXPECT_EQ(parse_address("a@b", Utf8::No)->text(), "a@b");
  EXPECT_EQ(parse_address("a@b>", Utf8::No).error().text, "expected the end of the address at octet 4");
  EXPECT_FALSE(parse_address("\xC3\xA4@b", Utf8::No));
  EXPECT_TRUE(parse_address("\xC3\xA4@b", Utf8::Yes));
  EXPECT_FALSE(parse_address("\xC3@b", Utf8::Yes));
}

}  // namespace
}  // namespace paraph::smtp
