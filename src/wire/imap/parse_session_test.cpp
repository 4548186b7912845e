#include "wire/imap/parse_testing.h"

namespace paraph::imap {
namespace {

TEST(ParseSession, Login) {
  EXPECT_EQ(parsed<Login>("LOGIN bob secret").password, "secret");
  EXPECT_EQ(parsed<Login>("LOGIN bob@example.org \"a b\"").user, "bob@example.org");
  EXPECT_EQ(parsed<Login>("LOGIN {3}\r\nbob {3+}\r\nx y").password, "x y");
  EXPECT_EQ(failure("LOGIN bob"), "expected a space at octet 12");
  EXPECT_EQ(failure("LOGIN bob a b"), "expected the end of the command at octet 14");
}

TEST(ParseSession, Authenticate) {
  EXPECT_EQ(parsed<Authenticate>("AUTHENTICATE plain").mechanism, "PLAIN");
  EXPECT_FALSE(parsed<Authenticate>("AUTHENTICATE PLAIN").initial);
  EXPECT_EQ(parsed<Authenticate>("AUTHENTICATE PLAIN AGIAYw==").initial, "AGIAYw==");
  EXPECT_EQ(parsed<Authenticate>("AUTHENTICATE EXTERNAL =").initial, "");
  EXPECT_EQ(failure("AUTHENTICATE PLAIN $"), "expected base64 or = at octet 22");
}

TEST(ParseSession, Enable) {
  EXPECT_EQ(parsed<Enable>("ENABLE condstore X").capabilities, (std::vector<std::string>{"CONDSTORE", "X"}));
  EXPECT_EQ(failure("ENABLE"), "expected a space at octet 9");
}

TEST(ParseSession, Id) {
  EXPECT_TRUE(parsed<Id>("ID NIL").fields.empty());
  EXPECT_TRUE(parsed<Id>("ID ()").fields.empty());
  const auto id = parsed<Id>(R"(ID ("Name" "mbsync" "os" NIL))");
  EXPECT_EQ(id.fields, (std::vector<std::pair<std::string, std::string>>{{"name", "mbsync"}, {"os", ""}}));
  EXPECT_EQ(failure("ID (\"a\")"), "expected a space at octet 10");
  EXPECT_EQ(failure("ID (\"a\" \"" + std::string(1025, 'x') + "\")"),
            "ID has at most 30 fields, of at most 30 and 1024 octets");
}

}  // namespace
}  // namespace paraph::imap
