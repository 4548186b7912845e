#include "wire/smtp/dot_stuffer.h"

#include <gtest/gtest.h>

#include "base/testing.h"

namespace paraph::smtp {
namespace {

/// "refused" when the message has bare line ends.
std::string stuffed(const std::vector<std::string>& pieces) {
  DotStuffer stuffer;
  std::string out;
  bool clean = true;
  for (const auto& piece : pieces) clean = clean && stuffer.append(out, piece);
  return clean && stuffer.append_end(out) ? out : "refused";
}

TEST(DotStuffer, HoweverTheMessageIsCut) {
  struct Case {
    std::string message, sent;
  };
  for (const auto& [message, sent] : std::vector<Case>{
           {"", ".\r\n"},
           {"a\r\n", "a\r\n.\r\n"},
           {"a", "a\r\n.\r\n"},
           {".", "..\r\n.\r\n"},
           {"..\r\n", "...\r\n.\r\n"},
           {"a\r\n.b\r\n", "a\r\n..b\r\n.\r\n"},
           {"\r\n.\r\n", "\r\n..\r\n.\r\n"},
           {"a.b\r\n\r\n..", "a.b\r\n\r\n...\r\n.\r\n"},
           {"a\n.\r\n", "refused"},
           {"a\r\n.\n", "refused"},
           {"a\rb", "refused"},
           {"a\r\r\n", "refused"},
           {"a\r", "refused"},
           {"a\rb\r", "refused"},
       }) {
    for_every_split(message, [&](const std::vector<std::string>& pieces) { EXPECT_EQ(stuffed(pieces), sent); });
  }
}

TEST(DotStuffer, NothingOfABadPieceIsSent) {
  DotStuffer stuffer;
  std::string out;
  ASSERT_TRUE(stuffer.append(out, "good\r\n"));
  EXPECT_FALSE(stuffer.append(out, "bad\n.\r\nMAIL FROM:<x@y>\r\n\r"));
  EXPECT_EQ(out, "good\r\n");
}

}  // namespace
}  // namespace paraph::smtp
