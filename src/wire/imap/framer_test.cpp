#include "wire/imap/framer.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "base/text.h"

namespace paraph::imap {
namespace {

/// Drives a Framer as a session would: IDLE and AUTHENTICATE expect a line, an APPEND to a mailbox called `no` is
/// refused, and one to `full` after its first octets. What happened becomes text, one line an event, with all octets of
/// a message together.
class Transcript {
 public:
  void feed(std::string_view octets) {
    framer_.feed(octets);
    for (auto event = framer_.next(); event.kind != Framer::Kind::NeedMore; event = framer_.next()) note(event);
  }
  const std::string& text() const& { return text_; }
  const Framer& framer() const& { return framer_; }

 private:
  void note(const Framer::Event& event) {
    const std::string wait = event.sync == Sync::Yes ? " wait" : "";
    switch (event.kind) {
      case Framer::Kind::NeedMore:
        break;
      case Framer::Kind::Command:
        note_command(event.text);
        break;
      case Framer::Kind::Line:
        text_ += "line " + printable(event.text) + "\n";
        break;
      case Framer::Kind::Literal:
        text_ += "literal " + std::to_string(event.bytes) + wait + "\n";
        framer_.accept();
        break;
      case Framer::Kind::Message:
        text_ += "message " + printable(event.text) + " " + std::to_string(event.bytes) + wait + "\n";
        full_ = event.text.contains(" full");
        if (event.text.contains(" no "))
          framer_.refuse();
        else
          framer_.accept();
        break;
      case Framer::Kind::Octets:
        message_ += event.text;
        if (full_) refuse_full();
        break;
      case Framer::Kind::AppendEnd:
        text_ += "end " + printable(message_) + " +" + printable(event.text) + "\n";
        message_.clear();
        break;
      case Framer::Kind::TooLong:
        text_ += "too long " + printable(event.text) + "\n";
        break;
    }
  }
  void note_command(std::string_view command) {
    text_ += "command " + printable(command, 2000) + "\n";
    if (command.contains("IDLE") || command.contains("AUTHENTICATE")) framer_.expect_line();
  }
  void refuse_full() {
    text_ += "full\n";
    message_.clear();
    framer_.refuse();
  }

