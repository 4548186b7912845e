#include "wire/imap/parse.h"

#include "wire/imap/parse_testing.h"

namespace paraph::imap {
namespace {

TEST(ImapParse, CommandsWithoutArguments) {
  parsed<Capability>("CAPABILITY");
  parsed<Noop>("noop");
  parsed<Noop>("NOOP ");
  parsed<Logout>("LogOut");
  parsed<StartTls>("STARTTLS");
  parsed<Check>("CHECK");
  parsed<Close>("CLOSE");
  parsed<Unselect>("UNSELECT");
  parsed<Idle>("IDLE");
  parsed<Namespace>("NAMESPACE");
  EXPECT_FALSE(parsed<Expunge>("EXPUNGE").uids);
  EXPECT_EQ(failure("NOOP x"), "expected the end of the command at octet 7");
}

TEST(ImapParse, TagAndName) {
  const auto command = parse_command("A.1-[x] uid fetch 1 UID");
  ASSERT_TRUE(command);
  EXPECT_EQ(command->tag, "A.1-[x]");
  EXPECT_EQ(command->name, "UID FETCH");
  EXPECT_EQ(std::get<Fetch>(command->body).numbers, Numbers::Uid);
}

TEST(ImapParse, BadBeginnings) {
  struct Case {
    std::string_view text, error;
  };
  for (const auto& [text, error] : {
           Case{"", "expected a tag at octet 1"},
           Case{"+ NOOP", "expected a tag at octet 1"},
           Case{" NOOP", "expected a tag at octet 1"},
           Case{"a", "expected a space at octet 2"},
           Case{"a+b NOOP", "expected a space at octet 2"},
           Case{"a ", "expected an atom at octet 3"},
           Case{"a FROB", "unknown command FROB"},
           Case{"a UID", "expected a space at octet 6"},
           Case{"a UID NOOP", "unknown command UID NOOP"},
           Case{"GET / HTTP/1.1", "unknown command /"},
       }) {
    const auto command = parse_command(text);
    ASSERT_FALSE(command) << text;
    EXPECT_EQ(command.error().text, error);
    EXPECT_EQ(command.error().code, Code::BadInput);
  }
}

TEST(ImapParse, TagsForRefusals) {
  EXPECT_EQ(command_tag("a1 NOOP"), "a1");
  EXPECT_EQ(command_tag("a1"), "a1");
  EXPECT_EQ(command_tag(""), "*");
  EXPECT_EQ(command_tag("+ x"), "*");
  EXPECT_EQ(command_tag("(x"), "*");
  EXPECT_EQ(command_tag(std::string(129, 'a')), "*");
}

TEST(ImapParse, AppendIsNoWholeCommand) {
  EXPECT_EQ(failure("APPEND x {1}"), "expected a message literal that is a message");
  EXPECT_EQ(failure("APPEND x"), "expected a space at octet 11");
  EXPECT_EQ(parse_append("a NOOP").error().text, "expected APPEND");
}

}  // namespace
}  // namespace paraph::imap
