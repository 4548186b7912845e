#include "wire/imap/format.h"
#include "wire/imap/parse_testing.h"

namespace paraph::imap {
namespace {

using Kind = SearchKey::Kind;

// The tree in brackets: kind, what it holds, children.
std::string shown(const SearchKey& key) {
  std::string out = std::to_string(static_cast<int>(key.kind));
  if (key.kind == Kind::Flag || key.kind == Kind::Unflag) out += "/" + std::to_string(static_cast<int>(key.flag));
  if (!key.field.empty()) out += " " + key.field + ":";
  if (!key.text.empty()) out += " " + key.text;
  if (key.number != 0) out += " " + std::to_string(key.number);
  if (key.date != std::chrono::sys_days{}) out += " day " + std::to_string(key.date.time_since_epoch().count());
  if (!key.set.ranges.empty()) append_ranges(out += " ", key.set.ranges);
  for (const auto& child : key.children) out += "[" + shown(child) + "]";
  return out;
}

std::string keys(std::string_view arguments) { return shown(parsed<Search>("SEARCH " + std::string(arguments)).key); }
std::string kind(Kind kind) { return "1[" + std::to_string(static_cast<int>(kind)); }

TEST(ParseSearch, EveryKey) {
  struct Case {
    std::string_view text, key;
  };
  for (const auto& [text, key] : {
           Case{"ALL", "1[0]"},
           Case{"answered", "1[4/2]"},
           Case{"DELETED", "1[4/8]"},
           Case{"DRAFT", "1[4/16]"},
           Case{"FLAGGED", "1[4/4]"},
           Case{"SEEN", "1[4/1]"},
           Case{"UNANSWERED", "1[5/2]"},
           Case{"UNDELETED", "1[5/8]"},
           Case{"UNDRAFT", "1[5/16]"},
           Case{"UNFLAGGED", "1[5/4]"},
           Case{"UNSEEN", "1[5/1]"},
           Case{"2,4:*", "1[27 2,4:0]"},
           Case{"* ALL", "1[27 0][0]"},
           Case{"UID 7", "1[28 7]"},
           Case{"NOT SEEN", "1[3[4/1]]"},
           Case{"OR SEEN (ALL 1)", "1[2[4/1][1[0][27 1]]]"},
           Case{"((ALL))", "1[1[1[0]]]"},
           Case{"NOT (SEEN ALL) 1", "1[3[1[4/1][0]]][27 1]"},
       }) {
    EXPECT_EQ(keys(text), key) << text;
  }
}

TEST(ParseSearch, KeysWithValues) {
  EXPECT_EQ(keys("BCC x"), kind(Kind::Bcc) + " x]");
  EXPECT_EQ(keys("CC x"), kind(Kind::Cc) + " x]");
  EXPECT_EQ(keys("FROM \"a b\""), kind(Kind::From) + " a b]");
  EXPECT_EQ(keys("SUBJECT {2+}\r\n\xC3\xA4"), kind(Kind::Subject) + " \xC3\xA4]");
  EXPECT_EQ(keys("TO x"), kind(Kind::To) + " x]");
  EXPECT_EQ(keys("BODY x"), kind(Kind::Body) + " x]");
  EXPECT_EQ(keys("TEXT x"), kind(Kind::Text) + " x]");
  EXPECT_EQ(keys("HEADER Message-ID <a@b>"), kind(Kind::Header) + " Message-ID: <a@b>]");
  EXPECT_EQ(keys("HEADER X \"\""), kind(Kind::Header) + " X:]");
  EXPECT_EQ(keys("KEYWORD $Forwarded"), kind(Kind::Keyword) + " $Forwarded]");
  EXPECT_EQ(keys("UNKEYWORD x"), kind(Kind::Unkeyword) + " x]");
  EXPECT_EQ(keys("LARGER 10"), kind(Kind::Larger) + " 10]");
  EXPECT_EQ(keys("SMALLER 4294967296"), kind(Kind::Smaller) + " 4294967296]");
  EXPECT_EQ(keys("BEFORE 2-Jan-1970"), kind(Kind::Before) + " day 1]");
  EXPECT_EQ(keys("ON 2-Jan-1970"), kind(Kind::On) + " day 1]");
  EXPECT_EQ(keys("SINCE \"2-Jan-1970\""), kind(Kind::Since) + " day 1]");
  EXPECT_EQ(keys("SENTBEFORE 2-Jan-1970"), kind(Kind::SentBefore) + " day 1]");
  EXPECT_EQ(keys("SENTON 2-Jan-1970"), kind(Kind::SentOn) + " day 1]");
  EXPECT_EQ(keys("SENTSINCE 2-Jan-1970"), kind(Kind::SentSince) + " day 1]");
  EXPECT_EQ(keys("NEW OLD RECENT"), "1[8][9][10]");
}

TEST(ParseSearch, CharsetAndNumbers) {
  EXPECT_EQ(parsed<Search>("SEARCH CHARSET utf-8 TEXT x").charset, "UTF-8");
  EXPECT_EQ(parsed<Search>("SEARCH ALL").charset, "");
  EXPECT_EQ(parsed<Search>("UID SEARCH ALL").numbers, Numbers::Uid);
}

TEST(ParseSearch, Failures) {
  EXPECT_EQ(failure("SEARCH"), "expected a space at octet 9");
  EXPECT_EQ(failure("SEARCH FOO"), "expected a SEARCH key at octet 10");
  EXPECT_EQ(failure("SEARCH ()"), "expected a SEARCH key at octet 11");
  EXPECT_EQ(failure("SEARCH (ALL"), "expected ) at octet 14");
  EXPECT_EQ(failure("SEARCH ALL)"), "expected the end of the command at octet 13");
  EXPECT_EQ(failure("SEARCH OR ALL"), "expected a space at octet 16");
  EXPECT_EQ(failure("SEARCH NOT"), "expected a space at octet 13");
  EXPECT_EQ(failure("SEARCH SINCE yesterday"), "expected a day of the month at octet 16");
  EXPECT_EQ(failure("SEARCH CHARSET UTF-8"), "expected a space at octet 23");
}

TEST(ParseSearch, Bounds) {
  std::string nots, parentheses, ors, many;
  for (int i = 0; i < 5000; ++i) {
    nots += "NOT ";
    parentheses += "(";
    ors += "OR ALL ";
    many += "ALL ";
  }
  EXPECT_EQ(failure("SEARCH " + nots + "ALL"), "SEARCH keys nest at most 100 deep");
  EXPECT_EQ(failure("SEARCH " + parentheses), "SEARCH keys nest at most 100 deep");
  EXPECT_EQ(failure("SEARCH " + ors + "ALL"), "SEARCH keys nest at most 100 deep");
  EXPECT_EQ(failure("SEARCH " + many + "ALL"), "SEARCH has at most 1000 keys");
}

}  // namespace
}  // namespace paraph::imap
