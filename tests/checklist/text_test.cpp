// Items 24 to 28, 30 and 31: text in any charset, flowed text, and where HTML takes a signature.
#include "base/text.h"

#include <gmock/gmock.h>

#include "checklist.h"
#include "mime/charset.h"
#include "mime/encoding.h"

namespace paraph::checklist {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string charset_of(const mail::Part& part) {
  const auto* charset = mail::find_parameter(part.parameters, "charset");
  return charset == nullptr ? "" : lowered(*charset);
}

TEST_F(Checklist, Item24_MailWithoutMime) {
  keep("T");
  const std::string top = "From: alice@example.org\r\nSubject: old\r\n\r\n";
  const auto ascii = sign(top + "Plain words.\r\n");
  EXPECT_EQ(ascii.after,
            "From: alice@example.org\r\nSubject: old\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=us-ascii\r\n\r\nPlain words.\r\n\r\n" +
                std::string(kBlock));

  const auto utf8 = sign(top + "Gr\u00FC\u00DFe\r\n");
  EXPECT_EQ(charset_of(utf8.structure.root()), "utf-8");
  EXPECT_EQ(utf8.text(0), "Gr\u00FC\u00DFe\r\n\r\n" + std::string(kBlock));

  // Latin-1, or anything else: nobody can tell, and nothing is guessed.
  const auto other = sign(top +
                          "Gr\xFC\xDF"
                          "e\r\n");
  EXPECT_EQ(other.tree(), "mixed[ text/plain, text/plain ]");
  EXPECT_EQ(charset_of(other.part(1)), "unknown-8bit");
  EXPECT_EQ(other.body(1),
            "Gr\xFC\xDF"
            "e\r\n");
  EXPECT_EQ(other.text(2), std::string(kBlock));
  EXPECT_EQ(other.report.reason, "separate");

  signature.text = "\u0410\u043B\u0438\u0441\u0430";
  const auto russian = sign(top + "Plain words.\r\n");
  EXPECT_EQ(charset_of(russian.structure.root()), "utf-8");
  EXPECT_EQ(russian.text(0), "Plain words.\r\n\r\n-- \r\n\u0410\u043B\u0438\u0441\u0430\r\n");
}

TEST_F(Checklist, Item25_EveryCharsetReadsAsTheOriginalAndTheSignature) {
  keep("T");
  const std::string japanese = "\u3053\u3093\u306B\u3061\u306F, \u4E16\u754C\r\n";
  const std::string chinese = "\u4F60\u597D, \u4E16\u754C\r\n";
  const std::string russian = "\u041F\u0440\u0438\u0432\u0435\u0442\r\n";
  const struct {
    std::string charset, encoding, text;
  } cases[] = {{"iso-2022-jp", "7bit", japanese},
               {"iso-2022-jp", "base64", japanese},
               {"shift_jis", "base64", japanese},
               {"shift_jis", "8bit", japanese},
               {"gb18030", "quoted-printable", chinese},
               {"gb18030", "8bit", chinese},
               {"koi8-r", "8bit", russian},
               {"koi8-r", "quoted-printable", russian},
               {"utf-16", "base64", russian},
               {"utf-16le", "base64", japanese},
               {"utf-16be", "base64", chinese},
               {"utf-7", "7bit", russian},
               {"windows-1251", "8bit", russian},
               {"euc-jp", "8bit", japanese}};
  for (const auto& [charset, encoding, text] : cases) {
    for (const std::string mine : {"Alice Example", "\u0410\u043B\u0438\u0441\u0430 \u30A2\u30EA\u30B9 \u00E9"}) {
      SCOPED_TRACE(charset + " " + encoding + " " + mine);
      signature.text = mine;
      const std::string octets = mime::from_utf8(charset, text).value();
      const std::string body = encoding == "base64"             ? mime::encode_base64(octets)
                               : encoding == "quoted-printable" ? mime::encode_quoted_printable(octets)
                                                                : octets;
      const auto each = sign(message(
          entity("Content-Type: text/plain; charset=" + charset + "\r\nContent-Transfer-Encoding: " + encoding + "\r\n",
                 body)));
      EXPECT_EQ(each.tree(), "text/plain");
      EXPECT_EQ(each.text(0), text + "\r\n-- \r\n" + mine + "\r\n");
      // The charset is kept where it can hold the signature too.
      if (mine == "Alice Example") EXPECT_EQ(charset_of(each.structure.root()), charset);
    }
  }
}

TEST_F(Checklist, Item26_ALeafThatCannotBeReadStaysAndTheTextFollows) {
  keep("T");
  const std::pair<std::string, std::string> leaves[] = {
      {"utf-8", "broken \xC3\x28\r\n"}, {"utf-8", "overlong \xC0\xAF\r\n"}, {"us-ascii", "not ascii \xE9\r\n"},
      {"iso-2022-jp", "\x1B$B!\r\n"},   {"shift_jis", "half \x81\r\n"},     {"x-nobody-knows", "words\r\n"}};
  for (const auto& [charset, body] : leaves) {
    SCOPED_TRACE(charset + " " + printable(body));
    const std::string leaf = text_entity(body, "text/plain; charset=" + charset);
    const auto each = sign(message(leaf));
    EXPECT_EQ(each.tree(), "mixed[ text/plain, text/plain ]");
    EXPECT_EQ(each.header(1) + each.body(1), leaf);
    EXPECT_EQ(each.text(2), std::string(kBlock));
    EXPECT_EQ(each.report.reason, "separate");
  }
}

/// What a reader of flowed text makes of it (RFC 3676, section 4.1): paragraphs, or fixed lines.
std::vector<std::string> paragraphs(std::string_view text, bool delsp) {
  std::vector<std::string> out;
  bool open = false;
  for (auto line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line == "-- ") {
      out.emplace_back(line);
      open = false;
      continue;
    }
    if (line.starts_with(' ')) line.remove_prefix(1);
    const bool flows = line.ends_with(' ');
    if (open) {
      out.back() += line;
    } else {
      out.emplace_back(line);
    }
    if (flows && delsp) out.back().pop_back();
    open = flows;
  }
  return out;
}

