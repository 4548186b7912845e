#include "wire/imap/parse_testing.h"

namespace paraph::imap {
namespace {

TEST(ParseMailbox, Select) {
  EXPECT_EQ(parsed<Select>("SELECT inbox").mailbox, "INBOX");
  EXPECT_EQ(parsed<Select>("SELECT inbox").readonly, Readonly::No);
  EXPECT_EQ(parsed<Select>("EXAMINE \"Sent Items\"").readonly, Readonly::Yes);
  EXPECT_EQ(parsed<Select>("SELECT {3+}\r\na b").mailbox, "a b");
  EXPECT_EQ(parsed<Select>("SELECT \"\xC3\xA4\"", NameEncoding::Utf8).mailbox, "\xC3\xA4");
  EXPECT_EQ(failure("SELECT \"\xC3\xA4\""), "the mailbox name is not in modified UTF-7");
  EXPECT_EQ(failure("SELECT"), "expected a space at octet 9");
}

TEST(ParseMailbox, Create) {
  EXPECT_EQ(parsed<Create>("CREATE a/b/").mailbox, "a/b");
  EXPECT_EQ(parsed<Create>("CREATE x (USE (\\Sent \\drafts \\Sent))").use,
            (std::vector<mail::SpecialUse>{mail::SpecialUse::Sent, mail::SpecialUse::Drafts}));
  EXPECT_EQ(failure("CREATE x (USE (\\All))"), "no such special use, or none that can be given");
  EXPECT_EQ(failure("CREATE x (USE (\\Sent)"), "expected )) at octet 23");
}

TEST(ParseMailbox, OthersOfNames) {
  EXPECT_EQ(parsed<Delete>("DELETE x").mailbox, "x");
  EXPECT_EQ(parsed<Subscribe>("SUBSCRIBE x").mailbox, "x");
  EXPECT_EQ(parsed<Unsubscribe>("UNSUBSCRIBE x").mailbox, "x");
  EXPECT_EQ(parsed<Rename>("RENAME inbox old").from, "INBOX");
  EXPECT_EQ(parsed<Rename>("RENAME inbox old").to, "old");
  EXPECT_EQ(parsed<Lsub>("LSUB \"\" *").pattern, "*");
}

TEST(ParseMailbox, Status) {
  const auto status = parsed<Status>("STATUS inbox (messages UIDNEXT)");
  EXPECT_EQ(status.items, StatusItem::Messages | StatusItem::UidNext);
  EXPECT_EQ(failure("STATUS x ()"), "expected an atom at octet 13");
  EXPECT_EQ(failure("STATUS x (MESSAGES FOO)"), "expected a STATUS item at octet 22");
  EXPECT_EQ(failure("STATUS x"), "expected a space at octet 11");
}

TEST(ParseMailbox, List) {
  const auto list = parsed<List>("LIST \"\" %");
  EXPECT_FALSE(list.extended);
  EXPECT_EQ(list.patterns, std::vector<std::string>{"%"});
  EXPECT_EQ(parsed<List>("LIST \"\" \"\"").patterns, std::vector<std::string>{""});
  EXPECT_EQ(parsed<List>("LIST a/ &AOQ-*").patterns, std::vector<std::string>{"\xC3\xA4*"});
}

TEST(ParseMailbox, ExtendedList) {
  const auto list =
      parsed<List>("LIST (SUBSCRIBED RECURSIVEMATCH) \"\" (a b/%) RETURN (CHILDREN STATUS (UNSEEN) SPECIAL-USE)");
  EXPECT_TRUE(list.extended && list.select_subscribed && list.select_recursive && list.return_children &&
              list.return_special_use);
  EXPECT_FALSE(list.select_special_use || list.select_remote || list.return_subscribed);
  EXPECT_EQ(list.return_status, StatusItem::Unseen);
  EXPECT_EQ(list.patterns, (std::vector<std::string>{"a", "b/%"}));
  EXPECT_EQ(failure("LIST (FOO) \"\" *"), "expected a selection option of LIST at octet 9");
  EXPECT_EQ(failure("LIST (RECURSIVEMATCH) \"\" *"), "expected RECURSIVEMATCH with SUBSCRIBED at octet 23");
  EXPECT_EQ(failure("LIST \"\" * RETURN (FOO)"), "expected a return option of LIST at octet 21");
}

Append appended(std::string_view text) {
  const auto command = parse_append(text);
  return command ? std::get<Append>(command->body) : Append{.mailbox = command.error().text};
}

TEST(ParseMailbox, Append) {
  const auto plain = appended("a APPEND Sent {310}");
  EXPECT_EQ(plain.mailbox, "Sent");
  EXPECT_EQ(plain.bytes, 310u);
  EXPECT_EQ(plain.sync, Sync::Yes);
  EXPECT_FALSE(plain.date || plain.binary || plain.utf8);
  const auto full = appended("a APPEND \"Sent\" (\\Seen x) \"01-Jan-1970 00:00:01 +0000\" {1+}");
  EXPECT_TRUE(full.flags.has(mail::Flag::Seen));
  EXPECT_EQ(full.flags.keywords, std::vector<std::string>{"x"});
  EXPECT_EQ(full.date, Time(std::chrono::seconds(1)));
  EXPECT_EQ(full.sync, Sync::No);
  EXPECT_TRUE(appended("a APPEND x ~{1+}").binary);
  EXPECT_TRUE(appended("a APPEND x UTF8 (~{1+}").utf8);
}

TEST(ParseMailbox, BadAppends) {
  EXPECT_EQ(appended("a APPEND x").mailbox, "expected a space at octet 11");
  EXPECT_EQ(appended("a APPEND x \"y\" {1}").mailbox, "expected a digit at octet 13");
  EXPECT_EQ(appended("a APPEND x {1} {1}").mailbox, "expected the end of the command at octet 15");
  EXPECT_EQ(appended("a APPEND x UTF8 ({1}").mailbox, "expected a message literal at octet 18");
  EXPECT_EQ(appended("a APPEND x CATENATE (TEXT {1}").mailbox, "CATENATE is not offered");
  EXPECT_EQ(appended("a APPEND x {99999999999999999999}").mailbox, "expected a number at octet 13");
}

TEST(ParseMailbox, WhatFollowsTheMessage) {
  EXPECT_TRUE(check_append_end("", {}));
  EXPECT_TRUE(check_append_end(")", {.utf8 = true}));
  EXPECT_FALSE(check_append_end(")", {}));
  EXPECT_FALSE(check_append_end("", {.utf8 = true}));
  EXPECT_FALSE(check_append_end(" x", {}));
}

}  // namespace
}  // namespace paraph::imap
