#include "wire/smtp/reply_parser.h"

#include <gtest/gtest.h>

#include "base/testing.h"

namespace paraph::smtp {
namespace {

using Kind = ReplyParser::Kind;

/// What was understood, one line a reply: "550 5.1.1 [no\nsuch user]"; "bad" ends it, "more" is half a reply.
std::string understood(const std::vector<std::string>& pieces) {
  ReplyParser parser;
  std::string out;
  for (const auto& piece : pieces) {
    parser.feed(piece);
    for (auto event = parser.next(); event.kind != Kind::NeedMore; event = parser.next()) {
      if (event.kind == Kind::Bad) return out + "bad";
      out += std::to_string(event.reply.code) + " " + event.reply.enhanced + " [" + event.reply.text + "]\n";
    }
  }
  return parser.at_rest() ? out : out + "more";
}

TEST(ReplyParser, HoweverTheOctetsAreCut) {
  struct Case {
    std::string octets, replies;
  };
  for (const auto& [octets, replies] : std::vector<Case>{
           {"", ""},
           {"250 ok\r\n", "250  [ok]\n"},
           {"250\r\n", "250  []\n"},
           {"250 \r\n", "250  []\n"},
           {"250 2.1.0 ok\r\n354 go\r\n", "250 2.1.0 [ok]\n354  [go]\n"},
           {"250 2.1.0\r\n", "250 2.1.0 []\n"},
           {"550-5.1.1 no\r\n550 5.1.1 such user\r\n", "550 5.1.1 [no\nsuch user]\n"},
           {"550-5.1.1 no\r\n550 such 5.1.1\r\n", "550 5.1.1 [no\nsuch 5.1.1]\n"},
           {"250-mx.example.org\r\n250-\r\n250 SIZE 1000\r\n", "250  [mx.example.org\n\nSIZE 1000]\n"},
           {"250 4.1.0 of another class\r\n", "250  [4.1.0 of another class]\n"},
           {"354 3.0.0 no such class\r\n", "354  [3.0.0 no such class]\n"},
           {"250 2.1.0x\r\n", "250  [2.1.0x]\n"},
           {"250 2.1.1000 x\r\n", "250  [2.1.1000 x]\n"},
           {"250 2..0 x\r\n", "250  [2..0 x]\n"},
           {"250 bare\n", "250  [bare]\n"},
           {"250 a\rb\x01\xC3\xA4\x7F\r\n", "250  [a?b????]\n"},
           {"250 half", "more"},
           {"250-half\r\n", "more"},
           {"2500 x\r\n", "bad"},
           {"25\r\n", "bad"},
           {"150 x\r\n", "bad"},
           {"650 x\r\n", "bad"},
           {"hello\r\n", "bad"},
           {"\r\n", "bad"},
           {"250-a\r\n251 b\r\n", "bad"},
           {"250 a\r\nHTTP/1.1\r\n250 b\r\n", "250  [a]\nbad"},
       }) {
    for_every_split(octets, [&](const std::vector<std::string>& pieces) { EXPECT_EQ(understood(pieces), replies); });
  }
}

TEST(ReplyParser, Bounds) {
  const auto line = [](std::size_t bytes) { return "250 " + std::string(bytes - 6, 'x') + "\r\n"; };
  EXPECT_EQ(understood({line(kReplyLineBytesMax)}).size(), kReplyLineBytesMax - 6 + 8);
  EXPECT_EQ(understood({line(kReplyLineBytesMax + 1)}), "bad");
  EXPECT_EQ(understood({"250 " + std::string(kReplyLineBytesMax, 'x')}), "bad");
  std::string lines;
  for (std::size_t i = 1; i < kReplyLinesMax; ++i) lines += "250-x\r\n";
  EXPECT_EQ(understood({lines + "250 x\r\n"}).substr(0, 6), "250  [");
  EXPECT_EQ(understood({lines + "250-x\r\n250 x\r\n"}), "bad");
  std::string octets;
  for (std::size_t i = 0; i < 40; ++i) octets += "250-" + std::string(2000, 'x') + "\r\n";
  EXPECT_EQ(understood({octets}), "bad");
}

TEST(ReplyParser, AfterBadEverythingIs) {
  ReplyParser parser;
  parser.feed("what?\r\n");
  EXPECT_EQ(parser.next().why, "no reply: \"what?\"");
  parser.feed("250 ok\r\n");
  EXPECT_EQ(parser.next().kind, Kind::Bad);
}

TEST(ReplyParser, Discards) {
  ReplyParser parser;
  parser.feed("220 go\r\n250-injected\r\n250 ");
  EXPECT_EQ(parser.next().reply, (Reply{220, "", "go"}));
  EXPECT_FALSE(parser.at_rest());
  parser.discard();
  EXPECT_TRUE(parser.at_rest());
  parser.feed("250 true\r\n");
  EXPECT_EQ(parser.next().reply, (Reply{250, "", "true"}));
}

}  // namespace
}  // namespace paraph::smtp
