#include "session/imap/search_query.h"

#include <gtest/gtest.h>

namespace paraph::session_imap {
namespace {

using Kind = imap::SearchKey::Kind;
using Key = imap::SearchKey;
using namespace std::chrono;

/// One message: UID 7 of a view of 5, 7 and 9.
class QueryTest : public testing::Test {
 protected:
  QueryTest() {
    entry_.uid = Uid{7};
    entry_.flags.set(mail::Flag::Seen);
    entry_.flags.keywords = {"$Forwarded"};
    entry_.internal_date = sys_days(year(2026) / 3 / 4) + hours(23);
    entry_.size = 1000;
    mail::Part root;
    root.envelope = mail::Envelope{.date = "Tue, 3 Mar 2026 23:59:59 -0800",
                                   .subject = "=?utf-8?q?Gr=C3=BC=C3=9Fe?= from Berlin",
                                   .from = {{.name = "Alice", .address = {"alice", "example.org"}}}};
    message_.structure.parts.push_back(root);
  }

  Verdict ask(Key key, bool entry = true, bool message = true, bool octets = true) {
    Key all{.kind = Kind::And, .children = {std::move(key)}};
    const auto query = Query::compile(all, "UTF-8", view_);
    Subject subject{.index = 1, .uid = Uid{7}, .recent = true};
    if (entry) subject.entry = &entry_;
    if (message) subject.message = &message_;
    if (octets) {
      subject.fields = &fields_;
      subject.text = &text_;
    }
    return query.value().ask(subject);
  }

  View view_{{Uid{5}, Uid{7}, Uid{9}}};
  mail::Entry entry_;
  record::StoredMessage message_;
  FoldedFields fields_ = fold_fields("X-Thing: Some\r\n Value\r\nSubject: =?utf-8?q?=C3=84?=\r\n\r\n");
  std::string text_ = "call me back";
};

TEST_F(QueryTest, EveryKey) {
  const auto day = [](int m, int d) { return sys_days(year(2026) / m / d); };
  const struct {
    Key key;
    bool expected;
  } kCases[] = {
      {{.kind = Kind::All}, true},
      {{.kind = Kind::Flag, .flag = mail::Flag::Seen}, true},
      {{.kind = Kind::Unflag, .flag = mail::Flag::Seen}, false},
      {{.kind = Kind::Keyword, .text = "$FORWARDED"}, true},
      {{.kind = Kind::Unkeyword, .text = "other"}, true},
      {{.kind = Kind::New}, false},
      {{.kind = Kind::Recent}, true},
      {{.kind = Kind::Old}, false},
      {{.kind = Kind::From, .text = "ALICE@example"}, true},
      {{.kind = Kind::To, .text = "alice"}, false},
      {{.kind = Kind::Subject, .text = "GRÜ"}, true},
      {{.kind = Kind::Header, .text = "some value", .field = "x-thing"}, true},
      {{.kind = Kind::Header, .text = "", .field = "X-Thing"}, true},
      {{.kind = Kind::Header, .text = "", .field = "X-Absent"}, false},
      {{.kind = Kind::Body, .text = "BACK"}, true},
      {{.kind = Kind::Body, .text = "thing"}, false},
      {{.kind = Kind::Text, .text = "thing"}, true},
      {{.kind = Kind::Text, .text = "subject: ä"}, true},
      {{.kind = Kind::Before, .date = day(3, 5)}, true},
      {{.kind = Kind::On, .date = day(3, 4)}, true},
      {{.kind = Kind::Since, .date = day(3, 5)}, false},
      {{.kind = Kind::SentOn, .date = day(3, 3)}, true},
      {{.kind = Kind::SentBefore, .date = day(3, 3)}, false},
      {{.kind = Kind::SentSince, .date = day(3, 4)}, false},
      {{.kind = Kind::Larger, .number = 999}, true},
      {{.kind = Kind::Smaller, .number = 1000}, false},
      {{.kind = Kind::Sequence, .set = {{{2, 2}}}}, true},
      {{.kind = Kind::Sequence, .set = {{{3, imap::kStar}}}}, false},
      {{.kind = Kind::Uid, .set = {{{6, 8}}}}, true},
      {{.kind = Kind::Not, .children = {{.kind = Kind::All}}}, false},
      {{.kind = Kind::Or, .children = {{.kind = Kind::Old}, {.kind = Kind::Recent}}}, true},
  };
  for (const auto& [key, expected] : kCases) {
    EXPECT_EQ(ask(key), expected ? Verdict::Yes : Verdict::No)
        << "kind " << static_cast<int>(key.kind) << " " << key.text;
  }
}

TEST_F(QueryTest, AsksForMoreOnlyWhereItMatters) {
  const Key body{.kind = Kind::Body, .text = "back"};
  const Key unseen{.kind = Kind::Unflag, .flag = mail::Flag::Seen};
  const Key both{.kind = Kind::And, .children = {body, unseen}};
  EXPECT_EQ(ask(both, false, false, false), Verdict::Unknown);
  EXPECT_EQ(ask(both, true, false, false), Verdict::No);  // the message is not opened
  EXPECT_EQ(ask({.kind = Kind::Or, .children = {body, {.kind = Kind::All}}}, false, false, false), Verdict::Yes);
  EXPECT_EQ(ask({.kind = Kind::Not, .children = {body}}, true, true, false), Verdict::Unknown);
}

TEST_F(QueryTest, RefusesOtherCharsets) {
  EXPECT_EQ(Query::compile({}, "ISO-2022-JP", view_).error().code, Code::Unsupported);
  EXPECT_EQ(Query::compile({.kind = Kind::Body, .text = "\xFF"}, "", view_).error().code, Code::BadInput);
}

}  // namespace
}  // namespace paraph::session_imap
