#include "mime/field.h"

#include <gtest/gtest.h>

namespace paraph::mime {
namespace {

std::vector<std::string> names(std::string_view block) {
  std::vector<std::string> out;
  for (const Field& field : Fields(block)) out.emplace_back(field.name);
  return out;
}

TEST(Fields, GoesOverFoldedFieldsWithTheirRanges) {
  const std::string_view block = "A: 1\r\n 2\r\nb :3\r\n\r\nC: body\r\n";
  const auto a = find_field(block, "a");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->value, " 1\r\n 2");
  EXPECT_EQ(a->range, (mail::Range{0, 10}));
  const auto b = find_field(block, "B");
  ASSERT_TRUE(b);
  EXPECT_EQ(b->name, "b");
  EXPECT_EQ(b->value, "3");
  EXPECT_EQ(b->range, (mail::Range{10, 16}));
  EXPECT_FALSE(find_field(block, "C"));
}

TEST(Fields, StopsAtTheFirstLineThatIsNoField) {
  EXPECT_EQ(names("A: 1\r\nno field\r\nB: 2\r\n"), (std::vector<std::string>{"A"}));
  EXPECT_TRUE(names(" A: 1\r\n").empty());
  EXPECT_TRUE(names("").empty());
  EXPECT_TRUE(names(": x\r\n").empty());
  EXPECT_EQ(names("From a@b Mon\r\nA: 1\r\n"), (std::vector<std::string>{"A"}));
}

TEST(Fields, OnlyCrlfEndsALine) {
  const auto field = find_field("A: 1\nB: 2\r\nC: 3", "A");
  ASSERT_TRUE(field);
  EXPECT_EQ(field->value, " 1\nB: 2");
  EXPECT_EQ(find_value("A: 1\nB: 2\r\nC: 3", "C"), "3");
  EXPECT_EQ(find_value("A: 1\nB: 2\r\n", "A"), "1 B: 2");
}

TEST(Fields, CountsDoubles) {
  EXPECT_EQ(count_fields("A: 1\r\na: 2\r\nB: 3\r\n\r\n", "A"), 2u);
  EXPECT_EQ(count_fields("A: 1\r\n\r\n", "B"), 0u);
}

TEST(Unfold, NeverLeavesALineEnd) {
  EXPECT_EQ(unfold(" a\r\n b"), "a b");
  EXPECT_EQ(unfold(" a\r\n\t b \r\n "), "a\t b");
  EXPECT_EQ(unfold("a\rb\nc\r\nd"), "a b c  d");
  EXPECT_EQ(unfold(std::string("a\0b", 3)), "a b");
}

TEST(MessageIds, AreTakenOutOfAnything) {
  EXPECT_EQ(parse_message_ids("<a@b>\r\n <c @d> junk <e@f"), (std::vector<std::string>{"<a@b>", "<c@d>"}));
  EXPECT_EQ(parse_message_ids("<<a@b>"), (std::vector<std::string>{"<a@b>"}));
  EXPECT_TRUE(parse_message_ids("none <>").empty());
  EXPECT_EQ(parse_message_ids("<a@b><c@d>", 1).size(), 1u);
}

}  // namespace
}  // namespace paraph::mime