TEST_F(Checklist, Item27_FlowedTextRewrapsAsBefore) {
  keep("T");
  signature.text = "Alice Example\nFrom here\n> no quote\n indented";
  const std::string bodies[] = {"One paragraph \r\nthat flows.\r\n\r\n  stuffed \r\nline\r\n",
                                "The last line flows \r\n", "no end of line ", "> quoted \r\n> and flowed\r\nYes.\r\n",
                                "two blanks  \r\n"};
  for (const std::string delsp : {"", "; delsp=yes", "; delsp=no"}) {
    for (const auto& body : bodies) {
      SCOPED_TRACE(delsp + " " + printable(body));
      const auto each =
          sign(message(entity("Content-Type: text/plain; charset=us-ascii; format=flowed" + delsp + "\r\n", body)));
      const std::string now = each.body(0);
      ASSERT_THAT(now, HasSubstr("\r\n-- \r\n"));
      const auto at = now.find("\r\n-- \r\n");
      EXPECT_THAT(now.substr(0, at), Not(EndsWith(" ")));  // no flowed line runs into the separator
      const bool deletes = delsp == "; delsp=yes";
      auto was = paragraphs(body, deletes);
      auto is = paragraphs(now.substr(0, at), deletes);
      // A space at the end of the last line meant that a line would follow: none did.
      for (auto* list : {&was, &is}) {
        while (!list->empty() && trimmed(list->back()).empty()) list->pop_back();
        while (list->back().ends_with(' ')) list->back().pop_back();
      }
      EXPECT_EQ(is, was);
      EXPECT_EQ(paragraphs(now.substr(at + 2), deletes),
                (std::vector<std::string>{"-- ", "Alice Example", "From here", "> no quote", " indented", ""}));
      EXPECT_EQ(now.find("\n>", at), std::string::npos);  // space-stuffed, or it would be a quotation
      EXPECT_THAT(each.header(0), HasSubstr("format=flowed" + delsp));
    }
  }
}

TEST_F(Checklist, Item28_WhatIsAddedPassesASevenBitHop) {
  signature.text = "\u0410\u043B\u0438\u0441\u0430";
  signature.html = "<b>\u0410\u043B\u0438\u0441\u0430</b>";
  const std::string other = text_entity("Gr\u00FC\u00DFe von allen\r\n", "text/csv; charset=utf-8");
  for (const std::string encoding : {"8bit", "binary"}) {
    const auto leaf = [&](std::string_view type, std::string_view text) {
      return entity(
          "Content-Type: " + std::string(type) + "; charset=utf-8\r\nContent-Transfer-Encoding: " + encoding + "\r\n",
          text);
    };
    const std::string plain = leaf("text/plain", "Gr\u00FC\u00DFe\r\n");
    const std::string html = leaf("text/html", "<p>Gr\u00FC\u00DFe</p>\r\n");
    const auto each = sign(message(multipart("mixed", {multipart("alternative", {plain, html}), other, wav()})));
    ASSERT_EQ(each.report.kinds(), "text:html:image:voice");
    EXPECT_EQ(each.tree(),
              "mixed[ alternative[ text/plain, related[ text/html, image/png ] ], text/csv, audio/wav, audio/wav ]");
    const auto kept = each.find("text/csv");
    EXPECT_EQ(each.header(kept) + each.body(kept), other);
    for (std::uint32_t i = 0; i < each.structure.parts.size(); ++i) {
      const auto& part = each.part(i);
      if (!part.leaf() || i == kept) continue;
      EXPECT_TRUE(is_ascii(each.header(i) + each.body(i))) << i;
      if (part.type != "text") EXPECT_EQ(part.encoding, mail::Encoding::Base64);
    }
    EXPECT_THAT(each.text(each.find("text/plain")), StartsWith("Gr\u00FC\u00DFe\r\n"));
    EXPECT_THAT(each.text(each.find("text/html")), StartsWith("<p>Gr\u00FC\u00DFe</p>"));
  }
  // Binary text that is not lines stays as it is.
  const auto lines = sign(
      message(entity("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: binary\r\n", "a\nb\n")));
  EXPECT_THAT(lines.after, HasSubstr("a\nb\n"));
}

