#include "wire/imap/mailbox_name.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace paraph::imap {
namespace {

TEST(MailboxName, ModifiedUtf7BothWays) {
  struct Case {
    std::string_view utf7, utf8;
  };
  for (const auto& [utf7, utf8] : {
           Case{"", ""},
           Case{"Sent Items", "Sent Items"},
           Case{"a&-b", "a&b"},
           Case{"&-&-", "&&"},
           Case{"&AOQ-", "\xC3\xA4"},
           Case{"x&AOQ-&-y", "x\xC3\xA4&y"},
           Case{"~peter/mail/&U,BTFw-/&ZeVnLIqe-",
                "~peter/mail/\xE5\x8F\xB0\xE5\x8C\x97/\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E"},
           Case{"&2D3eAA-", "\xF0\x9F\x98\x80"},
           Case{"&AAk-", "\t"},
       }) {
    EXPECT_EQ(parse_utf7_name(utf7).value_or("-"), utf8) << utf7;
    EXPECT_EQ(format_utf7_name(utf8), utf7) << utf7;
  }
}

TEST(MailboxName, OnlyOneWayOfWritingIsTaken) {
  for (const std::string_view bad :
       {"&", "a&", "&AOQ", "\xC3\xA4", "&AGE-", "&AOQ-&AOQ-", "&AOR-", "&AOQA-", "&AO-", "&AOQ=-", "&2D0-", "&3gA-",
        "&2D0AYQ-", "&A-", "&AC8-", "\x7f", "a\tb", "&AOQ/-"}) {
    EXPECT_FALSE(parse_utf7_name(bad)) << bad;
  }
}

TEST(MailboxName, InboxIsUpperCase) {
  EXPECT_EQ(parse_mailbox_name("inBox", NameEncoding::Utf7).value(), "INBOX");
  EXPECT_EQ(parse_mailbox_name("inbox/a", NameEncoding::Utf8).value(), "INBOX/a");
  EXPECT_EQ(parse_mailbox_name("inboxes", NameEncoding::Utf8).value(), "inboxes");
  EXPECT_EQ(parse_mailbox_name("\xC3\xA4", NameEncoding::Utf8).value(), "\xC3\xA4");
  EXPECT_FALSE(parse_mailbox_name("\xC3", NameEncoding::Utf8));
}

TEST(MailboxName, WhatANameMayBe) {
  for (const std::string_view good : {"a", "a/b", "a b", "\xC3\xA4", "\\", "#x", "&"})
    EXPECT_TRUE(check_mailbox_name(good)) << good;
  for (const std::string_view bad : {"", "/", "/a", "a/", "a//b", "a*", "%", "a\tb", "\x7f"})
    EXPECT_FALSE(check_mailbox_name(bad)) << bad;
  EXPECT_FALSE(check_mailbox_name(std::string(1001, 'a')));
  std::string deep = "a";
  for (int i = 1; i < 32; ++i) deep += "/a";
  EXPECT_TRUE(check_mailbox_name(deep));
  EXPECT_FALSE(check_mailbox_name(deep + "/a"));
}

TEST(NamePattern, Wildcards) {
  struct Case {
    std::string_view pattern, matching, others;
  };
  for (const auto& [pattern, matching, others] : {
           Case{"*", "a a/b INBOX", ""},
           Case{"%", "a INBOX \xC3\xA4", "a/b INBOX/a"},
           Case{"a/%", "a/b a/", "a a/b/c b/a"},
           Case{"a/%/c", "a/b/c a//c", "a/c a/b/b/c"},
           Case{"*/c", "a/c a/b/c /c", "c a/cc"},
           Case{"a*b%c", "abc axxbyc ab/bc a/bc", "ab/c abcd"},
           Case{"%*", "a a/b", ""},
           Case{"*%x", "x ax a/bx", "xa"},
           Case{"abc", "abc", "ABC ab abcd"},
           Case{"", "", "a"},
           Case{"inbox", "INBOX", "inbox INBOX/a"},
           Case{"InB%", "INBOX InBa", "inbox inba"},
           Case{"inbox*", "INBOX INBOX/a inboxes", "INBOXES"},
           Case{"*box", "INBOX Postbox", "POSTBOX"},
           Case{"inbox/%", "INBOX/a", "INBOX INBOX/a/b"},
       }) {
    const NamePattern compiled("", pattern);
    for (const auto name : split(matching, ' '))
      EXPECT_EQ(compiled.matches(name), !matching.empty() || pattern.empty()) << pattern << " " << name;
    for (const auto name : split(others, ' '))
      EXPECT_FALSE(!others.empty() && compiled.matches(name)) << pattern << " " << name;
  }
}

TEST(NamePattern, TheReferenceComesFirst) {
  EXPECT_TRUE(NamePattern("a/", "%").matches("a/b"));
  EXPECT_FALSE(NamePattern("a/", "%").matches("b"));
}

TEST(NamePattern, LongPatternsAreLinear) {
  std::string pattern, name(1000, 'a');
  for (int i = 0; i < 990; ++i) pattern += i % 2 == 0 ? "*a" : "%a";
  EXPECT_TRUE(NamePattern("", pattern).matches(name));
  EXPECT_FALSE(NamePattern("", pattern + "b").matches(name));
  EXPECT_FALSE(NamePattern("", std::string(5000, 'a')).matches(name));
  for (std::size_t length : {62u, 63u, 64u, 65u, 127u, 128u, 129u}) {
    const std::string exact(length, 'a');
    EXPECT_TRUE(NamePattern("", exact).matches(exact));
    EXPECT_FALSE(NamePattern("", exact).matches(exact + "a"));
    EXPECT_TRUE(NamePattern("", exact + "%").matches(exact + "b"));
    EXPECT_FALSE(NamePattern("", exact + "%").matches(exact + "/"));
  }
}

}  // namespace
}  // namespace paraph::imap
