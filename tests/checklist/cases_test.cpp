// Items 1 to 13: where the parts go, and what is edited.
#include <gmock/gmock.h>

#include <regex>
#include <set>

#include "base/text.h"
#include "checklist.h"
#include "mime/field.h"

namespace paraph::checklist {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What a reader of direct children takes for the recording (voice-messages.md, section 1.4).
std::optional<std::uint32_t> first_direct_audio(const Signed& each) {
  for (const auto child : each.direct()) {
    if (each.part(child).type == "audio" && each.structure.root().multipart()) return child;
  }
  return std::nullopt;
}

/// What it shows as the transcription.
std::optional<std::uint32_t> last_direct_text(const Signed& each) {
  std::optional<std::uint32_t> last;
  for (const auto child : each.direct()) {
    if (each.part(child).type == "text") last = child;
  }
  return last;
}

std::string voice_parameter(const mail::Part& part) {
  const auto* value = mail::find_parameter(part.disposition_parameters, "voice");
  return value == nullptr ? "" : lowered(*value);
}

/// Every cid: that the HTML refers to names a part of the related around it.
void expect_references_resolve(const Signed& each, std::uint32_t html, std::size_t references) {
  std::set<std::string> ids;
  for (const auto sibling : each.part(each.part(html).parent).children) ids.insert(each.part(sibling).id);
  const std::string text = each.text(html);
  const std::regex reference("cid:([^\"'> ]+)");
  std::size_t seen = 0;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), reference); at != std::sregex_iterator(); ++at, ++seen)
    EXPECT_TRUE(ids.contains("<" + (*at)[1].str() + ">")) << (*at)[1];
  EXPECT_EQ(seen, references);
}

TEST_F(Checklist, Item01_BareAudio) {
  const auto each = sign(message(wav(), "Content-Duration: 12\r\n"));
  EXPECT_EQ(each.tree(), "mixed[ related[ alternative[ text/plain, text/html ], image/png ], audio/wav, audio/wav ]");
  const auto direct = each.direct();
  EXPECT_EQ(each.decoded(direct[1]), kRecording);
  EXPECT_EQ(each.part(direct[1]).duration, 12u);
  EXPECT_EQ(mime::find_value(each.header(0), "Content-Duration"), "12");
  EXPECT_EQ(mime::find_value(each.header(direct[1]), "Content-Type"), "audio/wav; name=\"v.wav\"");

  keep("A");
  EXPECT_EQ(sign(message(wav())).tree(), "mixed[ audio/wav, audio/wav ]");
}

TEST_F(Checklist, Item02_BareAudioGainsADispositionOnlyWhereItHasNone) {
  const auto gained = sign(message(wav()));
  const auto& child = gained.part(gained.direct()[1]);
  EXPECT_EQ(child.disposition, "inline");
  EXPECT_EQ(voice_parameter(child), "voice-message");
  EXPECT_EQ(*mail::find_parameter(child.disposition_parameters, "handling"), "required");

  const auto kept = sign(message(wav("Content-Disposition: attachment; filename=v.wav\r\n")));
  const auto header = kept.header(kept.direct()[1]);
  EXPECT_EQ(mime::count_fields(header, "Content-Disposition"), 1u);
  EXPECT_EQ(mime::find_value(header, "Content-Disposition"), "attachment; filename=v.wav");
}

TEST_F(Checklist, Item03_TheVoicePartSaysWhatItIs) {
  signature.language = "en-GB";
  const auto each = sign(message(wav()));
  const auto index = each.direct()[2];
  const auto& part = each.part(index);
  EXPECT_EQ(part.disposition, "inline");
  EXPECT_EQ(voice_parameter(part), "originator-spoken-name");
  EXPECT_EQ(*mail::find_parameter(part.disposition_parameters, "handling"), "optional");
  EXPECT_EQ(*mail::find_parameter(part.disposition_parameters, "filename"), "signature.wav");
  EXPECT_EQ(part.duration, 3u);
  EXPECT_THAT(part.id, testing::MatchesRegex("<voice\\.[0-9a-f]+\\.[0-9a-f]+@sig\\.example\\.org>"));
  EXPECT_EQ(part.id.size(), std::string("<voice.12345678.1234567890123456@sig.example.org>").size());
  EXPECT_EQ(part.encoding, mail::Encoding::Base64);
  EXPECT_EQ(part.description, "Voice signature");
  EXPECT_EQ(part.languages, std::vector<std::string>{"en-GB"});
  EXPECT_EQ(each.decoded(index), voice_octets("audio/wav"));
  for (const auto audio : each.all("audio")) {
    if (audio != index) EXPECT_NE(voice_parameter(each.part(audio)), "originator-spoken-name");
  }
}

