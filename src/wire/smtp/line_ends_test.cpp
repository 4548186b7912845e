#include "wire/smtp/line_ends.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "base/text.h"

namespace paraph::smtp {
namespace {

TEST(LineCheck, FindsBareCrAndLfHoweverTheOctetsAreCut) {
  struct Case {
    std::string_view octets;
    LineEnds ends;
  };
  for (const auto& [octets, ends] : {
           Case{"", {}},
           Case{"a\r\nb\r\n\r\n", {}},
           Case{"a", {}},
           Case{"a\nb", {.bare_lf = true}},
           Case{"\n", {.bare_lf = true}},
           Case{"\r\n\n", {.bare_lf = true}},
           Case{"a\rb\r\n", {.bare_cr = true}},
           Case{"a\r", {.bare_cr = true}},
           Case{"\r\r\n", {.bare_cr = true}},
           Case{"\n\r", {.bare_cr = true, .bare_lf = true}},
           Case{"a\r\n\rb\n", {.bare_cr = true, .bare_lf = true}},
       }) {
    for_every_split(octets, [&](const auto& pieces) {
      LineCheck check;
      for (const auto& piece : pieces) check.feed(piece);
      EXPECT_EQ(check.result(), ends) << printable(octets);
    });
  }
}

TEST(LineCheck, KnowsWhereALineStarts) {
  LineCheck check;
  EXPECT_TRUE(check.at_line_start());
  check.feed("a\r");
  EXPECT_FALSE(check.at_line_start());
  check.feed("\n");
  EXPECT_TRUE(check.at_line_start());
  check.feed("\n");
  EXPECT_FALSE(check.at_line_start());
}

TEST(LineCheck, StopsBeforeADotThatFollowsCrlf) {
  LineCheck check;
  EXPECT_EQ(check.feed_to_dot("a.\n.b\r\n.c"), 7u);
  EXPECT_EQ(check.feed_to_dot("xyz\r\n"), 5u);
}

}  // namespace
}  // namespace paraph::smtp
