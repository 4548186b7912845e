#include "signature/attach.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "mime/encoding.h"
#include "signature/content.h"
#include "signature/testing.h"

namespace paraph::signature {
namespace {

constexpr std::string_view kTop = "From: Alice <alice@example.org>\r\nMessage-ID: <m@x>\r\nMIME-Version: 1.0\r\n";

std::string text_message(std::string_view text) {
  return std::string(kTop) + "Content-Type: text/plain; charset=us-ascii\r\n\r\n" + std::string(text);
}

std::string part(std::string_view type, std::string_view octets) {
  return "--b\r\nContent-Type: " + std::string(type) + "\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         mime::encode_base64(octets);
}

std::string mixed(const std::vector<std::string>& parts) {
  std::string out = std::string(kTop) +
                    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n";
  for (const auto& each : parts) out += each;
  return out + "--b--\r\n";
}

class Attach : public testing::Test {
 protected:
  Attached attach(const std::string& message) { return world.attach(message, signature, past); }
  std::string text(const Attached& attached) { return world.text(attached.rope); }
  std::string voice_of(const Attached& attached) {
    for (const auto& each : signature.voice) {
      if (attached.report.voice_blob == each.blob) return each.media_type;
    }
    return "none";
  }

  TestWorld world;
  mail::Signature signature = test_signature(world);
  std::vector<mail::PastRevision> past;
};

TEST_F(Attach, TheVoiceIsOfTheMessagesOwnFormatWhereThereIsOne) {
  signature.voice.push_back(world.media("audio/mpeg", "mp3", std::string(100, 'm'), 1));
  const std::vector<std::pair<std::string, std::string>> cases{{"audio/amr", "audio/AMR"},
                                                               {"audio/x-wav; codec=1", "audio/wav"},
                                                               {"audio/mp3", "audio/mpeg"},
                                                               {"audio/qcelp", "audio/mpeg"}};
  for (const auto& [type, expected] : cases)
    EXPECT_EQ(voice_of(attach(mixed({part(type, "sound")}))), expected) << type;
  EXPECT_EQ(voice_of(attach(text_message("Hello\r\n"))), "audio/mpeg");
  signature.voice.resize(1);
  EXPECT_EQ(voice_of(attach(mixed({part("audio/wav", "sound")}))), "audio/AMR");
}

TEST_F(Attach, OnlyTheSameFormatGoesIntoAVoiceProfileMessage) {
  const Content content = content_of(signature, {});
  EXPECT_EQ(choose_voice(content, "audio/amr", true, {})->media_type, "audio/AMR");
  EXPECT_EQ(choose_voice(content, "audio/32kadpcm", true, {}), nullptr);
}

TEST_F(Attach, EachClassOfRecipientsHasItsFormats) {
  signature.voice = {world.media("audio/ogg; codecs=opus", "opus", "OggS", 3),
                     world.media("audio/wav", "wav", "RIFF pcm", 3),
                     world.media("audio/wav; codec=7", "wav", "RIFF mu-law", 3),
                     world.media("audio/mpeg", "mp3", "ID3", 3),
                     world.media("audio/basic", "au", "mu-law", 3),
                     world.media("audio/32KADPCM", "726", "nibbles", 6)};
  const Content content = content_of(signature, {});
  struct Row {
    Policy policy;
    std::string primary, expected;
  };
  const std::vector<Row> rows{{{}, "", "audio/mpeg"},
                              {{}, "audio/basic", "audio/basic"},
                              {{}, "audio/32KADPCM", "audio/32KADPCM"},
                              {{.recipients = Recipients::Vvm}, "", "audio/wav; codec=7"},
                              {{.recipients = Recipients::Vvm}, "audio/x-wav", "audio/wav"},
                              {{.recipients = Recipients::Vpim}, "", "audio/32KADPCM"},
                              {{.basic_audio = true}, "audio/evrc", "audio/basic"}};
  for (const auto& row : rows)
    EXPECT_EQ(choose_voice(content, row.primary, false, row.policy)->media_type, row.expected) << row.primary;
  // A voice profile system takes five seconds at most.
  EXPECT_NE(choose_voice(content, "audio/32kadpcm", true, {}), nullptr);
  EXPECT_EQ(choose_voice(content, "audio/32kadpcm", true, {.recipients = Recipients::Vpim}), nullptr);

  signature.voice.resize(1);
  const Content uploaded = content_of(signature, {});
  EXPECT_EQ(choose_voice(uploaded, "audio/wav", false, {})->media_type, "audio/ogg; codecs=opus");
  EXPECT_EQ(choose_voice(uploaded, "audio/wav", false, {.any_voice = false}), nullptr);
}

TEST_F(Attach, TheVoiceGoesIntoTheVoiceContainerOrNowhere) {
  const auto container = [](const std::vector<std::string>& parts, std::string_view boundary) {
    std::string out = "Content-Type: multipart/voice-message; version=2.0; boundary=v\r\n\r\n";
    for (const auto& each : parts) out += each;
    return out + "--v--" + std::string(boundary);
  };
  const auto audio = [](std::string_view more) {
    return "--v\r\nContent-Type: audio/AMR\r\nContent-Transfer-Encoding: base64\r\n" + std::string(more) +
           "\r\nQUJD\r\n";
  };
  const std::string inner = "--v\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@x\r\n\r\nx\r\n";
  const std::string named = "Content-Disposition: inline; voice=Originator-Spoken-Name\r\n";
  const std::string top(kTop);
  const std::string outer = "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n";
  struct Row {
    std::string message, report;
    bool inside;
  };
  const std::vector<Row> rows{
      {top + container({audio("")}, "\r\n"), "append voice x=vpim", true},
      {top + container({audio(""), inner}, "\r\n"), "append voice x=vpim", true},
      {top + container({audio(named)}, "\r\n"), "header none x=exists", false},
      {top + container({inner}, "\r\n"), "header none x=vpim", false},
      {top + "Content-Type: multipart/voice-message; boundary=v\r\n\r\n" + audio(""), "header none x=malformed", false},
      {top + outer + container({audio("")}, "") + "\r\n--m--\r\n", "append text:html:image:voice", true},
      {top + outer + "Content-Type: multipart/mixed; boundary=n\r\n\r\n--n\r\n" + container({audio("")}, "") +
           "\r\n--n--\r\n--m--\r\n",
       "append text:html:image x=policy", false}};
  for (const auto& row : rows) {
    const auto attached = attach(row.message);
    const std::string reason = attached.report.reason.empty() ? "" : " x=" + attached.report.reason;
    EXPECT_EQ(std::string(name_of(attached.report.how)) + " " + attached.report.kinds() + reason, row.report)
        << row.message;
    const auto structure = world.scan(attached.rope);
    for (const auto& part : structure.parts) {
      if (part.description != "Voice signature") continue;
      EXPECT_TRUE(row.inside && structure.parts[part.parent].is("multipart", "voice-message"));
      EXPECT_EQ(structure.parts[part.parent].children.size() > 2, row.message.find("rfc822") != std::string::npos);
    }
  }
}

TEST_F(Attach, PastTheLimitsVoiceThenPictureThenHtmlAreLeftOut) {
  const std::string message = mixed({part("audio/amr", "sound")});
  const std::uint64_t whole = world.text(attach(message).rope).size();
  world.policy.message_bytes_max = whole;
  EXPECT_EQ(attach(message).report.kinds(), "text:image:voice");
  world.policy.message_bytes_max = whole - 1;
  EXPECT_EQ(attach(message).report.kinds(), "text:image");
  EXPECT_EQ(attach(message).report.reason, "size");
  world.policy.message_bytes_max = message.size() + 100;
  EXPECT_EQ(attach(message).report.kinds(), "text");
  world.policy.message_bytes_max = message.size();
  EXPECT_EQ(attach(message).report.how, How::Header);
  EXPECT_EQ(attach(message).report.reason, "size");
  EXPECT_EQ(text(attach(message)), message);

  world.policy = {};
  signature.voice[0] = world.media("audio/AMR", "amr", std::string(200'000, 'a'), 30);
  EXPECT_EQ(attach(message).report.kinds(), "text:image");
}

TEST_F(Attach, WhatIsPastItsOwnLimitIsLeftOut) {
  const std::string message = text_message("Hello\r\n");
  const std::vector<std::pair<std::uint64_t Limits::*, std::string>> rows{{&Limits::voice_bytes, "text:image"},
                                                                          {&Limits::voice_seconds, "text:image"},
                                                                          {&Limits::image_bytes, "text:voice"},
                                                                          {&Limits::text_bytes, "image:voice"},
                                                                          {&Limits::text_lines, "image:voice"}};
  for (const auto& [limit, kinds] : rows) {
    world.policy = {};
    world.policy.limits.*limit = 1;
    EXPECT_EQ(attach(message).report.kinds(), kinds);
    EXPECT_EQ(attach(message).report.reason, "size");
  }
  // No operator can go beyond the hard ones.
  world.policy = {.limits = {.voice_seconds = 3600, .voice_bytes = 10'000'000}, .growth_bytes_max = 100'000'000};
  world.policy.limits.text_bytes = world.policy.limits.text_lines = world.policy.limits.image_bytes = 1'000'000;
  EXPECT_EQ(attach(message).report.kinds(), "text:image:voice");
  for (auto& voice : signature.voice) voice.duration = 31;
  EXPECT_EQ(attach(message).report.kinds(), "text:image");
  for (auto& voice : signature.voice) {
    voice.duration = 30;
    voice.bytes = 512 * 1024 + 1;
  }
  EXPECT_EQ(attach(message).report.kinds(), "text:image");
}

TEST_F(Attach, ALeafThatWouldGrowTooMuchIsLockedAndTheTextFollows) {
  signature.image.reset();
  signature.voice.clear();
  std::string body;
  for (int i = 0; i < 3000; ++i) body += "\u0416\u0416\u0416\u0416 and so on, and so on, and so on\r\n";
  const std::string message = std::string(kTop) + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + body;
  EXPECT_EQ(attach(message).report.how, How::Edit);
  world.policy.growth_bytes_max = 20'000;
  const auto attached = attach(message);
  EXPECT_EQ(attached.report.reason, "separate");
  EXPECT_NE(text(attached).find(body), std::string::npos);
  EXPECT_EQ(text(attach(text(attached))), text(attached));
}

TEST_F(Attach, ALeafWhoseContentTypeWouldGetALongLineIsLocked) {
  signature.text = "\u0410\u043B\u0438\u0441\u0430";
  const auto with_note = [](const std::string& note) {
    return std::string(kTop) + "Content-Type: text/plain; x-note=" + note + "\r\n\r\nHello\r\n";
  };
  EXPECT_EQ(attach(with_note("short")).report.reason, "");
  const std::string message = with_note(std::string(400, '\xE9'));  // 1,200 octets as RFC 2231 writes it
  const auto attached = attach(message);
  EXPECT_EQ(attached.report.reason, "separate");
  EXPECT_TRUE(reads_as_planned(mime::scan(message), mime::scan(text(attached)), attached.report));
  EXPECT_EQ(text(attach(text(attached))), text(attached));
}

TEST_F(Attach, TheSeparateTextLeavesTheNextDelimiterItsLineEnd) {
  // The alternative ends with an empty part whose header's empty line is the delimiter's line end too.
  const auto attached =
      attach(std::string(kTop) +
             "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative; "
             "boundary=a\r\n\r\n--a\r\nContent-Type: text/plain; charset=unknown\r\n\r\nHello\r\n--a\r\nX: "
             "y\r\n\r\n--b\r\nContent-Type: audio/AMR\r\n\r\nx\r\n--b--\r\n");
  EXPECT_EQ(attached.report.reason, "separate");
  EXPECT_NE(text(attached).find("\r\n--b\r\nContent-Type: audio/AMR\r\n\r\nx\r\n"), std::string::npos);
  EXPECT_EQ(text(attach(text(attached))), text(attached));
}

TEST_F(Attach, BinaryLeavesAreOpaque) {
  const std::string binary = "--b\r\nContent-Type: audio/AMR\r\nContent-Transfer-Encoding: binary\r\n\r\n#!AMR\n\r" +
                             std::string(1, '\0') + "\r\n";
  const auto attached = attach(mixed({binary}));
  EXPECT_EQ(attached.report.kinds(), "text:image:voice");
  EXPECT_NE(text(attached).find(binary), std::string::npos);
  // The same octets are no text, and nothing else may hold them.
  EXPECT_EQ(attach(mixed({"--b\r\nContent-Type: audio/AMR\r\n\r\n#!AMR\n\r\n"})).report.reason, "malformed");
  // Nor may the leaf's own header: readers differ about where such a line ends.
  const std::string header = "--b\r\nContent-Type: audio/AMR\r\nContent-Transfer-Encoding: binary\nX: y\r\n\r\n#!\r\n";
  EXPECT_EQ(attach(mixed({header})).report.reason, "malformed");
  const auto lines =
      attach(std::string(kTop) + "Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n\r\na\nb");
  EXPECT_EQ(lines.report.reason, "separate");
}

TEST_F(Attach, WhatThePolicyForbidsIsNotThere) {
  world.policy.voice = world.policy.image = false;
  EXPECT_EQ(attach(text_message("Hello\r\n")).report.kinds(), "text");
  world.policy.text = world.policy.html = false;
  EXPECT_EQ(attach(text_message("Hello\r\n")).report.reason, "policy");
}

TEST_F(Attach, AReplyGetsWhatThePolicySays) {
  const std::string reply = "In-Reply-To: <a@b>\r\n" + text_message("Yes\r\n");
  const std::string no_reply = "References: \r\n" + text_message("Yes\r\n");
  EXPECT_EQ(attach(reply).report.kinds(), "text:image:voice");
  world.policy.on_reply = OnReply::Text;
  EXPECT_EQ(attach(reply).report.kinds(), "text");
  EXPECT_EQ(attach(reply).report.reason, "policy");
  EXPECT_EQ(attach(no_reply).report.kinds(), "text:image:voice");
  world.policy.on_reply = OnReply::None;
  EXPECT_EQ(attach(reply).report.kinds(), "none");
  EXPECT_EQ(text(attach(reply)), reply);
  EXPECT_EQ(attach("References: <a@b>\r\n" + text_message("Yes\r\n")).report.reason, "policy");
}

TEST_F(Attach, FromAMandatorySignatureNoClientEscapes) {
  const auto refused = [&](const std::string& message) { return attach(message).report.refused; };
  const std::string text_leaf = "Content-Type: text/plain\r\n\r\nHello\r\n";
  const std::vector<std::string> fields{"Auto-Submitted: auto-generated\r\n", "Resent-From: alice@example.org\r\n",
                                        "List-Id: <a.b>\r\nPrecedence: list\r\n", "ARC-Seal: i=1\r\n"};
  const std::vector<std::string> structures{
      "Content-Type: application/pkcs7-mime\r\n\r\nAAAA\r\n",
      "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--\r\n",
      "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
      "Content-Type: text/plain\r\nContent-Type: text/plain\r\n\r\nHello\r\n", "\r\n-----BEGIN PGP MESSAGE-----\r\n"};
  for (const auto& each : fields)
    EXPECT_EQ(attach(each + std::string(kTop) + text_leaf).report.kinds(), "none") << each;
  for (const auto& each : structures) EXPECT_FALSE(refused(std::string(kTop) + each)) << each;
  world.policy.mandatory = true;
  for (const auto& each : fields) {
    EXPECT_EQ(attach(each + std::string(kTop) + text_leaf).report.kinds(), "text:image:voice") << each;
    EXPECT_FALSE(refused(each + std::string(kTop) + text_leaf));
  }
  for (const auto& each : structures) EXPECT_TRUE(refused(std::string(kTop) + each)) << each;
  world.submission.reverse_path.clear();
  EXPECT_EQ(attach(text_message("Hello\r\n")).report.kinds(), "text:image:voice");
}

TEST_F(Attach, ASignatureOfNothingIsNoted) {
  signature = {};
  const auto attached = attach(text_message("Hello\r\n"));
  EXPECT_EQ(attached.report.how, How::Header);
  EXPECT_EQ(attached.report.reason, "nosig");
}

TEST_F(Attach, OwnMediaAreKnownByTheirOctets) {
  const std::string voice(150, 'a');
  const std::string message = mixed({part("application/octet-stream", "#!AMR\n" + voice)});
  EXPECT_TRUE(attach(message).report.voice);
  EXPECT_EQ(attach(message).report.media.size(), 1u);  // the picture only
  // Somebody else's recording is just a recording.
  EXPECT_EQ(attach(mixed({part("audio/amr", "#!AMR\nother")})).report.media.size(), 2u);
}

TEST_F(Attach, AnOlderRecordingStaysAndGetsNoSecondBesideIt) {
  mail::Signature older = signature;
  older.voice[0] = world.media("audio/AMR", "amr", "#!AMR\nold", 1);
  past = {remember(older)};
  const auto attached = attach(mixed({part("audio/amr", "#!AMR\nold")}));
  EXPECT_FALSE(attached.report.voice);
  EXPECT_EQ(attached.report.reason, "exists");
}

TEST_F(Attach, AnOlderTextOrPageIsReplacedAndQuotedOnesAreKept) {
  mail::Signature older = signature;
  older.text = "Alice, before";
  older.html = "<i>Alice</i>, before";
  past = {remember(older)};
  signature.image.reset();
  signature.voice.clear();
  EXPECT_EQ(text(attach(text_message("Draft\r\n\r\n-- \r\nAlice, before\r\n"))),
            text_message("Draft\r\n\r\n-- \r\nAlice Example\r\nExample & Sons, Voice Street 1\r\n"));
  const std::string reply = "Yes\r\n> -- \r\n> Alice, before\r\n";
  EXPECT_EQ(text(attach(text_message(reply))),
            text_message(reply + "\r\n-- \r\nAlice Example\r\nExample & Sons, Voice Street 1\r\n"));

  const std::string page = std::string(kTop) +
                           "Content-Type: text/html; charset=us-ascii\r\n\r\n<p>a</p><div class=\"paraph-signature\" "
                           "dir=\"auto\"><i>Alice</i>, before</div><p>b</p>\r\n";
  const std::string now = text(attach(page));
  EXPECT_EQ(now.find("before"), std::string::npos);
  EXPECT_NE(now.find("<p>a</p><div class=\"paraph-signature\" dir=\"auto\"><b>Alice Example</b>"), std::string::npos)
      << now;
}

TEST_F(Attach, AClientMayBringTheGenuineSignature) {
  signature.image.reset();
  signature.voice.clear();
  const std::string page = std::string(kTop) +
                           "Content-Type: text/html; charset=us-ascii\r\n\r\n<p>a</p><p><span>Alice</span> Example</p>"
                           "<p>Example &amp; Sons, Voice Street 1</p>\r\n";
  EXPECT_EQ(attach(page).report.how, How::Present);
  EXPECT_EQ(text(attach(page)), page);
}

TEST_F(Attach, TheResultFollowsFromTheNonce) {
  const std::string message = text_message("Hello\r\n");
  EXPECT_EQ(text(attach(message)), text(attach(message)));
  const std::string first = text(attach(message));
  world.submission.nonce = std::string(32, 'o');
  EXPECT_NE(text(attach(message)), first);
}

TEST_F(Attach, ABoundaryThatOccursIsNotTaken) {
  const std::string first = text(attach(text_message("Hello\r\n")));
  const std::string boundary = first.substr(first.find("=_prph_"), 31);
  const std::string second = text(attach(text_message("Hello " + boundary + "\r\n")));
  EXPECT_EQ(second.find("--" + boundary), std::string::npos);
}

TEST_F(Attach, NothingOfASignatureReachesAHeaderRaw) {
  signature.voice[0].extension = "amr\"\r\nX: y";
  signature.image->media_type = "image/png\r\nBcc: x@example.org";
  signature.language = "en\r\nX: y";
  world.submission.domain = "example.org>\r\nX: y";
  signature.text = "a\r\nb\x01";
  const std::string signed_text = text(attach(mixed({part("audio/wav", "sound")})));
  EXPECT_EQ(signed_text.find("X: y"), std::string::npos);
  EXPECT_EQ(signed_text.find("Bcc"), std::string::npos);
  EXPECT_EQ(signed_text.find('\x01'), std::string::npos);
}

TEST_F(Attach, ForeignFieldsAreRemovedWithTheirOctets) {
  Message message = world.receive("Paraph-Signature: v=1;\r\n folded\r\nFrom: a\r\nPARAPH-SIGNATURE : x\r\n\r\nbody");
  const mail::Range header = message.structure.root().header;
  message.octets.emplace(header, "Paraph-Signature: v=1;\r\n folded\r\nFrom: a\r\nPARAPH-SIGNATURE : x\r\n\r\n");
  EXPECT_EQ(strip_foreign_fields(message), 2u);
  EXPECT_EQ(world.text(message.rope), "From: a\r\n\r\nbody");
  EXPECT_EQ(message.structure.root().header, (mail::Range{0, 11}));
  EXPECT_EQ(message.structure.root().body, (mail::Range{11, 15}));
  EXPECT_EQ(message.octets.begin()->second, "From: a\r\n\r\n");
  EXPECT_EQ(strip_foreign_fields(message), 0u);
}

TEST_F(Attach, AForeignFieldThatGoesMakesNoHeaderOfTheBody) {
  const std::string body = "From x\r\nParaph-Signature: v=1\r\nSubject: s\r\n\r\nbody";
  Message message = world.receive("Paraph-Signature: v=1\r\n" + body);
  message.octets.emplace(message.structure.root().header, "Paraph-Signature: v=1\r\n");
  EXPECT_EQ(strip_foreign_fields(message), 1u);
  const std::string text = world.text(message.rope);
  EXPECT_EQ(text, "\r\n" + body);
  EXPECT_EQ(message.octets.begin()->second, "\r\n");
  EXPECT_EQ(message.structure.root().header, (mail::Range{0, 2}));
  EXPECT_EQ(message.structure.root().body, (mail::Range{2, text.size()}));
  const auto scanned = world.scan(message.rope);
  EXPECT_EQ(scanned.root().body, message.structure.root().body);
}

TEST_F(Attach, AskedForOctetsAreBounded) {
  std::vector<std::string> parts;
  for (int i = 0; i < 12; ++i)
    parts.push_back("--b\r\nContent-Type: text/plain\r\n\r\n" + std::string(900'000, 'x') + "\r\n");
  const Message message = world.receive(mixed(parts));
  std::uint64_t total = 0;
  for (const auto& range : octets_wanted(message.rope, message.structure, signature, past, world.policy))
    total += range.size();
  EXPECT_LE(total, 4u * 1024 * 1024);
  EXPECT_GT(total, 900'000u);
}

TEST_F(Attach, APlainVoiceMessageIsAskedForNothing) {
  const Message message = world.receive(mixed({part("audio/amr", std::string(46'000, 'x'))}));
  EXPECT_TRUE(octets_wanted(message.rope, message.structure, signature, past, world.policy).empty());
}

TEST_F(Attach, OctetsThatAreNotAtHandAreLeftAlone) {
  const std::string body(2'000'000, 'x');  // past the leaf limit
  const auto attached = attach(text_message(body));
  EXPECT_EQ(attached.report.reason, "separate");
  EXPECT_NE(text(attached).find(body), std::string::npos);
}

}  // namespace
}  // namespace paraph::signature