TEST_F(Checklist, Item04_TheVoiceFollowsThePrimaryAudioInEveryCase) {
  const std::string plain = text_entity("Listen.\r\n");
  const std::string html = text_entity("<p>Listen.</p>\r\n", "text/html; charset=utf-8");
  const std::string file = media_entity("application/pdf", "%PDF");
  struct {
    std::string name, text;
    bool voice;
  } cases[] = {
      {"A", message(wav()), true},
      {"B", message(multipart("mixed", {plain, wav()})), true},
      {"B alternative", message(multipart("mixed", {multipart("alternative", {plain, html}), wav()})), true},
      {"B audio first", message(multipart("mixed", {wav(), plain})), true},
      {"B2", message(multipart("mixed", {wav(), file})), true},
      {"two recordings", message(multipart("mixed", {plain, wav(), file, wav()})), true},
      {"audio in related", message(multipart("related", {html, wav()}, "; type=\"text/html\"")), false},
      {"audio deeper", message(multipart("mixed", {multipart("mixed", {plain, wav()}), file})), false},
      {"audio in alternative", message(multipart("alternative", {plain, wav()})), false},
  };
  for (const auto& [name, text, voice] : cases) {
    SCOPED_TRACE(name);
    const auto each = sign(text);
    EXPECT_EQ(each.report.voice, voice) << each.tree();
    const auto heard = first_direct_audio(each);
    if (voice) {
      ASSERT_TRUE(heard) << each.tree();
      EXPECT_EQ(each.decoded(*heard), kRecording);
      EXPECT_EQ(each.decoded(each.all("audio").back()), voice_octets("audio/wav"));
      EXPECT_EQ(each.direct().back(), each.all("audio").back());
    } else {
      if (heard) EXPECT_EQ(each.decoded(*heard), kRecording);
      EXPECT_EQ(each.all("audio").size(), 1u) << each.tree();
      EXPECT_EQ(each.report.reason, "policy");
    }
  }
}

TEST_F(Checklist, Item05_TheLastDirectTextIsNoSignature) {
  const std::string notes =
      entity("Content-Type: text/plain\r\nContent-Disposition: attachment; filename=n.txt\r\n", "Alice's notes\r\n");
  const std::string forwarded = entity("Content-Type: message/rfc822\r\n", message(text_entity("inner\r\n")));
  for (const auto& text : {message(wav()), message(multipart("mixed", {wav(), media_entity("image/tiff", "II*")})),
                           message(multipart("mixed", {wav(), notes})), message(forwarded)}) {
    const auto each = sign(text);
    EXPECT_TRUE(each.report.text) << each.tree();
    EXPECT_NE(each.after.find(kName, each.after.find("\r\n\r\n")), std::string::npos);
    const auto shown = last_direct_text(each);
    if (shown) EXPECT_EQ(each.text(*shown), "Alice's notes\r\n");
  }
  // The reader that these cases are safe from does see a bare text part.
  EXPECT_TRUE(last_direct_text(sign(message(multipart("mixed", {text_entity("x\r\n"), wav()})))));
}

TEST_F(Checklist, Item06_TheFirstTextLeafIsABody) {
  const std::string forwarded = entity("Content-Type: message/rfc822\r\n", message(text_entity("inner\r\n")));
  for (const auto& text :
       {message(wav()), message(multipart("mixed", {wav(), media_entity("image/tiff", "II*")})), message(forwarded)}) {
    const auto each = sign(text);
    const auto first = each.find("text/plain");
    EXPECT_EQ(each.part(each.part(first).parent).subtype, "alternative") << each.tree();
    EXPECT_EQ(each.text(first), std::string(kBlock));
    for (const auto audio : each.all("audio")) EXPECT_GT(audio, first);
    EXPECT_EQ(each.direct().front(), 1u);
    EXPECT_LT(first, each.direct()[1]);
  }
}

