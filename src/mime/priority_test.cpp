#include "mime/priority.h"

#include <gtest/gtest.h>

namespace paraph::mime {
namespace {

TEST(Priority, IsWhatTheFirstKnownWordSays) {
  using enum mail::Priority;
  const std::pair<std::string_view, mail::Priority> table[] = {
      {"", Normal},
      {"Subject: urgent\r\n\r\n", Normal},
      {"Importance: High\r\n\r\n", Urgent},
      {"IMPORTANCE: low\r\n\r\n", NonUrgent},
      {"Priority: urgent\r\nImportance: low\r\n\r\n", Urgent},
      {"Importance: low\r\nPriority:\r\n normal\r\n\r\n", Normal},
      {"Priority: whatever\r\nX-Priority: 1 (Highest)\r\n\r\n", Urgent},
      {"X-Priority: 5\r\n\r\n", NonUrgent},
      {"X-Priority: 11\r\n\r\n", Normal},
      {"X-Priority: 2\r\nPrecedence: bulk\r\n\r\n", Urgent},
      {"Precedence: list\r\n\r\n", NonUrgent},
  };
  for (const auto& [header, expected] : table) EXPECT_EQ(priority_of(header), expected) << header;
}

}  // namespace
}  // namespace paraph::mime
