#include "wire/smtp/format.h"

#include <gtest/gtest.h>

#include "wire/smtp/parse.h"

namespace paraph::smtp {
namespace {

std::string formatted(const Reply& reply) {
  std::string out;
  append_reply(out, reply);
  return out;
}

TEST(SmtpFormat, Replies) {
  EXPECT_EQ(formatted({250, "2.1.0", "sender ok"}), "250 2.1.0 sender ok\r\n");
  EXPECT_EQ(formatted({354, "", "go on"}), "354 go on\r\n");
  EXPECT_EQ(formatted({550, "5.1.1", "a\nb\n"}), "550-5.1.1 a\r\n550-5.1.1 b\r\n550 5.1.1 \r\n");
}

TEST(SmtpFormat, TextCannotBreakOut) {
  EXPECT_EQ(formatted({250, "", "a\r250 b\xC3\xA4\x01"}), "250 a?250 b???\r\n");
  const auto line = formatted({250, "2.0.0", std::string(2000, 'x')});
  EXPECT_EQ(line.size(), 512u);
  EXPECT_TRUE(line.ends_with("x\r\n"));
}

TEST(SmtpFormat, Ehlo) {
  std::string out;
  append_ehlo(out, "vm.example.org", std::vector<std::string>{"PIPELINING", "SIZE 52428800"});
  append_ehlo(out, "x", {});
  EXPECT_EQ(out, "250-vm.example.org\r\n250-PIPELINING\r\n250 SIZE 52428800\r\n250 x\r\n");
}

TEST(SmtpFormat, PathsAreQuotedWhereNeeded) {
  struct Case {
    mail::Address address;
    std::string path;
  };
  for (const auto& [address, path] : std::vector<Case>{
           {{"", ""}, "<>"},
           {{"a.b", "c"}, "<a.b@c>"},
           {{"postmaster", ""}, "<postmaster>"},
           {{"a b", "c"}, R"(<"a b"@c>)"},
           {{R"(a"\)", "c"}, R"(<"a\"\\"@c>)"},
           {{".a", "c"}, R"(<".a"@c>)"},
           {{"a..b", "c"}, R"(<"a..b"@c>)"},
           {{"\xC3\xA4", "c"}, "<\xC3\xA4@c>"},
       }) {
    EXPECT_EQ(format_path(address), path);
    if (!address.null() && !address.domain.empty()) {
      EXPECT_EQ(parse_address(format_address(address), Utf8::Yes).value(), address);
    }
  }
}

}  // namespace
}  // namespace paraph::smtp
