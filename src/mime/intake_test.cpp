#include "mime/intake.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/testing.h"
#include "crypto/sha256.h"
#include "mime/base64.h"
#include "mime/rope_text.h"

namespace paraph::mime {
namespace {

using Kind = mail::Segment::Kind;

/// A message taken in, and the blobs that were put for it.
struct Taken {
  Received received;
  std::map<BlobId, std::string> blobs;

  std::string load(const mail::Segment& segment) const {
    return blobs.at(segment.blob).substr(segment.offset, segment.length);
  }
  std::string flat() const {
    return flatten(received.rope, [this](const mail::Segment& segment) { return load(segment); });
  }
  /// "i" Inline, "r" Raw, "b" Base64.
  std::string kinds() const {
    std::string out;
    for (const auto& segment : received.rope.segments) out += "irb"[static_cast<int>(segment.kind)];
    return out;
  }
};

Taken take(const std::vector<std::string>& pieces, IntakeLimits limits = {}) {
  Intake intake(limits);
  Taken taken;
  const auto drain = [&] {
    for (auto& blob : intake.take_blobs()) {
      EXPECT_LE(blob.octets.size(), mail::kBlobBytesMax);
      EXPECT_EQ(blob.id, crypto::sha256(blob.octets));
      taken.blobs[blob.id] = std::move(blob.octets);
    }
  };
  for (const auto& piece : pieces) {
    EXPECT_TRUE(intake.feed(piece));
    drain();
  }
  auto received = intake.finish();
  EXPECT_TRUE(received);
  drain();
  taken.received = std::move(*received);
  return taken;
}

Taken take(const std::string& message, IntakeLimits limits = {}) {
  return take(std::vector<std::string>{message}, limits);
}

std::string random_octets(std::size_t bytes, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string out(bytes, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

const std::string kHead = "Subject: v\r\nContent-Type: audio/amr\r\nContent-Transfer-Encoding: base64\r\n\r\n";

/// Everything that must hold of any message.
void check(const std::string& message, const Taken& taken) {
  ASSERT_EQ(taken.flat(), message);
  ASSERT_EQ(taken.received.rope.wire_bytes(), message.size());
  ASSERT_EQ(taken.received.structure, scan(message));
  const auto load = [&](const mail::Segment& segment) { return taken.load(segment); };
  ASSERT_EQ(scan_rope(taken.received.rope, load), taken.received.structure);
}

TEST(Intake, KeepsACanonicalLeafDecoded) {
  for (const std::size_t octets : {512u, 513u, 514u, 1000u, 57u * 100}) {
    for (const std::uint32_t line : {0u, 4u, 60u, 76u, 996u}) {
      for (const bool final_crlf : {false, true}) {
        const std::string content = random_octets(octets);
        const std::string message = kHead + encode_base64(content, line, final_crlf);
        const Taken taken = take(message);
        check(message, taken);
        EXPECT_EQ(taken.kinds(), "ib") << octets << " " << line;
        EXPECT_EQ(taken.blobs.begin()->second, content);
        EXPECT_EQ(taken.received.header, kHead);
        const auto pieces = decoded_range_of_leaf(taken.received.rope, taken.received.structure, 0);
        ASSERT_TRUE(pieces);
        EXPECT_EQ(pieces->at(0).length, octets);
      }
    }
  }
}

TEST(Intake, CutsLongLeavesIntoBlobsOfWholeLines) {
  for (const std::uint32_t line : {0u, 72u, 76u, 996u}) {
    const std::string content = random_octets(1'000'000, line);
    const std::string message = kHead + encode_base64(content, line, true) + (line == 0 ? "" : "\r\n");
    const Taken taken = take(message);
    check(message, taken);
    EXPECT_EQ(taken.kinds(), line == 0 ? "ibbbb" : "ibbbbi");
    const auto pieces = decoded_range_of_leaf(taken.received.rope, taken.received.structure, 0);
    ASSERT_TRUE(pieces);
    std::string joined;
    for (const auto& piece : *pieces) joined += taken.load(piece);
    EXPECT_EQ(joined, content);
  }
}

/// Whatever its label says: a run that becomes a blob is looked at before it goes.
TEST(Intake, ABlobSaysWhetherItIsEightBit) {
  const std::string lines(mail::kBlobBytesMax, 'x');
  for (const std::string label : {"", "Content-Transfer-Encoding: 7bit\r\n", "Content-Transfer-Encoding: 8bit\r\n"}) {
    const auto said = [&](const std::string& body) {
      std::string out;
      const Taken taken = take(label + "\r\n" + body);
      check(label + "\r\n" + body, taken);
      for (const auto& segment : taken.received.rope.segments)
        out += segment.kind == Kind::Raw ? (segment.has_8bit ? '8' : '7') : 'i';
      return out;
    };
    EXPECT_EQ(said(lines), "7i") << label;
    EXPECT_EQ(said(lines + lines), "77i") << label;
    EXPECT_EQ(said("\x80" + lines), "8i") << label;
    EXPECT_EQ(said(lines + "\xFF" + lines), "78i") << label;
    EXPECT_EQ(said(std::string(20'000, 'x') + "\xFF"), "8") << label;
  }
}

struct Case {
  std::string name;
  std::string body;
  std::string kinds;
};

TEST(Intake, WhatCannotBeReproducedStaysAsItCame) {
  const std::string good = encode_base64(random_octets(57 * 20), 76, true);
  std::string lf = good;
  lf.replace(lf.find("\r\n"), 2, "\n");
  const Case cases[] = {
      {"tiny", encode_base64(random_octets(511), 76, true), "i"},
      {"bare LF at once", lf, "i"},
      {"blank in the first line", " " + good, "i"},
      {"odd first line", good.substr(1), "i"},
      {"uneven line midway", good + "QUJD\r\n" + good, "bi"},
      {"padding midway", good + "QQ==\r\n" + good, "bi"},
      {"loose padding bits at the end", good + "QR==\r\n", "bi"},
      {"an empty line midway", good + "\r\n" + good, "bi"},
      {"a longer line midway", good + "QUJD" + good, "bi"},
      {"octets past the end", good + "QUJD\r\nthe end", "bi"},
      {"no base64 at all", std::string(5000, '*'), "i"},
      {"no base64 at all, long", std::string(50'000, '*'), "r"},
      {"empty", "", ""},
  };
  for (const Case& each : cases) {
    const std::string message = kHead + each.body;
    const Taken taken = take(message);
    check(message, taken);
    std::string kinds = taken.kinds();
    if (kinds.starts_with("i") && each.kinds != "i") kinds.erase(0, 1);
    EXPECT_EQ(kinds, each.kinds) << each.name;
  }
}

TEST(Intake, IsExactForEverySplit) {
  const std::string content = random_octets(520);
  const std::string message =
      "Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
      encode_base64(content, 76, false) + "\r\n--B--\r\n";
  for_every_split(message, [&](const std::vector<std::string>& pieces) {
    const Taken taken = take(pieces);
    ASSERT_EQ(taken.flat(), message);
    ASSERT_EQ(taken.kinds(), "ibi");
  });
}

TEST(Intake, IsExactForRandomMessages) {
  std::mt19937 random(23);
  IntakeLimits limits;
  limits.decoded_bytes_min = 20;
  limits.inline_run_bytes_max = 300;
  for (int round = 0; round < 400; ++round) {
    std::string message = "Content-Type: multipart/mixed; boundary=B\r\n\r\n";
    for (unsigned part = random() % 4; part > 0; --part) {
      constexpr std::uint32_t kLines[] = {0, 4, 8, 36, 60, 76, 996};
      message += "--B\r\nContent-Transfer-Encoding: base64\r\n\r\n";
      std::string body = encode_base64(random_octets(random() % 1600, random()), kLines[random() % std::size(kLines)],
                                       random() % 2 == 0);
      if (random() % 3 == 0 && !body.empty()) {
        constexpr std::string_view kNoise[] = {"\r\n", "=", " ", "\n", "\r", "--", "QUJD", "\r\n--B\r\n", "*"};
        body.insert(random() % body.size(), kNoise[random() % std::size(kNoise)]);
      }
      message += body + "\r\n";
    }
    message += "--B--\r\n" + std::string(random() % 500, 'e');
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < message.size(); at += pieces.back().size())
      pieces.push_back(message.substr(at, 1 + random() % 200));
    check(message, take(pieces, limits));
  }
}

TEST(Intake, LongVerbatimRunsBecomeBlobs) {
  const std::string message = "Subject: x\r\n\r\n" + std::string(600'000, 't');
  const Taken taken = take(message);
  check(message, taken);
  EXPECT_EQ(taken.kinds(), "rrr");
  IntakeLimits limits;
  limits.inline_bytes_max = 10;
  EXPECT_EQ(take("Subject: x\r\n\r\nshort", limits).kinds(), "r");
}

TEST(Intake, RefusesAMessageOverTheLimit) {
  IntakeLimits limits;
  limits.message_bytes_max = 10;
  Intake intake(limits);
  EXPECT_TRUE(intake.feed("0123456789"));
  EXPECT_EQ(intake.bytes(), 10u);
  const auto over = intake.feed("x");
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, Code::TooLarge);
  EXPECT_FALSE(intake.finish());
}

TEST(Intake, AnEmptyMessageIsAMessage) {
  const Taken taken = take(std::string());
  EXPECT_TRUE(taken.received.rope.segments.empty());
  EXPECT_EQ(taken.received.structure.parts.size(), 1u);
}

}  // namespace
}  // namespace paraph::mime
