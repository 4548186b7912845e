#include "mime/scan.h"

#include <gtest/gtest.h>

#include <random>

#include "base/testing.h"
#include "mime/base64.h"

namespace paraph::mime {
namespace {

using mail::Defect;
using mail::Structure;

/// "\n" stands for CRLF, so that messages can be read here.
std::string crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

std::string_view slice(std::string_view message, mail::Range range) {
  return message.substr(range.begin, range.size());
}

/// The tree as text: "mixed(plain,amr)".
std::string tree(const Structure& structure, std::uint32_t index = 0) {
  const mail::Part& part = structure.parts[index];
  std::string out = part.subtype;
  for (std::size_t i = 0; i < part.children.size(); ++i)
    out += (i == 0 ? "(" : ",") + tree(structure, part.children[i]);
  return part.children.empty() ? out : out + ")";
}

/// All bodies in pre-order, "|" between them.
std::string leaves(std::string_view message, const Structure& structure) {
  std::string out;
  for (const auto& part : structure.parts) {
    if (part.children.empty()) out += std::string(slice(message, part.body)) + "|";
  }
  return out;
}

Structure scan_pieces(const std::vector<std::string>& pieces) {
  Scanner scanner;
  for (const auto& piece : pieces) scanner.feed(piece);
  return scanner.finish();
}

constexpr std::string_view kMixed =
    "From: a@b\nSubject: x\n y\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\nContent-Duration: 7\n\n"
    "preamble\n--B\nContent-Type: text/plain\n\nhello\nworld\n--B \t\n"
    "Content-Type: Audio/AMR; name=\"v.amr\"\nContent-Transfer-Encoding: base64\nContent-ID: <v@x>\n"
    "Content-Disposition: inline; voice=Voice-Message\nContent-Duration: 12\nContent-Language: en, de\n"
    "Content-Description: my voice\nContent-MD5: q\nContent-Location: l\n\nAAAA\nBBBB\n--B--\nepilogue";

TEST(Scan, FindsPartsAndTheirRanges) {
  const std::string message = crlf(kMixed);
  const Structure s = scan(message);
  ASSERT_EQ(tree(s), "mixed(plain,amr)");
  EXPECT_EQ(s.size, message.size());
  EXPECT_TRUE(s.mime_version);
  EXPECT_EQ(s.defects, Defect::Epilogue);
  EXPECT_EQ(slice(message, s.root().header).substr(0, 9), "From: a@b");
  EXPECT_TRUE(slice(message, s.root().header).ends_with("Content-Duration: 7\r\n\r\n"));
  EXPECT_EQ(s.root().body.end, message.size());
  EXPECT_EQ(slice(message, s.parts[1].header), "Content-Type: text/plain\r\n\r\n");
  EXPECT_EQ(slice(message, s.parts[1].body), "hello\r\nworld");
  EXPECT_EQ(s.parts[1].body_lines, 2u);
  EXPECT_EQ(slice(message, s.parts[2].body), "AAAA\r\nBBBB");
}

TEST(Scan, FillsEveryFieldOfAPart) {
  const Structure s = scan(crlf(kMixed));
  const mail::Part& voice = s.parts[2];
  EXPECT_EQ(voice.parent, 0u);
  EXPECT_TRUE(voice.is("audio", "amr"));
  EXPECT_EQ(*find_parameter(voice.parameters, "name"), "v.amr");
  EXPECT_EQ(voice.encoding, mail::Encoding::Base64);
  EXPECT_EQ(voice.encoding_name, "base64");
  EXPECT_EQ(voice.disposition, "inline");
  EXPECT_EQ(*find_parameter(voice.disposition_parameters, "voice"), "Voice-Message");
  EXPECT_EQ(voice.id, "<v@x>");
  EXPECT_EQ(voice.description, "my voice");
  EXPECT_EQ(voice.md5, "q");
  EXPECT_EQ(voice.location, "l");
  EXPECT_EQ(voice.languages, (std::vector<std::string>{"en", "de"}));
  EXPECT_EQ(voice.duration, 12u);
  EXPECT_TRUE(voice.has_content_type);
  EXPECT_FALSE(voice.envelope);
  ASSERT_TRUE(s.root().envelope);
  EXPECT_EQ(s.root().envelope->subject, "x y");
  EXPECT_EQ(s.root().envelope->from.size(), 1u);
  EXPECT_EQ(s.root().duration, 7u);
}

TEST(Scan, IsTheSameForEverySplit) {
  const std::string messages[] = {
      crlf(kMixed),
      crlf("Content-Type: multipart/digest; boundary=\"a\"\n\n--a\n\nSubject: 1\n\nx\n--a\n\nSubject: 2\n\n--a--\n"),
      crlf("Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; "
           "boundary=aa\n\n--aa\n\n1\n--aa--\n\n--a\n"
           "no field\n--a--"),
      "A: \r b\nc\r\nno\r\r\n\n\r\n-\r-\n--",
      crlf("Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=q\n\n--q\nA: "
           "1\n--q\n\n\n--q--\n\n\n"),
      crlf("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nQUJD\nREVG\n\n"),
  };
  for (const std::string& message : messages) {
    const Structure whole = scan(message);
    for_every_split(
        message, [&](const std::vector<std::string>& pieces) { ASSERT_EQ(scan_pieces(pieces), whole); }, 80);
  }
}

TEST(Scan, AFieldNameThatIsTooLongToHoldIsNone) {
  for (const std::size_t bytes : {900u, 1022u, 1023u, 1024u, 1025u, 1500u, 3000u}) {
    const std::string message = "A: 1\r\n" + std::string(bytes, 'n') + ":x\r\n\r\nbody";
    const Structure whole = scan(message);
    EXPECT_EQ(has(whole.defects, Defect::HeaderNotEnded), bytes >= 1024) << bytes;
    for (std::size_t cut = 1; cut < message.size(); ++cut) {
      ASSERT_EQ(scan_pieces({message.substr(0, cut), message.substr(cut)}), whole);
    }
  }
}

struct Case {
  std::string_view message;
  std::string_view tree;
  std::string_view leaves;
  Defect defects = Defect::None;
};

TEST(Scan, Table) {
  const Case cases[] = {
      {"", "plain", "|", Defect::HeaderNotEnded},
      {"\n", "plain", "|"},
      {"A: 1\n", "plain", "|", Defect::HeaderNotEnded},
      {"A: 1\n\nbody\n", "plain", "body\r\n|"},
      {"body at once\n", "plain", "body at once\r\n|", Defect::HeaderNotEnded},
      {"From x y\nA: 1\n\nb", "plain", "b|", Defect::HeaderNotEnded},
      {"Content-Type: text\n\nb", "plain", "b|", Defect::BadContentType},
      {"Content-Type: text/html\nContent-Type: text/html\n\nb", "html", "b|", Defect::BadContentType},
      {"Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\nb", "plain", "b|", Defect::BadEncoding},
      {"Content-Transfer-Encoding: x-rot\n\nb", "plain", "b|", Defect::BadEncoding},
      {"MIME-Version: 2\n\nb", "plain", "b|", Defect::BadMimeVersion},
      {"Content-Type: multipart/mixed\n\n--\n\nb", "mixed", "--\r\n\r\nb|", Defect::NoBoundary},
      {"Content-Type: multipart/mixed; boundary=B\n\n-B\n--BB\n--B-\n", "mixed", "-B\r\n--BB\r\n--B-\r\n|",
       Defect::NoDelimiter},
      {"Content-Type: multipart/mixed; boundary=B\n\n--B\n\n1\n--B\n\n2\n", "mixed(plain,plain)", "1|2\r\n|",
       Defect::NoCloseDelimiter},
      {"Content-Type: multipart/mixed; boundary=B\n\n--B--\n", "mixed", "--B--\r\n|", Defect::NoDelimiter},
      {"Content-Type: multipart/mixed; boundary=B\n\n--B\n\n1\n--B--\n\n\n", "mixed(plain)", "1|"},
      {"Content-Type: multipart/mixed; boundary=B\n\n--B\n\n--B--", "mixed(plain)", "|"},
      {"Content-Type: multipart/mixed; boundary=B\n\n--B\nA: 1\n--B--", "mixed(plain)", "|", Defect::HeaderNotEnded},
      {"Content-Type: multipart/mixed; boundary=B\n\n--B\n--B--", "mixed(plain)", "|", Defect::HeaderNotEnded},
      // A delimiter between fields that reads as a field itself; one that is none; "From " that is no mbox line.
      {"Content-Type: multipart/mixed; boundary=\"B: 1\"\n\n--B: 1\nA: 1\n--B: 1\nA: 2\n\n2\n--B: 1--\n",
       "mixed(plain,plain)", "|2|", Defect::HeaderNotEnded},
      {"A: 1\n--B: 1\nFrom : x\n y\nContent-Type: text/html\n\nb", "html", "b|"},
      {"A: 1\nFrom x y\nContent-Type: text/html\n\nb", "plain", "From x y\r\nContent-Type: text/html\r\n\r\nb|",
       Defect::HeaderNotEnded},
      {"Content-Type: multipart/mixed; boundary=B\n\n--B\n\n1\n--B--\n--B\n\n2\n", "mixed(plain)", "1|",
       Defect::Epilogue},
      {"Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: multipart/alternative; "
       "boundary=C\n\n--C\n\n1\n--B\n\n2\n--B--\n",
       "mixed(alternative(plain),plain)", "1|2|", Defect::NoCloseDelimiter},
      {"Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: multipart/alternative; "
       "boundary=B-\n\n--B-\n\n1\n--B---\n--B--\n",
       "mixed(alternative(plain))", "1|"},
      {"Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: message/rfc822\n\nA: 1\n\n--B--",
       "mixed(rfc822(plain))", "|"},
      {"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQTog", "rfc822", "QTog|",
       Defect::EncodedComposite},
      {"Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nSubject: 1\n\n2", "rfc822(plain)", "2|"},
      {"Content-Type: message/global\n\nSubject: 1\n\n2", "global(plain)", "2|"},
      {"Content-Type: message/delivery-status\n\nA: 1\n\n2", "delivery-status", "A: 1\r\n\r\n2|"},
      {"Content-Type: multipart/mixed; boundary=B\nContent-Transfer-Encoding: base64\n\n--B\n\n1\n--B--\n",
       "mixed(plain)", "1|", Defect::EncodedComposite},
      {"Subject: \xc3\xa9\n\n\xc3\xa9", "plain", "\xc3\xa9|", Defect::EightBitHeader},
      {"Content-Transfer-Encoding: base64\n\nQUI=\n", "plain", "QUI=\r\n|"},
      {"Content-Transfer-Encoding: base64\n\nQUI=\nQUI=", "plain", "QUI=\r\nQUI=|", Defect::BadBase64},
      {"Content-Transfer-Encoding: base64\n\nQUI", "plain", "QUI|", Defect::BadBase64},
      {"Content-Transfer-Encoding: base64\n\nQ===", "plain", "Q===|", Defect::BadBase64},
      {"Content-Transfer-Encoding: base64\n\nQUJD ", "plain", "QUJD |", Defect::BadBase64},
  };
  for (const Case& each : cases) {
    const std::string message = crlf(each.message);
    const Structure s = scan(message);
    EXPECT_EQ(tree(s), each.tree) << each.message;
    EXPECT_EQ(leaves(message, s), each.leaves) << each.message;
    EXPECT_EQ(static_cast<unsigned>(s.defects), static_cast<unsigned>(each.defects)) << each.message;
  }
}

TEST(Scan, OnlyCrlfEndsALine) {
  const Structure s =
      scan("Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\na\n--B\n\nb\r--B\r\nc\r\n--B--\n");
  EXPECT_EQ(tree(s), "mixed(plain)");
  EXPECT_TRUE(has(s.defects, Defect::BareLf) && has(s.defects, Defect::BareCr) &&
              has(s.defects, Defect::NoCloseDelimiter));
  EXPECT_TRUE(has(scan(std::string_view("A: 1\r\n\r\n\0", 9)).defects, Defect::Nul));
  EXPECT_TRUE(has(scan(std::string_view("A: \0\r\n\r\n", 8)).defects, Defect::Nul));
}

TEST(Scan, CountsLines) {
  const std::pair<std::string_view, std::uint64_t> cases[] = {{"", 0},     {"a", 1},  {"a\n", 1},
                                                              {"a\nb", 2}, {"\n", 1}, {"\n\n", 2}};
  for (const auto& [body, lines] : cases) {
    const Structure alone = scan(crlf("A: 1\n\n" + std::string(body)));
    EXPECT_EQ(alone.root().body_lines, lines);
    const Structure s =
        scan(crlf("Content-Type: multipart/mixed; boundary=B\n\n--B\nA: 1\n\n" + std::string(body) + "\n--B--\n"));
    EXPECT_EQ(s.parts[1].body_lines, lines) << body;
  }
  const Structure nested =
      scan(crlf("Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: message/rfc822\n\nA: 1\n\n--B--\n"));
  EXPECT_EQ(nested.parts[1].body_lines, 2u);
}

TEST(Scan, LimitsAreDefects) {
  const std::string long_line = "A: " + std::string(996, 'x');
  EXPECT_TRUE(has(scan(crlf(long_line + "\n\n")).defects, Defect::LongHeaderLine));
  EXPECT_FALSE(has(scan(crlf(long_line.substr(1) + "\n\n")).defects, Defect::LongHeaderLine));
  EXPECT_TRUE(has(scan(crlf("A: " + std::string(100'000, 'x') + "\n\nb")).defects, Defect::LongHeaderLine));

  std::string headers;
  while (headers.size() < 300 * 1024) headers += "A: " + std::string(70, 'x') + "\n";
  const Structure s = scan(crlf(headers + "Subject: late\n\nbody"));
  EXPECT_EQ(s.defects, Defect::LongHeaders);
  EXPECT_EQ(s.root().envelope->subject, "");
  EXPECT_EQ(s.root().body.size(), 4u);

  EXPECT_EQ(scan(crlf("Content-Type: multipart/mixed; boundary=" + std::string(71, 'b') + "\n\n")).defects,
            Defect::NoBoundary);
  EXPECT_EQ(scan(crlf("Content-Type: multipart/mixed; boundary=" + std::string(70, 'b') + "\n\n")).defects,
            Defect::NoDelimiter);
}

TEST(Scan, DepthAndNumberOfPartsAreBounded) {
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "Content-Type: message/rfc822\n\n";
  const Structure s = scan(crlf(deep));
  EXPECT_EQ(s.parts.size(), 32u);
  EXPECT_TRUE(has(s.parts.back().defects, Defect::TooDeep));
  EXPECT_EQ(s.parts.back().body.end, s.size);

  std::string many = "Content-Type: multipart/mixed; boundary=B\n\n";
  for (int i = 0; i < 10'000; ++i) many += "--B\n\nx\n";
  const Structure wide = scan(crlf(many + "--B--\n"));
  EXPECT_EQ(wide.parts.size(), 1000u);
  EXPECT_EQ(wide.defects, Defect::TooManyParts);

  std::string nested;
  for (int i = 0; i < 10'000; ++i)
    nested += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" + std::to_string(i) + "\n";
  EXPECT_EQ(scan(crlf(nested)).parts.size(), 32u);
}

TEST(Scan, KeptStringsAreBounded) {
  std::string hostile = "Content-Type: multipart/mixed; boundary=B\n\n";
  for (int i = 0; i < 900; ++i)
    hostile += "--B\nContent-Description: " + std::string(9'000, 'x') + "\nContent-Type: a/b; c=d\n\n\n";
  const Structure s = scan(crlf(hostile));
  std::size_t kept = 0;
  for (const auto& part : s.parts) kept += part.description.size();
  EXPECT_LE(kept, 1024u * 1024);
  EXPECT_GT(kept, 500'000u);
  EXPECT_TRUE(s.parts.back().is("a", "b"));
}

TEST(Scan, DelimiterLinesAreNotEndless) {
  const std::string head = "Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\n1\r\n--B";
  EXPECT_EQ(scan(head + std::string(900, ' ') + "\r\n\r\n2").parts.size(), 3u);
  EXPECT_EQ(scan(head + std::string(2000, ' ') + "\r\n\r\n2").parts.size(), 2u);
}

/// Writes down what an observer is told.
class Recorder : public ScanObserver {
 public:
  void header_read(const mail::Part&, std::string_view block) override { headers += std::string(block) + "|"; }
  void body_begins(const mail::Part&) override { inside = true; }
  void octets(std::string_view octets) override {
    all += octets;
    if (inside) bodies += octets;
  }
  void body_ends() override {
    inside = false;
    bodies += "|";
  }
  std::string all, headers, bodies;
  bool inside = false;
};

TEST(ScanObserver, SeesEveryOctetOnceAndEachBodyWhole) {
  const std::string message = crlf(kMixed);
  for_every_split(message, [&](const std::vector<std::string>& pieces) {
    Recorder recorder;
    Scanner scanner({}, &recorder);
    for (const auto& piece : pieces) scanner.feed(piece);
    const Structure s = scanner.finish();
    ASSERT_EQ(recorder.all, message);
    ASSERT_EQ(recorder.bodies, "hello\r\nworld|AAAA\r\nBBBB|");
    ASSERT_TRUE(recorder.headers.starts_with(slice(message, s.root().header)));
  });
}

TEST(Scan, SkippedBase64CountsAsIfItWereRead) {
  for (const bool final_crlf : {false, true}) {
    for (const std::size_t octets : {57u, 58u, 200u}) {
      const std::string head =
          crlf("Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Transfer-Encoding: base64\n\n");
      const std::string body = encode_base64(std::string(octets, 'v'), 76, final_crlf);
      const std::string tail = final_crlf ? "--B\r\n\r\nx\r\n--B--\r\n" : "\r\n--B\r\n\r\nx\r\n--B--\r\n";
      Scanner scanner;
      scanner.feed(head);
      const std::uint64_t characters = (octets + 2) / 3 * 4;
      scanner.skip_base64({.wire_bytes = body.size(),
                           .crlfs = (body.size() - characters) / 2,
                           .ends_in_crlf = final_crlf,
                           .padding = static_cast<std::uint8_t>((3 - octets % 3) % 3)});
      scanner.feed(tail);
      EXPECT_EQ(scanner.finish(), scan(head + body + tail));
    }
  }
}

/// Lines of base64 are passed over many at a time when they come in large pieces, and never when they come in octets.
TEST(Scan, Base64LinesReadAlikeWhateverStandsAmongThem) {
  const std::string head = crlf(
      "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: "
      "audio/amr\nContent-Transfer-Encoding: base64\n\n");
  const std::string body = encode_base64(std::string(57 * 6 + 10, 'x'), 76, true);
  const std::string tail = crlf("--B\n\nhello\n--B--\n");
  const auto expect_alike = [&](const std::string& text) {
    std::vector<std::string> octets;
    for (const char c : text) octets.emplace_back(1, c);
    const auto slowly = scan_pieces(octets);
    EXPECT_EQ(scan(text), slowly);
    for (const std::size_t cut : {head.size() + 40, head.size() + 76, head.size() + 77, head.size() + 78}) {
      EXPECT_EQ(scan_pieces({text.substr(0, cut), text.substr(cut)}), slowly) << cut;
    }
  };
  expect_alike(head + body + tail);
  const std::string nul(1, '\0');
  for (const std::string& odd :
       std::vector<std::string>{"\r\n", "\n", "\r", nul, "=", "-", "--B\r\n", "\r\n--B--\r\n", "*", "A"}) {
    for (const std::size_t at : {0u, 1u, 75u, 76u, 77u, 78u, 79u, 155u, 156u, 200u, 390u, 467u, 468u, 480u}) {
      SCOPED_TRACE(testing::PrintToString(odd) + " at " + std::to_string(at));
      expect_alike(head + std::string(body).insert(at, odd) + tail);
      std::string replaced = body;
      expect_alike(head + replaced.replace(at, std::min(odd.size(), body.size() - at), odd) + tail);
    }
  }
}

TEST(Scan, RandomTextGivesNestedRangesHoweverItIsCut) {
  std::mt19937 random(11);
  constexpr std::string_view kPieces[] = {"\r\n",
                                          "\r\n",
                                          "--B",
                                          "--B--",
                                          "--C",
                                          "--",
                                          "-",
                                          "\r",
                                          "\n",
                                          " ",
                                          "x",
                                          "A: 1\r\n",
                                          "Content-Type: multipart/mixed; boundary=B\r\n\r\n",
                                          "Content-Type: multipart/digest; boundary=C\r\n\r\n",
                                          "Content-Type: message/rfc822\r\n\r\n",
                                          "Content-Transfer-Encoding: base64\r\n",
                                          "QUJD",
                                          "=",
                                          "\r\n--B\r\n",
                                          "\r\n--C\r\n"};
  for (int round = 0; round < 4000; ++round) {
    std::string message;
    for (unsigned i = random() % 40; i > 0; --i) message += kPieces[random() % std::size(kPieces)];
    const Structure whole = scan(message);
    Scanner scanner;
    for (std::size_t at = 0; at < message.size();) {
      const std::size_t bytes = 1 + random() % 20;
      scanner.feed(std::string(message.substr(at, bytes)));
      at += bytes;
    }
    ASSERT_EQ(scanner.finish(), whole) << message;
    for (const mail::Part& part : whole.parts) {
      ASSERT_LE(part.header.begin, part.header.end);
      ASSERT_EQ(part.header.end, part.body.begin);
      ASSERT_LE(part.body.begin, part.body.end);
      std::uint64_t at = part.body.begin;
      for (const std::uint32_t child : part.children) {
        ASSERT_LE(at, whole.parts[child].header.begin);
        at = whole.parts[child].body.end;
      }
      ASSERT_LE(at, part.body.end);
    }
  }
}

}  // namespace
}  // namespace paraph::mime
