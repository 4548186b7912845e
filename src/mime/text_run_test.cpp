#include "mime/text_run.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace paraph::mime {
namespace {

TEST(TextRun, StopsWhereADelimiterMayBegin) {
  const TextRun run = text_run("a\r\nb\r\n-c");
  EXPECT_EQ(run.bytes, 6u);
  EXPECT_EQ(run.crlfs, 2u);
  EXPECT_EQ(text_run("-a-b").bytes, 4u);
  EXPECT_TRUE(text_run("a\rb").bare_cr);
  EXPECT_TRUE(text_run("a\r").bare_cr);
  EXPECT_TRUE(text_run("a\nb").bare_lf);
  EXPECT_TRUE(text_run(std::string_view("a\0b", 3)).nul);
}

TEST(TextRun, BothWaysAgree) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 400, 'x');
    const unsigned rare = 1 + random() % 60;
    for (char& c : text) {
      if (random() % rare == 0) c = std::string_view("\r\n-\0\n\r", 6)[random() % 6];
    }
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
      if (random() % 40 == 0) text.replace(i, 2, "\r\n");
    }
    EXPECT_EQ(text_run(text), text_run_scalar(text));
  }
}

}  // namespace
}  // namespace paraph::mime