TEST_F(Checklist, Item30_HtmlThatIsNotClosedIsLocked) {
  keep("TH");
  for (const std::string open :
       {"<!-- a comment", "<style>p { color: red }", "<script>var a = 1;", "<plaintext>from here on", "<xmp>example",
        "<textarea>words", "<title>never closed", "<p title=\"an attribute", "<p"}) {
    const std::string leaf = text_entity("<html><body><p>Hello</p>" + open + "\r\n", "text/html; charset=utf-8");
    const auto each = sign(message(leaf));
    EXPECT_EQ(each.tree(), "mixed[ text/html, text/plain ]") << open;
    EXPECT_EQ(each.header(1) + each.body(1), leaf) << open;
    EXPECT_EQ(each.report.reason, "separate") << open;
  }
  const auto closed =
      sign(message(text_entity("<p>Hello</p><!-- closed --><style>p{}</style>\r\n", "text/html; charset=utf-8")));
  EXPECT_EQ(closed.tree(), "text/html");
  EXPECT_THAT(closed.text(0), HasSubstr("paraph-signature"));
}

TEST_F(Checklist, Item31_AReplyHasItsSignatureBeforeTheQuotation) {
  keep("TH");
  const std::string quotes[] = {
      "<div class=\"gmail_quote\"><blockquote>Bob wrote</blockquote></div>",
      "<div class='gmail_quote gmail_quote_container'>Bob wrote</div>",
      "<blockquote type=\"cite\">Bob wrote</blockquote>",
      "<BLOCKQUOTE TYPE=CITE>Bob wrote</BLOCKQUOTE>",
      "<div id=\"appendonsend\"></div><hr>Bob wrote",
      "<div id=\"divRplyFwdMsg\" dir=\"ltr\">Bob wrote</div>",
      "<div class=\"moz-cite-prefix\">Bob wrote</div><blockquote type=\"cite\">x</blockquote>",
      "<div class=\"yahoo_quoted\">Bob wrote</div>",
      "<div class=\"protonmail_quote\">Bob wrote</div>",
      "<div id=\"mail-editor-reference-message-container\">Bob wrote</div>",
      "<div class=\"ms-outlook-mobile-reference-message skipProofing\">Bob wrote</div>",
      "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><b>From:</b> Bob</div>",
      "<div style=\"border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><b>Von:</b> Bob</div>"};
  for (const auto& quote : quotes) {
    const auto each = sign(
        message(text_entity("<html><body><p>Yes.</p>" + quote + "</body></html>\r\n", "text/html; charset=utf-8")));
    const std::string html = each.text(0);
    EXPECT_EQ(count(html, "paraph-signature"), 1u) << quote;
    EXPECT_EQ(count(html, kName), 1u) << quote;
    const auto mine = html.find("paraph-signature");
    EXPECT_LT(html.find("<p>Yes.</p>"), mine) << quote;
    EXPECT_LT(mine, html.find(quote)) << quote;
  }
  // A rule that is no quotation's, in the author's own words.
  const auto ruled = sign(message(text_entity(
      "<html><body><div style='border:none;border-top:solid windowtext 1.0pt;padding:1.0pt 0in 0in 0in'>Yes.</div>"
      "</body></html>\r\n",
      "text/html; charset=utf-8")));
  EXPECT_THAT(ruled.text(0), testing::ContainsRegex("Yes.*paraph-signature.*</body>"));
  // Without a quotation it stands at the end of the body.
  const auto plain =
      sign(message(text_entity("<html><body><p>Yes.</p></body></html>\r\n", "text/html; charset=utf-8")));
  EXPECT_THAT(plain.text(0), testing::ContainsRegex("Yes.*paraph-signature.*</body>"));
}

}  // namespace
}  // namespace paraph::checklist
