#include "wire/http/conditions.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace paraph::http {
namespace {

std::string shown_tags(std::string_view text) {
  const auto tags = parse_entity_tags(text);
  if (!tags) return "refused";
  std::string all = tags->any ? "*" : "";
  for (const auto& tag : tags->tags) all += (tag.weak ? "~" : "") + tag.tag + ";";
  return all;
}

TEST(EntityTags, table) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"*", "*"},
      {" * ", "*"},
      {"\"a\"", "a;"},
      {"\"\"", ";"},
      {"W/\"a\" , \"b,c\"", "~a;b,c;"},
      {",\"a\",,", "a;"},
      {"", "refused"},
      {",", "refused"},
      {"a", "refused"},
      {"\"a", "refused"},
      {"\"a\" \"b\"", "refused"},
      {"w/\"a\"", "refused"},
      {"\"a b\"", "refused"},
      {"*, \"a\"", "refused"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(shown_tags(text), expected) << text;
}

TEST(EntityTags, compare_strongly_and_weakly) {
  const auto tags = parse_entity_tags("W/\"a\", \"b\"");
  ASSERT_TRUE(tags);
  EXPECT_FALSE(tags->has_strong("a"));
  EXPECT_TRUE(tags->has("a"));
  EXPECT_TRUE(tags->has_strong("b"));
  EXPECT_FALSE(tags->has("c"));
}

TEST(EntityTags, are_bounded) {
  std::string text;
  for (std::size_t i = 0; i < kEntityTagsMax; ++i) text += "\"a\",";
  EXPECT_TRUE(parse_entity_tags(text));
  EXPECT_FALSE(parse_entity_tags(text + "\"a\""));
}

std::string shown_range(std::string_view text, std::uint64_t size) {
  const auto answer = parse_range(text, size);
  if (answer.kind == RangeAnswer::Kind::Whole) return "whole";
  if (answer.kind == RangeAnswer::Kind::Unsatisfiable) return "none";
  return fmt::format("{}..{}", answer.part.begin, answer.part.end);
}

TEST(Range, table) {
  struct Case {
    std::string_view text;
    std::uint64_t size;
    std::string_view expected;
  };
  const Case cases[] = {
      {"bytes=0-0", 10, "0..1"},
      {"Bytes=2-4", 10, "2..5"},
      {"bytes=2-", 10, "2..10"},
      {"bytes=2-99", 10, "2..10"},
      {"bytes=-3", 10, "7..10"},
      {"bytes=-99", 10, "0..10"},
      {"bytes=9-9", 10, "9..10"},
      {"bytes=10-", 10, "none"},
      {"bytes=-0", 10, "none"},
      {"bytes=0-", 0, "none"},
      {"bytes=-1", 0, "none"},
      {"bytes=0-18446744073709551615", 10, "0..10"},
      {"bytes=5-4", 10, "whole"},
      {"bytes=-", 10, "whole"},
      {"bytes=a-b", 10, "whole"},
      {"bytes=0-1,3-4", 10, "whole"},
      {"bytes=0-99999999999999999999", 10, "whole"},
      {"lines=0-1", 10, "whole"},
      {"", 10, "whole"},
  };
  for (const auto& [text, size, expected] : cases) EXPECT_EQ(shown_range(text, size), expected) << text;
}

}  // namespace
}  // namespace paraph::http
