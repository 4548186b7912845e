#include "mail/runs.h"

#include <gtest/gtest.h>

#include <string>

namespace paraph::mail {
namespace {

Segment over(char blob, std::uint64_t length, Segment::Kind kind = Segment::Kind::Base64) {
  Segment segment{.kind = kind, .length = length};
  segment.blob.digest[0] = static_cast<std::uint8_t>(blob);
  if (kind == Segment::Kind::Base64) segment.line_chars = 76;
  return segment;
}

struct Piece {
  std::string text;
  std::optional<Segment> segment;
};

Rope rope_with(const std::vector<Piece>& pieces) {
  Rope rope;
  for (const auto& piece : pieces) {
    if (piece.segment) {
      rope.append(*piece.segment);
    } else {
      rope.append(piece.text);
    }
  }
  return rope;
}

Piece text(std::string octets) { return {.text = std::move(octets), .segment = std::nullopt}; }
Piece blob(Segment segment) { return {.text = "", .segment = std::move(segment)}; }

const std::string kTop =
    "Received: from client.example with ESMTPSA id 7f3a;\r\n Sat, 28 Nov 2026 10:00:00 +0000\r\n"
    "From: alice@example.org\r\nSubject: a message of some length\r\n";
const std::string kType = "Content-Type: text/plain; charset=utf-8\r\n";
const std::string kBody = "\r\nDear Carol, this is what I wanted to tell you.\r\nYours, Alice\r\n";

/// Octets that the runs have of their own, and segments over blobs.
std::pair<std::size_t, std::size_t> own_of(const std::vector<Run>& runs) {
  std::pair<std::size_t, std::size_t> own;
  for (const auto& run : runs) {
    if (run.same.size() != 0) continue;
    own.first += run.own.octets.size();
    own.second += run.own.kind != Segment::Kind::Inline;
  }
  return own;
}

TEST(Runs, TellARopeByAnother) {
  const auto voice = over('v', 3000), picture = over('p', 900), raw = over('r', 500, Segment::Kind::Raw);
  auto half = raw;
  half.length = 250;
  const std::string long_line(300, 'x');
  struct Case {
    const char* name;
    Rope rope, other;
    std::size_t own_bytes_max, own_blobs;
  };
  const Case cases[] = {
      {"the same", rope_with({text(kTop), blob(voice)}), rope_with({text(kTop), blob(voice)}), 0, 0},
      {"fields on top, text at the end", rope_with({text(kTop + kType + kBody)}),
       rope_with({text("DKIM-Signature: v=1\r\n" + kTop + kType + kBody + "-- \r\nAlice\r\n")}), 0, 0},
      {"wrapped", rope_with({text(kTop + kType + kBody)}),
       rope_with({text("DKIM-Signature: v=1\r\n" + kTop + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" +
                       kType + kBody + "\r\n--b\r\n"),
                  blob(voice), text("\r\n--b--\r\n")}),
       4, 0},
      {"parts between", rope_with({text(kTop + "\r\n--b\r\n"), blob(voice), text("\r\n--b--\r\n")}),
       rope_with({text("Return-Path: <a@b>\r\n" + kTop + "\r\n--b\r\n"), blob(picture), text("\r\n--b\r\n"),
                  blob(voice), text("\r\n--b\r\n"), blob(picture), text("\r\n--b--\r\n")}),
       24, 0},
      {"another encoding", rope_with({text(kTop + "\r\n"), blob(raw), text("\r\n--b--\r\n")}),
       rope_with({text(kTop + "\r\n"), blob(over('e', 700)), text("\r\n--b--\r\n")}), 12, 1},
      {"the same blob in two", rope_with({blob(raw)}), rope_with({blob(half), text("x"), blob(half)}), 0, 1},
      {"nothing alike", rope_with({text(long_line)}), rope_with({text("y")}), 300, 0},
      {"nothing there", rope_with({text("x")}), Rope(), 1, 0},
      {"nothing at all", Rope(), rope_with({text("y")}), 0, 0},
  };
  for (const auto& one : cases) {
    const auto runs = runs_of(one.rope, one.other);
    EXPECT_EQ(rope_of(runs, one.other), one.rope) << one.name;
    const auto [bytes, blobs] = own_of(runs);
    EXPECT_LE(bytes, one.own_bytes_max) << one.name;
    EXPECT_EQ(blobs, one.own_blobs) << one.name;
  }
}

/// However many lines there are, they are not all looked for.
TEST(Runs, OfManyStrangeLinesAreTheirOwn) {
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += "a line of its own, number " + std::to_string(i) + "\r\n";
  Rope rope = rope_with({text(lines)});
  const Rope other = rope_with({text(std::string(1 << 18, 'a'))});
  const auto runs = runs_of(rope, other);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(rope_of(runs, other), rope);
}

TEST(Runs, ForAnotherRopeAreNone) {
  const Rope other = rope_with({text("header"), blob(over('v', 114))});
  const Range all[] = {{0, 1000}, {8, 20}, {5, 7}, {7, 3}, {UINT64_MAX, 1}};
  for (const auto& range : all) EXPECT_FALSE(rope_of({{.same = range, .own = {}}}, other)) << range.begin;
}

}  // namespace
}  // namespace paraph::mail
