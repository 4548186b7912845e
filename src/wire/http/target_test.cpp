#include "wire/http/target.h"

#include <gtest/gtest.h>

namespace paraph::http {
namespace {

std::string shown(std::string_view text) {
  const auto target = parse_target(text);
  if (!target) return "refused";
  std::string all = target->path;
  for (const auto& [name, value] : target->parameters) all += "|" + name + "=" + value;
  return all;
}

TEST(Target, table) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"/", "/"},
      {"*", "*"},
      {"/a/b", "/a/b"},
      {"/a%20b?x=%2B1&y=+1&&z", "/a b|x=+1|y=+1|z="},
      {"/a?user=alice%40example.org", "/a|user=alice@example.org"},
      {"/a?x=1?2", "/a|x=1?2"},
      {"http://host/a?x=1", "/a|x=1"},
      {"HTTPS://host", "/"},
      {"http://host?x=1", "/|x=1"},
      {"", "refused"},
      {"a", "refused"},
      {"host:443", "refused"},
      {"/a#b", "refused"},
      {"/%", "refused"},
      {"/%4", "refused"},
      {"/%zz", "refused"},
      {"/a%00b", "refused"},
      {"/a%0d%0ab", "refused"},
      {"/a?x=%7f", "refused"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(shown(text), expected) << text;
}

TEST(Target, has_a_bounded_number_of_parameters) {
  std::string text = "/?a";
  for (std::size_t i = 1; i < kParametersMax; ++i) text += "&a";
  EXPECT_TRUE(parse_target(text));
  EXPECT_FALSE(parse_target(text + "&a"));
}

TEST(Target, a_parameter_that_comes_twice_is_none) {
  const auto target = parse_target("/?a=1&b=2&a=3");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->parameter("a"), nullptr);
  EXPECT_EQ(target->parameter("c"), nullptr);
  ASSERT_NE(target->parameter("b"), nullptr);
  EXPECT_EQ(*target->parameter("b"), "2");
}

TEST(Target, percent_encoding_goes_both_ways) {
  EXPECT_EQ(percent_encode("a+b@example.org"), "a%2Bb%40example.org");
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
}

}  // namespace
}  // namespace paraph::http
