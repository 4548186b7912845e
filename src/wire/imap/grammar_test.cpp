#include "wire/imap/grammar.h"

#include <gtest/gtest.h>

#include "wire/imap/format.h"

namespace paraph::imap {
namespace {

template <class T>
std::string shown(const T& value) {
  return std::string(value);
}
template <>
std::string shown(const mail::Flags& flags) {
  std::string out;
  append_flags(out, flags);
  return out;
}
template <>
std::string shown(const Time& time) {
  std::string out;
  append_internal_date(out, time);
  return out;
}
template <>
std::string shown(const SequenceSet& set) {
  std::string out;
  append_ranges(out, set.ranges);
  return out;
}
template <>
std::string shown(const std::chrono::sys_days& days) {
  return shown(Time(days));
}

template <class T>
std::string taken(std::string_view text, Result<T> (*rule)(Cursor&)) {
  Cursor cursor(text);
  auto value = rule(cursor);
  if (!value) return value.error().text;
  return shown(*value) + (cursor.at_end() ? "" : "|" + std::string(cursor.rest()));
}

struct Case {
  std::string_view text, result;
};

TEST(Grammar, Astring) {
  for (const auto& [text, result] : {
           Case{"abc d", "abc| d"},
           Case{"a]}:&b(", "a]}:&b|("},
           Case{R"("a b" c)", "a b| c"},
           Case{R"("a\"\\b")", R"(a"\b)"},
           Case{R"("")", ""},
           Case{"\"\xC3\xA4\"", "\xC3\xA4"},
           Case{"{3}\r\na\"b)", "a\"b|)"},
           Case{"{3+}\nabc", "abc"},
           Case{"{0}\r\n", ""},
           Case{"", "expected an atom or a string at octet 1"},
           Case{"(", "expected an atom or a string at octet 1"},
           Case{"\xC3\xA4", "expected an atom or a string at octet 1"},
           Case{"\"abc", "expected a closing quote at octet 5"},
           Case{"\"a\\bc\"", "expected a closing quote at octet 4"},
           Case{"\"a\r\nb\"", "expected a closing quote at octet 3"},
           Case{"{4}\r\nabc", "expected the literal's octets at octet 6"},
           Case{"{99999999999999999999}\r\nabc", "expected a number at octet 2"},
           Case{"{3}abc", "expected a line end at octet 4"},
           Case{"{x}\r\nabc", "expected a number at octet 2"},
           Case{std::string_view("{3}\r\na\0b", 8), "expected a literal without NUL at octet 9"},
       }) {
    EXPECT_EQ(taken(text, astring), result) << text;
  }
}

TEST(Grammar, Nstring) {
  EXPECT_EQ(taken("NIL)", nstring), "|)");
  EXPECT_EQ(taken("\"NIL\"", nstring), "NIL");
  EXPECT_EQ(taken("x", nstring), "expected a string at octet 1");
}

TEST(Grammar, SequenceSet) {
  for (const auto& [text, result] : {
           Case{"1", "1"},
           Case{"1,3:5,4294967295 x", "1,3:5,4294967295| x"},
           Case{"*", "0"},
           Case{"*:4,2:*", "0:4,2:0"},
           Case{"", "expected a number from 1 to 4294967295 at octet 1"},
           Case{"0", "expected a number from 1 to 4294967295 at octet 1"},
           Case{"1:", "expected a number from 1 to 4294967295 at octet 3"},
           Case{"1,", "expected a number from 1 to 4294967295 at octet 3"},
           Case{"4294967296", "expected a number from 1 to 4294967295 at octet 1"},
       }) {
    EXPECT_EQ(taken(text, sequence_set), result) << text;
  }
}

TEST(Grammar, FlagList) {
  for (const auto& [text, result] : {
           Case{"()", "()"},
           Case{"(\\SEEN \\deleted)x", "(\\Deleted \\Seen)|x"},
           Case{"($B a $b A)", "($B a)"},
           Case{"(\\Recent \\Draft)", "(\\Draft)"},
           Case{"(\\Foo)", "expected a flag that can be set at octet 2"},
           Case{"(\\*)", "expected an atom at octet 3"},
           Case{"(a", "expected ) at octet 3"},
           Case{"(a )", "expected an atom at octet 4"},
           Case{"a", "expected ( at octet 1"},
       }) {
    EXPECT_EQ(taken(text, flag_list), result) << text;
  }
  EXPECT_EQ(taken("\\Seen b a", store_flags), "(\\Seen a b)");
}

TEST(Grammar, KeywordsAreBounded) {
  std::string many = "(";
  for (int i = 0; i < 101; ++i) many += "k" + std::to_string(i) + " ";
  EXPECT_EQ(taken(many + "x)", flag_list), "more than 100 keywords");
  EXPECT_EQ(taken("(" + std::string(256, 'k') + ")", flag_list), "a keyword of more than 255 octets");
}

TEST(Grammar, DateTime) {
  for (const auto& [text, result] : {
           Case{R"("17-Jul-1996 02:44:25 -0700")", R"("17-Jul-1996 09:44:25 +0000")"},
           Case{R"(" 1-jan-2000 00:00:00 +0130"x)", R"("31-Dec-1999 22:30:00 +0000"|x)"},
           Case{R"("29-Feb-2024 23:59:60 +0000")", R"("01-Mar-2024 00:00:00 +0000")"},
           Case{R"("29-Feb-2023 00:00:00 +0000")", "expected a day that exists at octet 4"},
           Case{R"("1-Jan-2000 00:00:00 +0000")", "expected a digit at octet 3"},
           Case{R"("01-Foo-2000 00:00:00 +0000")", "expected a month at octet 5"},
           Case{R"("01-Jan-2000 24:00:00 +0000")", "expected a time that exists at octet 29"},
           Case{R"("01-Jan-2000 00:00:00 0000")", "expected + at octet 23"},
           Case{R"("01-Jan-200)", "expected a digit at octet 12"},
       }) {
    EXPECT_EQ(taken(text, date_time), result) << text;
  }
}

TEST(Grammar, Date) {
  EXPECT_EQ(taken("1-Feb-1994 x", date), R"("01-Feb-1994 00:00:00 +0000"| x)");
  EXPECT_EQ(taken("\"01-FEB-1994\"", date), R"("01-Feb-1994 00:00:00 +0000")");
  EXPECT_EQ(taken("32-Feb-1994", date), "expected a day of the month at octet 3");
  EXPECT_EQ(taken("0-Feb-1994", date), "expected a day that exists at octet 2");
  EXPECT_EQ(taken("\"1-Feb-1994", date), "expected \" at octet 12");
}

TEST(Grammar, Mailboxes) {
  EXPECT_EQ(taken("inbox", mailbox), "INBOX");
  EXPECT_EQ(taken("&AOQ-/b", mailbox), "\xC3\xA4/b");
  EXPECT_EQ(taken("a%*b c", list_mailbox), "a%*b| c");
  EXPECT_EQ(taken("\"%\"", list_mailbox), "%");
  EXPECT_EQ(taken("&", mailbox), "the mailbox name is not in modified UTF-7");
}

}  // namespace
}  // namespace paraph::imap
