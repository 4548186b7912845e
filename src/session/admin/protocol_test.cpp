#include "session/admin/protocol.h"

#include <gmock/gmock.h>

#include "base/testing.h"

namespace paraph::admin {
namespace {

TEST(Request, ComesThroughWhole) {
  const Request request{
      "signature set",
      {{"address", "алиса@example.org"}, {"text", "a\n\"b\""}, {"voice", std::string("#!AMR\n\0\xff", 8)}}};
  const auto line = format_request(request).value();
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(parse_request(line).value(), request);
}

TEST(Request, WhatCannotBeSentIsNamed) {
  EXPECT_THAT(format_request({"x", {{"text", "\xff"}}}).error().text, testing::HasSubstr("text is not UTF-8"));
  EXPECT_THAT(format_request({"x", {{"voice", std::string(kFieldBytesMax + 1, 'a')}}}).error().text,
              testing::HasSubstr("voice is over"));
}

TEST(Request, BadLines) {
  for (const auto* line :
       {"", "{}", "[]", "null", "{\"verb\":1}", "{\"verb\":\"\"}", "{\"verb\":\"x\",\"voice\":\"*\"}",
        "{\"verb\":\"x\"} {}", "{\"verb\":\"x\",\"a\":{}}", "{\"verb\":\"\xff\"}"})
    EXPECT_FALSE(parse_request(line)) << line;
}

TEST(Request, DeepNestingIsRefused) { EXPECT_FALSE(parse_request(std::string(100'000, '['))); }

TEST(Answer, ComesThroughWhole) {
  EXPECT_EQ(std::get<Print>(parse_answer(format_answer(Print{"a\nb"})).value()).line, "a\nb");
  EXPECT_EQ(std::get<Failed>(parse_answer(format_answer(Failed{"no"})).value()).sentence, "no");
  EXPECT_TRUE(std::holds_alternative<Done>(parse_answer(format_answer(Done{})).value()));
  EXPECT_EQ(std::get<Print>(parse_answer(format_answer(Print{"\xff"})).value()).line, "\\xff");
  EXPECT_FALSE(parse_answer("{\"x\":1}"));
}

TEST(Lines, EverySplit) {
  for_every_split("one\n\ntwo\nrest", [](const std::vector<std::string>& pieces) {
    LineFramer framer(100);
    std::vector<std::string> lines;
    std::string line;
    for (const auto& piece : pieces) {
      framer.feed(piece);
      while (framer.next(line).value()) lines.push_back(line);
    }
    EXPECT_THAT(lines, testing::ElementsAre("one", "", "two"));
  });
}

TEST(Lines, AreBounded) {
  LineFramer framer(4);
  std::string line;
  framer.feed("abcd\n");
  EXPECT_TRUE(framer.next(line).value());
  framer.feed("abcde");
  EXPECT_EQ(framer.next(line).error().code, Code::TooLarge);
}

}  // namespace
}  // namespace paraph::admin
