#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mime/encoding.h"
#include "signature/testing.h"

namespace paraph::signature {
namespace {

const std::string kTop =
    "From: Alice <alice@example.org>\r\nSubject: Hello\r\nMessage-ID: <m@x>\r\nMIME-Version: 1.0\r\n";
const std::string kRecording = "Content-Type: audio/AMR\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
                               mime::encode_base64(std::string(9'000, 'r'));
const std::string kTexts =
    "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
    "--a\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n--a--\r\n";
const std::vector<std::string> kMessages{
    kTop + kRecording, kTop + kTexts,
    kTop + "Content-Type: multipart/mixed; boundary=m\r\n\r\npreamble\r\n--m\r\n" + kTexts + "--m\r\n" + kRecording +
        "--m--\r\nepilogue\r\n",
    kTop + "Content-Type: multipart/voice-message; version=2.0; boundary=v\r\n\r\n--v\r\n" + kRecording +
        "--v\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@x\r\n\r\nHello\r\n--v--\r\n"};

/// A message, signed, and what the last look says of it once it was damaged.
class Proof : public testing::TestWithParam<std::string> {
 protected:
  Proof() {
    message = world.receive(GetParam());
    const auto header = message.structure.root().header;
    message.octets.emplace(header, GetParam().substr(header.begin, header.size()));
    attached = world.attach(GetParam(), signature);
  }

  bool holds(const Attached& signed_message) {
    return reads_as_planned(message, signed_message, world.scan(signed_message.rope));
  }

  /// The rope with other octets: inline from end to end.
  Attached with(const std::string& text) const {
    Attached damaged = attached;
    damaged.rope = world.receive(text).rope;
    return damaged;
  }

  /// Is this octet of the signed message one that was added?
  bool is_added(std::uint64_t octet) const {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    for (const Change& change : attached.changes) {
      after += change.range.begin - before;
      if (octet >= after && octet < after + change.added) return true;
      after += change.added;
      before = change.range.end;
    }
    return false;
  }

  mutable TestWorld world;
  mail::Signature signature = test_signature(world);
  Message message;
  Attached attached;
};

TEST_P(Proof, WhatWasMadeHolds) {
  EXPECT_TRUE(holds(attached));
  EXPECT_TRUE(holds(with(world.text(attached.rope))));
}

TEST_P(Proof, AnOctetDroppedChangedOrAddedOutsideOfTheChangesIsSeen) {
  const std::string text = world.text(attached.rope);
  for (std::size_t at = 0; at < text.size(); at += at < 2000 ? 11 : 97) {
    if (is_added(at)) continue;
    std::string other = text;
    other[at] = other[at] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(holds(with(other))) << at;
    EXPECT_FALSE(holds(with(text.substr(0, at) + text.substr(at + 1)))) << at;
    EXPECT_FALSE(holds(with(text.substr(0, at) + "x" + text.substr(at)))) << at;
  }
}

TEST_P(Proof, APartThatMovedOrIsMissingIsSeen) {
  const std::string text = world.text(attached.rope);
  const auto structure = world.scan(attached.rope);
  for (std::size_t i = 1; i < structure.parts.size(); ++i) {
    const auto& part = structure.parts[i];
    const auto begin = part.header.begin;
    const auto bytes = part.body.end - begin;
    std::string without = text;
    EXPECT_FALSE(holds(with(without.erase(begin, bytes)))) << i;
    const auto& siblings = structure.parts[part.parent].children;
    if (siblings.back() == i) continue;
    std::string moved = text;  // to its parent's end
    const auto& last = structure.parts[siblings.back()];
    moved.insert(last.body.end, "\r\n" + text.substr(begin, bytes));
    EXPECT_FALSE(holds(with(moved.erase(begin, bytes)))) << i;
  }
}

TEST_P(Proof, AWrongBoundaryIsSeen) {
  const std::string text = world.text(attached.rope);
  for (auto at = text.find("\r\n--"); at != std::string::npos; at = text.find("\r\n--", at + 1)) {
    if (text.substr(at + 4, 3) == "-- ") continue;  // the separator of the text
    std::string other = text;
    EXPECT_FALSE(holds(with(other.replace(at + 5, 1, "?")))) << at;
  }
}

TEST_P(Proof, AnotherBlobIsSeen) {
  for (std::size_t i = 0; i < attached.rope.segments.size(); ++i) {
    Attached other = attached;
    auto& segment = other.rope.segments[i];
    const bool own = std::ranges::find(attached.report.media, segment.blob) == attached.report.media.end();
    if (segment.kind == mail::Segment::Kind::Inline || !own) continue;
    segment.blob = world.put(std::string(segment.offset + segment.length, 'z'));
    EXPECT_FALSE(holds(other)) << i;
  }
}

TEST_P(Proof, AChangeInAPlaceThatIsNotForChangeIsSeen) {
  Attached other = attached;
  const auto& parts = message.structure.parts;
  for (const auto& part : parts) {
    if (!part.leaf() || part.type == "text") continue;
    other.changes = {{.range = {part.body.begin, part.body.begin + 4}, .added = 4}};
    other.rope = message.rope;
    other.report = {.how = How::Append};
    EXPECT_FALSE(holds(other));
  }
}

TEST_P(Proof, AFieldThatIsNoLongerThereIsSeen) {
  const std::string text = world.text(attached.rope);
  for (const std::string_view field : {"Subject: Hello\r\n", "From: Alice <alice@example.org>\r\n"}) {
    std::string other = text;
    Attached damaged = with(other.erase(other.find(field), field.size()));
    for (auto& change : damaged.changes) {  // even if the plan had it so
      if (change.range.begin == 0) change.added -= field.size();
    }
    EXPECT_FALSE(holds(damaged)) << field;
  }
}

INSTANTIATE_TEST_SUITE_P(Messages, Proof, testing::ValuesIn(kMessages),
                         [](const auto& info) { return std::to_string(info.index); });

TEST(KeepsOctets, ALineEndMayStandBesideABase64Segment) {
  TestWorld world;
  const BlobId blob = world.put(std::string(114, 'a'));
  const mail::Segment lines{
      .kind = mail::Segment::Kind::Base64, .blob = blob, .length = 114, .line_chars = 76, .final_crlf = true};
  mail::Segment first = lines;
  first.length = 57;
  first.final_crlf = false;
  mail::Segment second = lines;
  second.offset = second.length = 57;
  mail::Rope whole;
  whole.append(lines);
  mail::Rope cut;
  cut.append(first);
  cut.append("\r\n");
  cut.append(second);
  EXPECT_TRUE(keeps_octets(whole, cut, {}));
  EXPECT_TRUE(keeps_octets(cut, whole, {}));
  cut.segments[1].octets = "\n\r";
  EXPECT_FALSE(keeps_octets(whole, cut, {}));
  second.length = 56;
  mail::Rope shorter;
  shorter.append(first);
  shorter.append("\r\n");
  shorter.append(second);
  EXPECT_FALSE(keeps_octets(whole, shorter, {}));
}

}  // namespace
}  // namespace paraph::signature
