#include "app/milter/message.h"

#include <gtest/gtest.h>

namespace paraph::milter {
namespace {

TEST(Milter, FieldsGetTheirLineEnds) {
  EXPECT_EQ(format_field("A", " b\n\tc"), "A: b\r\n\tc\r\n");
  EXPECT_EQ(format_field("A", std::string_view(" b\r\n c\0d", 8)), "A: b \r\n c d\r\n");
}

TEST(Milter, PathsAreAddresses) {
  EXPECT_EQ(parse_path("<a@b.example>").value().text(), "a@b.example");
  EXPECT_EQ(parse_path("a@b.example").value().text(), "a@b.example");
  EXPECT_TRUE(parse_path("<>").value().null());
  EXPECT_FALSE(parse_path("<a b>"));
}

TEST(Milter, ALoginIsAnAddressOrTheSendersName) {
  const mail::Address sender{"alice", "example.org"};
  EXPECT_EQ(owner_of("bob@example.org", sender).value().text(), "bob@example.org");
  EXPECT_EQ(owner_of("Alice", sender).value().text(), "alice@example.org");
  EXPECT_FALSE(owner_of("bob", sender));
  EXPECT_FALSE(owner_of("", {}));
}

TEST(Milter, OnlyAPolicyRefusesForGood) {
  const auto said = [](Code code) {
    const auto refusal = refusal_of(Error{code, "50% of\nit"});
    return refusal.code + (refusal.later ? " later " : " never ") + refusal.enhanced + " " + refusal.text;
  };
  EXPECT_EQ(said(Code::Denied), "550 never 5.7.1 50  of\\x0ait");
  EXPECT_EQ(said(Code::Refused), "554 never 5.7.1 50  of\\x0ait");
  for (const auto code : {Code::Unavailable, Code::NoSpace, Code::Conflict, Code::Corrupt})
    EXPECT_EQ(said(code), "451 later 4.3.0 50  of\\x0ait");
}

TEST(Milter, SocketsHaveLibmiltersNames) {
  EXPECT_EQ(socket_name("127.0.0.1:9900").value(), "inet:9900@127.0.0.1");
  EXPECT_EQ(socket_name("[::1]:9900").value(), "inet6:9900@::1");
  EXPECT_EQ(socket_name("unix:/run/m.sock").value(), "unix:/run/m.sock");
  for (const auto* wrong : {"", "unix:", "127.0.0.1", "127.0.0.1:0", "x"}) EXPECT_FALSE(socket_name(wrong)) << wrong;
}

}  // namespace
}  // namespace paraph::milter
