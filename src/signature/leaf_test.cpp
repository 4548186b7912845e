#include "signature/leaf.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"
#include "mime/charset.h"
#include "mime/encoding.h"
#include "signature/canonical.h"
#include "signature/html_leaf.h"
#include "signature/text_leaf.h"

namespace paraph::signature {
namespace {

mail::Part part_of(std::string_view charset, mail::Encoding encoding, std::string_view subtype = "plain") {
  mail::Part part{.subtype = std::string(subtype), .encoding = encoding, .has_content_type = true};
  if (!charset.empty()) part.parameters.push_back({"charset", std::string(charset)});
  return part;
}

/// The wire form after an edit.
std::string applied(std::string_view wire, const LeafEdit& edit) {
  return std::string(wire.substr(0, edit.range.begin)) + edit.octets + std::string(wire.substr(edit.range.end));
}

/// Edits and reads again: the text that a reader of the new leaf sees.
std::string read_again(const mail::Part& part, std::string_view wire, std::string_view text) {
  const Leaf leaf(part, wire, false);
  const auto edit = edit_text(leaf, text, {}, {}, {});
  if (!edit) return "locked";
  mail::Part now = part;
  if (edit->charset) now.parameters = {{"charset", *edit->charset}};
  if (edit->encoding == "base64") now.encoding = mail::Encoding::Base64;
  if (edit->encoding == "quoted-printable") now.encoding = mail::Encoding::QuotedPrintable;
  const std::string result = applied(wire, *edit);
  const Leaf reread(now, result, false);
  return std::string(reread.text());
}

TEST(Leaf, EveryCharsetAndEncodingSaysItsTextAndTheSignature) {
  const std::vector<std::pair<std::string, std::string>> texts{{"us-ascii", "Hello\r\n"},
                                                               {"utf-8", "Gr\u00FC\u00DFe \U0001F600\r\n"},
                                                               {"iso-8859-1", "Gr\u00FC\u00DFe\r\n"},
                                                               {"iso-8859-15", "5 \u20AC\r\n"},
                                                               {"windows-1252", "\u201Chello\u201D\r\n"},
                                                               {"koi8-r", "\u041F\u0440\u0438\u0432\u0435\u0442\r\n"},
                                                               {"iso-2022-jp", "\u3053\u3093\u306B\u3061\u306F\r\n"},
                                                               {"shift_jis", "\u8868\u793A\r\n"},
                                                               {"euc-kr", "\uC548\uB155\r\n"},
                                                               {"gb18030", "\u4F60\u597D\r\n"},
                                                               {"big5", "\u4F60\u597D\r\n"},
                                                               {"utf-16le", "Hello \u00FC\r\n"},
                                                               {"utf-16be", "Hello\r\n"},
                                                               {"utf-7", "Hi \u00FC\r\n"}};
  for (const auto& [charset, text] : texts) {
    for (const std::string_view signature : {"Alice", "\u0410\u043B\u0438\u0441\u0430 \u4F60"}) {
      const std::string octets = mime::from_utf8(charset, text).value();
      const std::string expected = text + "\r\n-- \r\n" + std::string(signature) + "\r\n";
      EXPECT_EQ(read_again(part_of(charset, mail::Encoding::Base64), mime::encode_base64(octets), signature), expected)
          << charset;
      EXPECT_EQ(read_again(part_of(charset, mail::Encoding::QuotedPrintable), mime::encode_quoted_printable(octets),
                           signature),
                expected)
          << charset;
      if (octets.find('\0') == std::string::npos) {
        EXPECT_EQ(read_again(part_of(charset, mail::Encoding::EightBit), octets, signature), expected) << charset;
      }
    }
  }
}

TEST(Leaf, IsLockedWhenItsTextIsNotCertain) {
  EXPECT_EQ(read_again(part_of("utf-8", mail::Encoding::EightBit), "Gr\xFC\r\n", "A"), "locked");
  EXPECT_EQ(read_again(part_of("us-ascii", mail::Encoding::EightBit), "Gr\xFC\r\n", "A"), "locked");
  EXPECT_EQ(read_again(part_of("", mail::Encoding::EightBit), "Gr\u00FC\r\n", "A"), "locked");
  EXPECT_EQ(read_again(part_of("x-unknown", mail::Encoding::SevenBit), "Hello\r\n", "A"), "locked");
  EXPECT_EQ(read_again(part_of("shift_jis", mail::Encoding::EightBit), "\x81\r\n", "A"), "locked");
  // UTF-16 without a mark: half of the readers take the other order of octets.
  const std::string unmarked = mime::from_utf8("utf-16le", "Hello\r\n").value();
  EXPECT_EQ(read_again(part_of("utf-16", mail::Encoding::Base64), mime::encode_base64(unmarked), "A"), "locked");
}

/// Octets of windows-1252 under the name of iso-8859-1 are shown as meant, as long as that name stays.
TEST(Leaf, ControlsOfLatin1AreNeverConverted) {
  const auto part = part_of("iso-8859-1", mail::Encoding::EightBit);
  const std::string_view wire = "\x93quoted\x94\r\n";
  EXPECT_EQ(read_again(part, wire, "\u0410"), "locked");
  const auto edit = edit_text(Leaf(part, wire, false), "Alice", {}, {}, {});
  ASSERT_TRUE(edit);
  EXPECT_FALSE(edit->charset);
  EXPECT_EQ(mime::decode_quoted_printable(applied(wire, *edit)), std::string(wire) + "\r\n-- \r\nAlice\r\n");
}

TEST(Leaf, AsciiStaysAsItIsAndOnlyGrows) {
  const std::string wire = "Hello  \r\nBob";
  const auto part = part_of("us-ascii", mail::Encoding::SevenBit);
  const Leaf leaf(part, wire, false);
  const auto edit = edit_text(leaf, "Alice", {}, {}, {});
  ASSERT_TRUE(edit);
  EXPECT_FALSE(edit->charset || edit->encoding);
  EXPECT_EQ(edit->range, (mail::Range{wire.size(), wire.size()}));
  EXPECT_EQ(edit->octets, "\r\n\r\n-- \r\nAlice\r\n");
}

TEST(Leaf, QuotedPrintableOnlyGrowsToo) {
  const std::string wire = "Gr=C3=BC=C3=9Fe, soft =\r\nbreak=\r\n";
  const auto part = part_of("utf-8", mail::Encoding::QuotedPrintable);
  const auto edit = edit_text(Leaf(part, wire, false), "Alice", {}, {}, {});
  ASSERT_TRUE(edit);
  EXPECT_EQ(edit->range.begin, wire.size());
  EXPECT_EQ(mime::decode_quoted_printable(applied(wire, *edit)), "Gr\u00FC\u00DFe, soft break\r\n\r\n-- \r\nAlice\r\n");
  // A body that ends in a bare "=" has no place for a line end: it is encoded anew.
  const std::string open = "Hello=";
  EXPECT_EQ(mime::decode_quoted_printable(applied(open, *edit_text(Leaf(part, open, false), "Alice", {}, {}, {}))),
            "Hello\r\n\r\n-- \r\nAlice\r\n");
}

TEST(Leaf, MuchThatIsNotAsciiBecomesBase64) {
  const auto part = part_of("utf-8", mail::Encoding::EightBit);
  const std::string russian = "\u041F\u0440\u0438\u0432\u0435\u0442\r\n";
  EXPECT_EQ(edit_text(Leaf(part, russian, false), "A", {}, {}, {})->encoding, "base64");
  EXPECT_EQ(edit_text(Leaf(part, "a single \u00FC in many letters\r\n", false), "A", {}, {}, {})->encoding,
            "quoted-printable");
}

TEST(Leaf, NoLineBecomesAnEnclosingDelimiter) {
  const auto part = part_of("us-ascii", mail::Encoding::SevenBit);
  const auto edit = edit_text(Leaf(part, "Hello\r\n", false), "--b1--\nAlice", {}, {}, {"--b1"});
  ASSERT_TRUE(edit);
  EXPECT_EQ(edit->encoding, "base64");
}

TEST(Leaf, FlowedTextEndsFixedAndTheSignatureIsStuffed) {
  auto part = part_of("us-ascii", mail::Encoding::SevenBit);
  part.parameters.push_back({"format", "Flowed"});
  const auto edit = [&](std::string_view wire) {
    return applied(wire, *edit_text(Leaf(part, wire, false), "> a\nFrom b\n c", {}, {}, {}));
  };
  const std::string block = "\r\n-- \r\n > a\r\n From b\r\n  c\r\n";
  EXPECT_EQ(edit("flows on \r\n"), "flows on\r\n" + block);
  EXPECT_EQ(edit("flows on "), "flows on\r\n" + block);
  EXPECT_EQ(edit("x \r\n\r\n"), "x \r\n\r\n" + block.substr(2));
  EXPECT_EQ(edit("x\r\n-- \r\n"), "x\r\n-- \r\n" + block);
  EXPECT_EQ(edit("> x\r\n> -- \r\n"), "> x\r\n> -- \r\n" + block);
  // Found again although it is stuffed.
  const std::string once = edit("Hello\r\n");
  EXPECT_EQ(find_text_block(Leaf(part, once, false), "> a\nFrom b\n c", {}).carries, Carries::Current);
}

TEST(Leaf, FieldsChangeInPlace) {
  mail::Part part{.parameters = {{"charset", "us-ascii"}, {"format", "flowed"}}, .has_content_type = true};
  const std::string block = "X: 1\r\nContent-Type: text/plain;\r\n charset=us-ascii; format=flowed\r\nY: 2\r\n\r\n";
  EXPECT_EQ(with_edited_fields(block, part, {}), block);
  EXPECT_EQ(with_edited_fields(block, part, {.charset = "utf-8", .encoding = "base64"}),
            "X: 1\r\nContent-Type: text/plain; charset=utf-8;\r\n format=flowed\r\nY: 2\r\nContent-Transfer-Encoding: "
            "base64\r\n\r\n");
  // A digest of the body that was.
  part.md5 = "Q2hlY2sgSW50ZWdyaXR5IQ==";
  const std::string digest = "X: 1\r\nContent-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\nY: 2\r\n\r\n";
  EXPECT_EQ(with_edited_fields(digest, part, {}), digest);
  EXPECT_EQ(with_edited_fields(digest, part, {.octets = "more"}), "X: 1\r\nY: 2\r\n\r\n");
}

TEST(Leaf, OpenPgpIsSeenAtLineStartsOnly) {
  EXPECT_TRUE(has_pgp_block("a\r\n-----BEGIN PGP MESSAGE-----\r\n"));
  EXPECT_TRUE(has_pgp_block("-----BEGIN PGP SIGNED MESSAGE-----"));
  EXPECT_TRUE(has_pgp_block("-----BEGIN PGP MESSAGE, PART 1/2-----"));
  EXPECT_FALSE(has_pgp_block("> -----BEGIN PGP MESSAGE-----\r\n-----BEGIN PGP PUBLIC KEY BLOCK-----"));
}

TEST(QuoteBegin, IsWhereTheAuthorsOwnWordsEnd) {
  struct Row {
    std::string own, quote;
  };
  const std::vector<Row> rows{{"Yes\r\n", ""},
                              {"Yes\r\n\r\n", "Bob wrote:\r\n> a\r\n"},
                              {"Yes\r\n\r\n", "Bob wrote\r\nyesterday:\r\n\r\n> a\r\n\r\n> b"},
                              {"", "> a\r\n> b\r\n"},
                              {"Yes:\r\n\r\nno\r\n", "> a\r\n"},
                              {"Bob wrote:\r\n> a\r\nYes, he did\r\n", ""},
                              {"Yes\n", "-----Original Message-----\nFrom: Bob\n\nHello\n"},
                              {"-----BEGIN-----\r\n", ""}};
  for (const auto& row : rows) EXPECT_EQ(quote_begin(row.own + row.quote), row.own.size()) << row.own << row.quote;
}

TEST(FoldHtml, BreaksAtBlanksThatDoNotCount) {
  const std::string words =
      "<div class=\"paraph-signature\"><b style=\"color: red; margin: 0\" dir=\"auto\">some words and " +
      std::string(70, 'x') + " and more words after these</b></div>";
  const std::string folded = fold_html(words, "\r\n");
  for (const auto line : split(folded, '\n')) EXPECT_LE(line.size(), 79u) << line;
  EXPECT_EQ(canonical_html(folded), canonical_html(words));
  EXPECT_NE(folded.find("style=\"color: red; margin: 0\""), std::string::npos);
  EXPECT_EQ(fold_html("<b>short</b>", "\r\n"), "<b>short</b>");
  const std::string unbroken(2000, 'x');
  EXPECT_EQ(fold_html(unbroken, "\r\n"), unbroken);
}

}  // namespace
}  // namespace paraph::signature
