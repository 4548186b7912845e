#include "wire/smtp/framer.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "base/text.h"

namespace paraph::smtp {
namespace {

/// Drives a Framer as a session would: DATA and BDAT switch it, AUTH expects one long line. What happened becomes text,
/// one line an event, with all octets of a message together.
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
    switch (event.kind) {
      case Framer::Kind::NeedMore:
        break;
      case Framer::Kind::Line:
        note_line(event.text);
        break;
      case Framer::Kind::BadLine:
        text_ += "bad line\n";
        break;
      case Framer::Kind::Octets:
        message_ += event.text;
        break;
      case Framer::Kind::MessageEnd:
        note_end("message", event.line_ends);
        break;
      case Framer::Kind::ChunkEnd:
        note_end("chunk", event.line_ends);
        break;
    }
  }
  void note_line(std::string_view line) {
    text_ += "line " + printable(line) + "\n";
    if (line == "DATA") framer_.begin_data();
    if (line.starts_with("BDAT "))
      framer_.begin_chunk(*parse_decimal(line.substr(5)), std::exchange(first_, Framer::FirstChunk::No));
    if (line == "AUTH") framer_.expect_auth_line();
  }
  void note_end(std::string_view what, LineEnds ends) {
    text_ += std::string(what) + " " + printable(message_) + (ends.bare_cr ? " CR" : "") + (ends.bare_lf ? " LF" : "") +
             "\n";
    message_.clear();
  }

  Framer framer_;
  Framer::FirstChunk first_ = Framer::FirstChunk::Yes;
  std::string message_, text_;
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

TEST(SmtpFramer, LinesEndWithCrlf) {
  expect_events("EHLO a\r\n\r\nNOOP\r\n", "line EHLO a\nline \nline NOOP\n");
  expect_events("A\rB\r\n", "line A\\x0dB\n");
}

TEST(SmtpFramer, ABareLfSpoilsItsLineOnly) { expect_events("NOOP\nQUIT\r\n", "bad line\nline QUIT\n"); }

TEST(SmtpFramer, DotsAreUnstuffed) {
  expect_events("DATA\r\n.\r\nX\r\n", "line DATA\nmessage \nline X\n");
  expect_events("DATA\r\na\r\n.\r\n", "line DATA\nmessage a\\x0d\\x0a\n");
  expect_events("DATA\r\n..\r\n..a.\r\nb.\r\n.\r\nX\r\n",
                "line DATA\nmessage .\\x0d\\x0a.a.\\x0d\\x0ab.\\x0d\\x0a\nline X\n");
  expect_events("DATA\r\n.a\r\n...\r\n.\r\n", "line DATA\nmessage a\\x0d\\x0a..\\x0d\\x0a\n");
}

TEST(SmtpFramer, OnlyCrlfDotCrlfEndsAMessage) {
  expect_events("DATA\r\na\n.\r\nb\r\n.\r\n", "line DATA\nmessage a\\x0a.\\x0d\\x0ab\\x0d\\x0a LF\n");
  expect_events("DATA\r\na\r\n.\nb\r\n.\r\n", "line DATA\nmessage a\\x0d\\x0a\\x0ab\\x0d\\x0a LF\n");
  expect_events("DATA\r\na\r.\r\nb\r\n.\r\n", "line DATA\nmessage a\\x0d.\\x0d\\x0ab\\x0d\\x0a CR\n");
  expect_events("DATA\r\na\r\n.\rb\r\n.\r\n", "line DATA\nmessage a\\x0d\\x0a\\x0db\\x0d\\x0a CR\n");
  expect_events("DATA\r\na\r\n.\r\r\n.\r\n", "line DATA\nmessage a\\x0d\\x0a\\x0d\\x0d\\x0a CR\n");
  expect_events("DATA\r\na\n.\nb\r\n.\r\n", "line DATA\nmessage a\\x0a.\\x0ab\\x0d\\x0a LF\n");
}

TEST(SmtpFramer, ChunksAreCountedNotRead) {
  expect_events("BDAT 5\r\na\r\n.\rBDAT 0\r\nBDAT 3\r\n\nb\r\nX\r\n",
                "line BDAT 5\nchunk a\\x0d\\x0a.\\x0d CR\nline BDAT 0\nchunk  CR\nline BDAT 3\nchunk \\x0ab\\x0d "
                "CR\nbad line\nline X\n");
}

TEST(SmtpFramer, CleanChunksMayCutACrlf) {
  expect_events("BDAT 2\r\na\rBDAT 2\r\n\nbX\r\n", "line BDAT 2\nchunk a\\x0d CR\nline BDAT 2\nchunk \\x0ab\nline X\n");
}

TEST(SmtpFramer, LongLinesAreConsumedAndToldOnce) {
  const std::string full(kCommandBytesMax - 2, 'a');
  for (std::size_t piece_bytes : {1u, 7u, 2048u, 5000u, 100000u}) {
    Transcript transcript;
    std::string input = full + "\r\n" + full + "a\r\n" + std::string(50000, 'b') + "\r\nX\r\nAUTH\r\n" + full + full +
                        "\r\n" + full + full + "\r\n";
    for (std::size_t at = 0; at < input.size(); at += piece_bytes)
      transcript.feed(std::string(input.substr(at, piece_bytes)));
    EXPECT_EQ(transcript.text().substr(transcript.text().find('\n')),
              "\nbad line\nbad line\nline X\nline AUTH\nline " + printable(full) + "\nbad line\n");
  }
}

TEST(SmtpFramer, HalfALineIsHeldAndGivenBack) {
  Transcript transcript;
  transcript.feed(std::string(1000, 'x'));
  EXPECT_GE(transcript.framer().heap_bytes(), 1000u);
  EXPECT_TRUE(transcript.framer().has_more());
  transcript.feed(std::string(100'000, 'x'));
  EXPECT_EQ(transcript.framer().heap_bytes(), 0u);
}

TEST(SmtpFramer, DiscardForgetsWhatWasPipelined) {
  Framer framer;
  framer.feed("STARTTLS\r\nMAIL FROM:<>\r\nRC");
  EXPECT_EQ(framer.next().text, "STARTTLS");
  EXPECT_TRUE(framer.has_more());
  framer.discard();
  EXPECT_FALSE(framer.has_more());
  EXPECT_EQ(framer.next().kind, Framer::Kind::NeedMore);
}

TEST(SmtpFramer, WholeLinesAndBodiesAreViews) {
  const std::string input = "DATA\r\nsome\r\nlines\r\n.\r\n";
  Framer framer;
  framer.feed(input);
  EXPECT_EQ(framer.next().text.data(), input.data());
  framer.begin_data();
  const auto piece = framer.next();
  EXPECT_EQ(piece.text.data(), input.data() + 6);
  EXPECT_EQ(piece.text, "some\r\nlines\r\n");
  EXPECT_EQ(framer.next().kind, Framer::Kind::MessageEnd);
}

}  // namespace
}  // namespace paraph::smtp
