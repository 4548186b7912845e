#include "session/imap/fold.h"

#include <gtest/gtest.h>

namespace paraph::session_imap {
namespace {

TEST(Fold, LowersLatinGreekAndCyrillic) {
  const struct {
    const char* input;
    const char* expected;
  } kCases[] = {
      {"", ""},         {"HeLLo", "hello"}, {"ÄÖÜß×", "äöüß×"},
      {"ŁŻĆ", "łżć"},   {"ΑΣς", "ασσ"},     {"ПРИВЕТ Ё", "привет ё"},
      {"日本", "日本"}, {"\xC3", "\xC3"},   {"\xFF\x80Z", "\xFF\x80z"},
  };
  for (const auto& [input, expected] : kCases) EXPECT_EQ(fold(input), expected) << input;
}

}  // namespace
}  // namespace paraph::session_imap
