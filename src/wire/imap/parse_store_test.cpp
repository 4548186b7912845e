#include "wire/imap/parse_testing.h"

namespace paraph::imap {
namespace {

TEST(ParseStore, Store) {
  const auto add = parsed<Store>("STORE 1:3 +FLAGS.SILENT (\\SEEN)");
  EXPECT_EQ(add.set.ranges, (std::vector<NumberRange>{{1, 3}}));
  EXPECT_EQ(add.change, mail::FlagChange::Add);
  EXPECT_EQ(add.silent, Silent::Yes);
  EXPECT_TRUE(add.flags.has(mail::Flag::Seen));
  const auto remove = parsed<Store>("UID STORE 41 -Flags \\Deleted $x");
  EXPECT_EQ(remove.numbers, Numbers::Uid);
  EXPECT_EQ(remove.change, mail::FlagChange::Remove);
  EXPECT_EQ(remove.silent, Silent::No);
  EXPECT_EQ(remove.flags.keywords, std::vector<std::string>{"$x"});
  EXPECT_EQ(parsed<Store>("STORE 1 FLAGS ()").change, mail::FlagChange::Replace);
}

TEST(ParseStore, Failures) {
  EXPECT_EQ(failure("STORE 1 FLAGS"), "expected a space at octet 16");
  EXPECT_EQ(failure("STORE 1 *FLAGS (a)"), "expected FLAGS, +FLAGS or -FLAGS at octet 11");
  EXPECT_EQ(failure("STORE 1 FLAGS.LOUD (a)"), "expected a space at octet 16");
  EXPECT_EQ(failure("STORE 1 FLAGS (\\Foo)"), "expected a flag that can be set at octet 18");
}

TEST(ParseStore, CopyMoveExpunge) {
  EXPECT_EQ(parsed<Copy>("COPY 2:* trash").mailbox, "trash");
  EXPECT_EQ(parsed<Copy>("UID COPY 2 trash").numbers, Numbers::Uid);
  EXPECT_EQ(parsed<Move>("MOVE 2 inbox").mailbox, "INBOX");
  EXPECT_EQ(parsed<Move>("UID MOVE 2 inbox").numbers, Numbers::Uid);
  EXPECT_EQ(parsed<Expunge>("UID EXPUNGE 3:5").uids->ranges, (std::vector<NumberRange>{{3, 5}}));
  EXPECT_EQ(failure("EXPUNGE 1"), "expected the end of the command at octet 10");
  EXPECT_EQ(failure("COPY 1"), "expected a space at octet 9");
}

}  // namespace
}  // namespace paraph::imap