/// Else the signature would stand above the words that it signs.
TEST_F(Checklist, Item06_AMultipartThatNobodyKnowsReadsAsMixed) {
  const std::string words = text_entity("Hello.\r\n");
  const auto top = sign(message(multipart("parallel", {words, media_entity("image/jpeg", "JFIF")})));
  EXPECT_EQ(top.tree(), "mixed[ parallel[ text/plain, image/jpeg ], image/png, audio/wav ]");
  EXPECT_THAT(top.text(top.find("text/plain")), HasSubstr(kBlock));
  const auto inside =
      sign(message(multipart("mixed", {multipart("x-own", {words}), media_entity("image/jpeg", "JFIF")})));
  EXPECT_EQ(inside.tree(), "mixed[ x-own[ text/plain ], image/jpeg, image/png, audio/wav ]");
  EXPECT_THAT(inside.text(inside.find("text/plain")), HasSubstr(kBlock));
  for (const std::string known : {"digest", "appledouble"})
    EXPECT_EQ(sign(message(multipart(known, {words}))).report.how, signature::How::Wrap);
}

TEST_F(Checklist, Item06_ATextThatNobodyCanEditComesFirstAndIsKept) {
  for (const std::string type : {"text/markdown; charset=utf-8", "text/enriched", "text/x-web-markdown"}) {
    const std::string words = text_entity("*Hello*, all\r\n", type);
    const auto each = sign(message(words));
    EXPECT_EQ(each.tree(), "mixed[ " + type.substr(0, type.find(';')) + ", text/plain, image/png, audio/wav ]");
    EXPECT_EQ(each.header(1) + each.body(1), words);
    EXPECT_EQ(each.text(2), std::string(kBlock));
    EXPECT_EQ(each.report.reason, "separate");
    EXPECT_EQ(sign(each.after).after, each.after);
  }
  // A file is none.
  EXPECT_EQ(sign(message(text_entity("a,b\r\n", "text/csv"))).part(1).subtype, "related");
  EXPECT_EQ(sign(message(text_entity("x\r\n", "text/markdown; name=x.md"))).part(1).subtype, "related");
}

TEST_F(Checklist, Item07_PlainTextStaysPlainText) {
  keep("T");
  const std::string text = message(entity("Content-Type: text/plain; charset=us-ascii\r\n", "Hello.\r\nBye.\r\n"));
  const auto each = sign(text);
  EXPECT_EQ(each.tree(), "text/plain");
  EXPECT_EQ(each.after, text + "\r\n" + std::string(kBlock));
  EXPECT_EQ(count(each.after, "\r\n-- \r\n"), 1u);
}

/// A digest of a body that is edited would say that it was damaged; one of another part still holds.
TEST_F(Checklist, Item07_ADigestOfTheEditedBodyGoes) {
  const std::string digest = "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\n";
  const std::string words = digest + text_entity("Hello.\r\n");
  const std::string page = digest + text_entity("<p>Hello.</p>\r\n", "text/html; charset=utf-8");
  for (const auto& one : {words, page, multipart("alternative", {words, page})}) {
    const auto each = sign(message(one));
    EXPECT_EQ(count(each.after, digest), 0u) << each.tree();
    EXPECT_EQ(each.report.image, true);
  }
  const auto beside = sign(message(multipart("mixed", {words, wav(digest)})));
  EXPECT_EQ(count(beside.after, digest), 1u);
  keep("A");  // nothing is edited
  EXPECT_EQ(count(sign(message(words)).after, digest), 1u);
}

TEST_F(Checklist, Item08_WrapMovesTheContentFieldsAsTheyAre) {
  keep("A");
  const std::string fields =
      "Content-Language: en\r\nContent-TYPE: text/plain;\r\n\tcharset=utf-8;\r\n format=flowed\r\n"
      "Content-Description: a folded\r\n  description\r\nContent-Transfer-Encoding:  8bit\r\n";
  const auto each = sign(message(entity("X-One: 1\r\n" + fields + "X-Two: 2\r\n", "Gr\u00FC\u00DFe\r\n")));
  EXPECT_EQ(each.tree(), "mixed[ text/plain, audio/wav ]");
  EXPECT_EQ(each.header(1), fields + "\r\n");
  EXPECT_EQ(each.body(1), "Gr\u00FC\u00DFe\r\n");
  EXPECT_THAT(each.header(0), HasSubstr("MIME-Version: 1.0\r\nX-One: 1\r\nX-Two: 2\r\nContent-Type: multipart/mixed;"));
  EXPECT_EQ(mime::count_fields(each.header(0), "Content-Language"), 0u);
  EXPECT_EQ(mime::count_fields(each.header(0), "MIME-Version"), 1u);
}

