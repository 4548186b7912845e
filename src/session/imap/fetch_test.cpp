#include "session/imap/fetch.h"

#include <gtest/gtest.h>

namespace paraph::session_imap {
namespace {

using Kind = imap::FetchItem::Kind;

TEST(FetchPlan, UidFetchAddsTheUidOnce) {
  const FetchPlan plan({{.kind = Kind::Flags}}, imap::Numbers::Uid, imap::Readonly::No);
  ASSERT_EQ(plan.items.size(), 2u);
  EXPECT_EQ(plan.items.front().kind, Kind::Uid);
  EXPECT_EQ(FetchPlan({{.kind = Kind::Uid}}, imap::Numbers::Uid, imap::Readonly::No).items.size(), 1u);
}

TEST(FetchPlan, SaysWhatItNeeds) {
  const FetchPlan flags({{.kind = Kind::Flags}}, imap::Numbers::Sequence, imap::Readonly::No);
  EXPECT_FALSE(flags.needs_message || flags.streams || flags.sets_seen);
  const FetchPlan envelope({{.kind = Kind::Envelope}}, imap::Numbers::Sequence, imap::Readonly::No);
  EXPECT_TRUE(envelope.needs_message && !envelope.streams);
  const FetchPlan body({{.kind = Kind::Section}}, imap::Numbers::Sequence, imap::Readonly::No);
  EXPECT_TRUE(body.needs_message && body.streams && body.sets_seen);
  EXPECT_FALSE(FetchPlan({{.kind = Kind::Section}}, imap::Numbers::Sequence, imap::Readonly::Yes).sets_seen);
}

TEST(InlineOctets, OnlyWithinOneInlineSegment) {
  mail::Rope rope;
  rope.append("Header: x\r\n\r\n");
  rope.append(mail::Segment{.kind = mail::Segment::Kind::Raw, .length = 10});
  rope.append("tail");
  EXPECT_EQ(inline_octets(rope, {0, 6}), "Header");
  EXPECT_EQ(inline_octets(rope, {23, 27}), "tail");
  EXPECT_EQ(inline_octets(rope, {0, 14}), std::nullopt);
  EXPECT_EQ(inline_octets(rope, {14, 15}), std::nullopt);
  EXPECT_EQ(inline_octets(rope, {30, 31}), std::nullopt);
}

}  // namespace
}  // namespace paraph::session_imap
