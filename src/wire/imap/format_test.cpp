#include "wire/imap/format.h"

#include <gtest/gtest.h>

namespace paraph::imap {
namespace {

template <class... Args>
std::string formatted(void (*append)(std::string&, Args...), std::type_identity_t<Args>... args) {
  std::string out = ">";
  append(out, std::forward<Args>(args)...);
  return out.substr(1);
}

struct Case {
  std::string_view text, result;
};

TEST(ImapFormat, Strings) {
  for (const auto& [text, result] : {
           Case{"", "\"\""},
           Case{"a b", "\"a b\""},
           Case{"a\"\\b", R"("a\"\\b")"},
           Case{"a\tb", "\"a\tb\""},
           Case{"\xC3\xA4", "{2}\r\n\xC3\xA4"},
           Case{"a\r\nb", "{4}\r\na\r\nb"},
           Case{std::string_view("a\0b", 3), "{3}\r\na?b"},
       }) {
    EXPECT_EQ(formatted(append_string, text), result);
  }
  EXPECT_TRUE(formatted(append_string, std::string(2000, 'a')).starts_with("{2000}\r\na"));
}

TEST(ImapFormat, Astrings) {
  for (const auto& [text, result] :
       {Case{"", "\"\""}, Case{"abc]", "abc]"}, Case{"a b", "\"a b\""}, Case{"nil", "\"nil\""}, Case{"a(", "\"a(\""},
        Case{"\xC3\xA4", "{2}\r\n\xC3\xA4"}}) {
    EXPECT_EQ(formatted(append_astring, text), result);
  }
  EXPECT_EQ(formatted(append_nstring, ""), "NIL");
  EXPECT_EQ(formatted(append_nstring, "NIL"), "\"NIL\"");
}

TEST(ImapFormat, MailboxNames) {
  EXPECT_EQ(formatted(append_mailbox, "Sent Items", NameEncoding::Utf7), "\"Sent Items\"");
  EXPECT_EQ(formatted(append_mailbox, "\xC3\xA4", NameEncoding::Utf7), "&AOQ-");
  EXPECT_EQ(formatted(append_mailbox, "\xC3\xA4\"", NameEncoding::Utf8), "\"\xC3\xA4\\\"\"");
  EXPECT_EQ(formatted(append_mailbox, "a&b", NameEncoding::Utf7), "a&-b");
  EXPECT_EQ(formatted(append_mailbox, "a&b", NameEncoding::Utf8), "\"a&b\"");
}

TEST(ImapFormat, Flags) {
  mail::Flags flags{.keywords = {"$Forwarded", "x"}};
  EXPECT_EQ(formatted(append_flags, mail::Flags{}, Recent::No), "()");
  EXPECT_EQ(formatted(append_flags, mail::Flags{}, Recent::Yes), "(\\Recent)");
  for (const auto flag :
       {mail::Flag::Seen, mail::Flag::Answered, mail::Flag::Flagged, mail::Flag::Deleted, mail::Flag::Draft})
    flags.set(flag);
  EXPECT_EQ(formatted(append_flags, flags, Recent::No), "(\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded x)");
}

TEST(ImapFormat, InternalDates) {
  EXPECT_EQ(formatted(append_internal_date, Time()), "\"01-Jan-1970 00:00:00 +0000\"");
  EXPECT_EQ(formatted(append_internal_date, Time(std::chrono::seconds(837596665))), "\"17-Jul-1996 09:44:25 +0000\"");
  EXPECT_EQ(formatted(append_internal_date, Time(std::chrono::seconds(-1))), "\"31-Dec-1969 23:59:59 +0000\"");
}

TEST(ImapFormat, Numbers) {
  EXPECT_EQ(formatted(append_number, UINT64_MAX), "18446744073709551615");
  EXPECT_EQ(formatted(append_literal_start, 70000u), "{70000}\r\n");
  EXPECT_EQ(formatted(append_literal8_start, 0u), "~{0}\r\n");
  EXPECT_EQ(formatted(append_fetch_start, 12u), "* 12 FETCH (");
  EXPECT_EQ(formatted(append_uids, {Uid{1}, Uid{2}, Uid{3}, Uid{5}}), "1:3,5");
  EXPECT_EQ(formatted(append_uids, {}), "");
}

TEST(ImapFormat, Status) {
  const StatusValues values{.messages = 3,
                            .recent = 1,
                            .uid_next = 9,
                            .uid_validity = 7,
                            .unseen = 2,
                            .deleted = 4,
                            .size = 1000,
                            .highest_modseq = 5};
  EXPECT_EQ(formatted(append_status, "INBOX", NameEncoding::Utf7, StatusItem::Unseen | StatusItem::Messages, values),
            "* STATUS INBOX (MESSAGES 3 UNSEEN 2)\r\n");
  EXPECT_EQ(formatted(append_status, "a b", NameEncoding::Utf7, static_cast<StatusItem>(255), values),
            "* STATUS \"a b\" (MESSAGES 3 RECENT 1 UIDNEXT 9 UIDVALIDITY 7 UNSEEN 2 DELETED 4 SIZE 1000 HIGHESTMODSEQ "
            "5)\r\n");
}

TEST(ImapFormat, List) {
  EXPECT_EQ(formatted(append_list, ListVerb::List, ListAttribute::HasNoChildren, mail::SpecialUse::Sent, "Sent",
                      NameEncoding::Utf7),
            "* LIST (\\HasNoChildren \\Sent) \"/\" Sent\r\n");
  EXPECT_EQ(
      formatted(append_list, ListVerb::List, ListAttribute::NoSelect, mail::SpecialUse::None, "", NameEncoding::Utf7),
      "* LIST (\\Noselect) \"/\" \"\"\r\n");
  EXPECT_EQ(formatted(append_list, ListVerb::Lsub, ListAttribute::None, mail::SpecialUse::Greetings, "Greetings",
                      NameEncoding::Utf7),
            "* LSUB () \"/\" Greetings\r\n");
}

TEST(ImapFormat, Conditions) {
  EXPECT_EQ(formatted(append_condition, "a1", Condition::Ok, "READ-WRITE", "selected"),
            "a1 OK [READ-WRITE] selected\r\n");
  EXPECT_EQ(formatted(append_condition, "*", Condition::Bye, "", "a\r\n* OK b\xC3\xA4"), "* BYE a??* OK b??\r\n");
  EXPECT_EQ(formatted(append_condition, "a", Condition::No, "", ""), "a NO done\r\n");
  EXPECT_EQ(formatted(append_appenduid, 38505u, Uid{3955}), "APPENDUID 38505 3955");
  EXPECT_EQ(formatted(append_copyuid, 38505u, {Uid{304}, Uid{319}, Uid{320}}, {Uid{3956}, Uid{3957}, Uid{3958}}),
            "COPYUID 38505 304,319:320 3956:3958");
}

}  // namespace
}  // namespace paraph::imap