TEST_F(Checklist, Item09_HtmlWithAPictureIsRelated) {
  keep("HI");
  const auto each = sign(message(text_entity("<p>Hello</p>\r\n", "text/html; charset=utf-8")));
  EXPECT_EQ(each.tree(), "related[ text/html, image/png ]");
  EXPECT_EQ(*mail::find_parameter(each.structure.root().parameters, "type"), "text/html");
  expect_references_resolve(each, 1, 1);
  EXPECT_EQ(each.part(2).disposition, "inline");
  EXPECT_THAT(each.text(1), HasSubstr("<p>Hello</p>"));
}

TEST_F(Checklist, Item10_EachAlternativeIsEditedAndTheUnknownOneKept) {
  const std::string plain = text_entity("Hello\r\n");
  const std::string amp = text_entity("<!doctype html><html amp4email></html>\r\n", "text/x-amp-html; charset=utf-8");
  const std::string html = text_entity("<p>Hello</p>\r\n", "text/html; charset=utf-8");
  const auto each = sign(message(multipart("alternative", {plain, amp, html})));
  EXPECT_EQ(each.tree(),
            "mixed[ alternative[ text/plain, text/x-amp-html, related[ text/html, image/png ] ], audio/wav ]");
  EXPECT_THAT(each.text(each.find("text/plain")), HasSubstr(kBlock));
  EXPECT_THAT(each.text(each.find("text/html")), HasSubstr("paraph-signature"));
  const auto untouched = each.find("text/x-amp-html");
  EXPECT_EQ(each.header(untouched) + each.body(untouched) + "\r\n", amp + "\r\n");
}

TEST_F(Checklist, Item11_ThePictureJoinsTheRelatedThatIsThere) {
  keep("THIA");
  const std::string html = text_entity("<p>Look <img src=\"cid:one@client\"></p>\r\n", "text/html; charset=utf-8");
  const std::string picture = media_entity("image/gif", "GIF89a", "Content-ID: <one@client>\r\n");
  const std::string related = multipart("related", {"Content-ID: <root@client>\r\n" + html, picture},
                                        "; type=\"text/html\"; start=\"<root@client>\"");
  const auto each = sign(message(multipart("alternative", {text_entity("Look\r\n"), related})));
  EXPECT_EQ(each.tree(), "mixed[ alternative[ text/plain, related[ text/html, image/gif, image/png ] ], audio/wav ]");
  const auto container = each.find("multipart/related");
  EXPECT_EQ(each.header(container), related.substr(0, related.find("\r\n\r\n") + 4));
  expect_references_resolve(each, each.find("text/html"), 2);
}

TEST_F(Checklist, Item12_TheRootNamedByStartIsEdited) {
  keep("TH");
  const std::string decoy = "Content-ID: <other@client>\r\n" + text_entity("<p>a frame</p>\r\n", "text/html");
  const std::string root = "Content-ID: <root@client>\r\n" + text_entity("<p>the page</p>\r\n", "text/html");
  const auto each = sign(message(multipart("related", {decoy, root}, "; start=\"<root@client>\"; type=\"text/html\"")));
  EXPECT_EQ(each.tree(), "related[ text/html, text/html ]");
  EXPECT_EQ(each.body(1), "<p>a frame</p>\r\n");
  EXPECT_THAT(each.body(2), HasSubstr("paraph-signature"));
  // As some write it.
  const auto bare = sign(message(multipart("related", {decoy, root}, "; start=\"root@client\"; type=\"text/html\"")));
  EXPECT_THAT(bare.body(2), HasSubstr("paraph-signature"));
}

TEST_F(Checklist, Item13_ARootThatIsNoTextIsNotEdited) {
  const std::string slides = entity("Content-Type: application/smil\r\nContent-ID: <s>\r\n", "<smil></smil>\r\n");
  const std::string related =
      multipart("related", {slides, text_entity("caption\r\n"), media_entity("image/jpeg", "JFIF")},
                "; start=\"<s>\"; type=\"application/smil\"");
  const auto each = sign(message(related));
  EXPECT_EQ(each.tree(),
            "mixed[ related[ alternative[ text/plain, text/html ], image/png ], "
            "related[ application/smil, text/plain, image/jpeg ], audio/wav ]");
  EXPECT_THAT(each.after, HasSubstr(related.substr(related.find("--b"))));
  EXPECT_THAT(each.text(each.find("text/plain")), Not(HasSubstr("caption")));
}

}  // namespace
}  // namespace paraph::checklist