  Framer framer_;
  std::string message_, text_;
  bool full_ = false;
};

void expect_events(std::string_view octets, std::string_view events) {
  for_every_split(octets, [&](const std::vector<std::string>& pieces) {
    Transcript transcript;
    for (const auto& piece : pieces) transcript.feed(std::string(piece));
    EXPECT_EQ(transcript.text(), events) << printable(octets);
    EXPECT_FALSE(transcript.framer().has_more());
    EXPECT_EQ(transcript.framer().heap_bytes(), 0u);
  });
}

TEST(ImapFramer, CommandsAreLines) {
  expect_events("a NOOP\r\n\r\nb CHECK\n", "command a NOOP\ncommand \ncommand b CHECK\n");
  expect_events("a X {\r\nb X {1\r\nc X {}\r\nd X {x}\r\n",
                "command a X {\ncommand b X {1\ncommand c X {}\ncommand d X {x}\n");
}

TEST(ImapFramer, SmallLiteralsAreCollected) {
  expect_events("a LOGIN {2}\r\nbo {3+}\r\na\r\n\r\nb NOOP\r\n",
                "literal 2 wait\ncommand a LOGIN {2}\\x0d\\x0abo {3+}\\x0d\\x0aa\\x0d\\x0a\ncommand b NOOP\n");
  expect_events("a X {0+}\r\n\r\n", "command a X {0+}\\x0d\\x0a\n");
}

TEST(ImapFramer, WhatALiteralHoldsIsNoSyntax) {
  expect_events("a X {5+}\r\n{9+}\n\r\n", "command a X {5+}\\x0d\\x0a{9+}\\x0a\n");
  expect_events("a X {4+}\r\n{9}\r\nb Y\r\n", "command a X {4+}\\x0d\\x0a{9}\\x0d\ncommand b Y\n");
}

TEST(ImapFramer, AppendIsToldInSteps) {
  expect_events("a APPEND ok {5}\r\nhello\r\nb NOOP\r\n",
                "message a APPEND ok {5} 5 wait\nend hello +\ncommand b NOOP\n");
  expect_events("a append ok (\\Seen) {5+}\r\n\r\n.\r\n\r\n",
                "message a append ok (\\x5cSeen) {5+} 5\nend \\x0d\\x0a.\\x0d\\x0a +\n");
  expect_events("a APPEND ok UTF8 (~{1+}\r\nx)\r\n", "message a APPEND ok UTF8 (~{1+} 1\nend x +)\n");
  expect_events("a APPEND ok {0}\r\n\r\n", "message a APPEND ok {0} 0 wait\nend  +\n");
}

TEST(ImapFramer, AppendsMailboxMayBeALiteral) {
  expect_events("a APPEND {2+}\r\nok {1}\r\nx\r\n", "message a APPEND {2+}\\x0d\\x0aok {1} 1 wait\nend x +\n");
  expect_events("a APPEND {2}\r\nok {1}\r\nx\r\n",
                "literal 2 wait\nmessage a APPEND {2}\\x0d\\x0aok {1} 1 wait\nend x +\n");
}

TEST(ImapFramer, ARefusedAppendIsNotSentOrIsDrained) {
  expect_events("a APPEND no {5}\r\nb NOOP\r\n", "message a APPEND no {5} 5 wait\ncommand b NOOP\n");
  expect_events("a APPEND no {5+}\r\nhello\r\nb NOOP\r\n", "message a APPEND no {5+} 5\ncommand b NOOP\n");
  expect_events("a APPEND no {2+}\r\nhe {3+}\r\nllo {9}\r\nb NOOP\r\n", "message a APPEND no {2+} 2\ncommand b NOOP\n");
}

TEST(ImapFramer, AnAppendIsRefusedMidway) {
  for (const std::string_view end : {"\r\n", " {2+}\r\nab\r\n"}) {
    const std::string octets = "a APPEND full {5}\r\nh\nllo" + std::string(end) + "b NOOP\r\n";
    expect_events(octets, "message a APPEND full {5} 5 wait\nfull\ncommand b NOOP\n");
  }
}

TEST(ImapFramer, ASecondMessageIsToldAsOne) {
  expect_events("a APPEND ok {1}\r\nx (\\Seen) {2+}\r\nyz\r\n",
                "message a APPEND ok {1} 1 wait\nmessage  (\\x5cSeen) {2+} 2\nend xyz +\n");
}

TEST(ImapFramer, IdleAndSaslLinesAreNoCommands) {
  expect_events("a IDLE\r\nDONE\r\nb AUTHENTICATE PLAIN\r\n{5}\r\nc NOOP\r\n",
                "command a IDLE\nline DONE\ncommand b AUTHENTICATE PLAIN\nline {5}\ncommand c NOOP\n");
}

// Fed in pieces of several sizes; expect_events() would take too long.
void expect_long(const std::string& octets, std::string_view events) {
  for (const std::size_t piece_bytes : {1u, 1000u, 65536u, 1000000u}) {
    Transcript transcript;
    for (std::size_t at = 0; at < octets.size(); at += piece_bytes)
      transcript.feed(std::string(octets.substr(at, piece_bytes)));
    EXPECT_EQ(transcript.text(), events) << "pieces of " << piece_bytes;
    EXPECT_EQ(transcript.framer().heap_bytes(), 0u);
  }
}

const std::string k64k(kCommandBytesMax, 'x');

TEST(ImapFramer, LongCommandsAreToldOnceAtTheirEnd) {
  expect_long("a " + k64k + "\r\nb NOOP\r\n", "too long a\ncommand b NOOP\n");
  expect_long(k64k + "\r\nb NOOP\r\n", "too long *\ncommand b NOOP\n");
  expect_long("a " + k64k + " {3+}\r\nxyz {2}\r\nb NOOP\r\n", "too long a\ncommand b NOOP\n");
  expect_long("a " + k64k + " {3}\r\nb NOOP\r\n", "too long a\ncommand b NOOP\n");
  expect_long("a {5+}\r\n{9+}\r\r\n" + k64k + "\r\nb NOOP\r\n",
              "command a {5+}\\x0d\\x0a{9+}\\x0d\ntoo long *\ncommand b NOOP\n");
}

TEST(ImapFramer, TheLimitCountsTheWholeCommand) {
  const std::string just = "a " + std::string(kCommandBytesMax - 4, 'x') + "\r\n";
  expect_long(just, "command " + printable(just.substr(0, just.size() - 2), 2000) + "\n");
  const std::string half(kCommandBytesMax / 2, 'x');
  expect_long("a " + half + " {1+}\r\nx" + half + "\r\nb NOOP\r\n", "too long a\ncommand b NOOP\n");
  expect_long("a APPEND ok {1+}\r\nx" + k64k + "\r\nb NOOP\r\n",
              "message a APPEND ok {1+} 1\ntoo long a\ncommand b NOOP\n");
}

TEST(ImapFramer, LargeLiteralsOutsideAppendAreRefused) {
  expect_long("a LOGIN {65537}\r\nb NOOP\r\n", "too long a\ncommand b NOOP\n");
  expect_long("a LOGIN {65537+}\r\n" + k64k + "y z\r\nb NOOP\r\n", "too long a\ncommand b NOOP\n");
  expect_long("a LOGIN {65530+}\r\n" + k64k.substr(6) + " {7+}\r\n1234567\r\nb NOOP\r\n",
              "too long a\ncommand b NOOP\n");
  expect_long("a LOGIN {18446744073709551615}\r\nb NOOP\r\n", "too long a\ncommand b NOOP\n");
}

TEST(ImapFramer, LongSaslLinesAreToldOnce) {
  const std::string line(kLineBytesMax - 2, 'A');
  expect_long("a AUTHENTICATE X\r\n" + line + "A\r\nb NOOP\r\n",
              "command a AUTHENTICATE X\ntoo long *\ncommand b NOOP\n");
  expect_long("a AUTHENTICATE X\r\n" + line + "\r\nb NOOP\r\n",
              "command a AUTHENTICATE X\nline " + printable(line) + "\ncommand b NOOP\n");
}

TEST(ImapFramer, WhatIsHeldIsBounded) {
  Transcript transcript;
  transcript.feed("a LOGIN {65536+}\r\n");
  for (int i = 0; i < 65; ++i) transcript.feed(std::string(1000, 'x'));
  EXPECT_GE(transcript.framer().heap_bytes(), 65'000u);
  for (int i = 0; i < 1000; ++i) transcript.feed(std::string(1000, 'x'));
  EXPECT_LE(transcript.framer().heap_bytes(), 200u);
}

TEST(ImapFramer, DiscardForgetsWhatWasPipelined) {
  Framer framer;
  framer.feed("a STARTTLS\r\nb LOGIN {3}\r\nx");
  EXPECT_EQ(framer.next().text, "a STARTTLS");
  EXPECT_TRUE(framer.has_more());
  framer.discard();
  EXPECT_FALSE(framer.has_more());
  EXPECT_EQ(framer.next().kind, Framer::Kind::NeedMore);
}

TEST(ImapFramer, WholeCommandsAndMessagesAreViews) {
  const std::string input = "a NOOP\r\nb APPEND ok {3+}\r\nxyz\r\n";
  Framer framer;
  framer.feed(input);
  EXPECT_EQ(framer.next().text.data(), input.data());
  EXPECT_EQ(framer.next().text.data(), input.data() + 8);
  framer.accept();
  EXPECT_EQ(framer.next().text.data(), input.data() + input.find("xyz"));
  EXPECT_EQ(framer.next().kind, Framer::Kind::AppendEnd);
}

TEST(ImapFramer, IsSmallAtRest) { EXPECT_LE(sizeof(Framer), 128u); }

}  // namespace
}  // namespace paraph::imap
