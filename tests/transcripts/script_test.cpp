#include "script.h"

#include <gtest/gtest.h>

namespace paraph::transcripts {
namespace {

TEST(Script, PatternsFitWholeLines) {
  const struct {
    const char* pattern;
    const char* line;
    bool fits;
  } kCases[] = {
      {"a OK{any}", "a OK done", true},
      {"a OK{any}", "a NO", false},
      {"* {n} EXISTS", "* 12 EXISTS", true},
      {"* {n} EXISTS", "* x EXISTS", false},
      {"{any}b{any}", "abc", true},
      {"BODY[] {5}", "BODY[] {5}", true},
      {"x", "xy", false},
  };
  for (const auto& [pattern, line, fits] : kCases) {
    Kept kept;
    EXPECT_EQ(matches(pattern, line, kept), fits) << pattern << " / " << line;
  }
}

TEST(Script, WhatIsKeptComesBack) {
  Kept kept;
  EXPECT_TRUE(matches("[APPENDUID {=validity} {n}]", "[APPENDUID 77 3]", kept));
  EXPECT_TRUE(matches("{validity}", "77", kept));
  EXPECT_EQ(expand("x {validity} {4}", kept), "x 77 {4}\r\n");
}

TEST(Script, Expands) {
  EXPECT_EQ(expand("a{cr}b{lf}{no-crlf}", {}), "a\rb\n");
  EXPECT_EQ(expand("{repeat 3 xy}", {}), "xyxyxy\r\n");
  EXPECT_EQ(expand("{b64 \\0a\\0b}{no-crlf}", {}), "AGEAYg==");
}

TEST(Script, Parses) {
  const auto steps = parse_script("# c\nC2: hi\nS...: x\n@message bob INBOX\n| line\n|\n");
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[0].client, "2");
  EXPECT_EQ(steps[1].kind, Step::Kind::ExpectLater);
  EXPECT_EQ(steps[2].body, "line\r\n\r\n");
  EXPECT_ANY_THROW(parse_script("nonsense"));
}

}  // namespace
}  // namespace paraph::transcripts
