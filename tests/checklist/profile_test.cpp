// Items 19, 20, 23 and 33: messages of the voice profile, and invitations.
#include <gmock/gmock.h>

#include "checklist.h"
#include "signature/make.h"

namespace paraph::checklist {
namespace {

using signature::How;
using testing::HasSubstr;
using testing::Not;

std::string spoken(std::string_view type, std::string_view octets, std::string_view voice) {
  return media_entity(type, octets, "Content-Disposition: inline; voice=" + std::string(voice) + "\r\n");
}

std::string profile(const std::vector<std::string>& parts) {
  return multipart("voice-message", parts, "; version=2.0");
}

std::string calendar(std::string_view method) {
  return text_entity("BEGIN:VCALENDAR\r\nMETHOD:" + std::string(method) + "\r\nEND:VCALENDAR\r\n",
                     "text/calendar; charset=utf-8; method=" + std::string(method));
}

TEST_F(Checklist, Item19_AVoiceProfileMessageTakesAVoiceAndNothingElse) {
  const std::string recording = spoken("audio/AMR", kRecording, "Voice-Message");
  const std::string fax = media_entity("image/tiff", "II*");
  const std::string forwarded = entity("Content-Type: message/rfc822\r\n", message(text_entity("inner\r\n")));
  for (const auto& [parts, tree] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{recording}, "voice-message[ audio/amr, audio/amr ]"},
           {{recording, fax}, "voice-message[ audio/amr, audio/amr, image/tiff ]"},
           {{recording, forwarded}, "voice-message[ audio/amr, audio/amr, message/rfc822[ text/plain ] ]"}}) {
    const auto each = sign(message(profile(parts)));
    EXPECT_EQ(each.tree(), tree);
    EXPECT_EQ(each.report.kinds(), "voice");
    EXPECT_THAT(each.header(0), HasSubstr("Content-Type: multipart/voice-message; boundary=\"b"));
    EXPECT_THAT(each.header(0), HasSubstr("; version=2.0\r\n"));
    EXPECT_EQ(each.decoded(1), kRecording);
    EXPECT_EQ(each.decoded(2), voice_octets("audio/AMR"));
    EXPECT_EQ(each.part(2).parent, 0u);
    for (const auto& part : parts) EXPECT_THAT(each.after, HasSubstr(part));
    EXPECT_EQ(sign(each.after).after, each.after);
  }
  const auto named = sign(message(profile({spoken("audio/AMR", "#!AMR\nBob", "Originator-Spoken-Name"), recording})));
  EXPECT_EQ(named.report.how, How::Header);
  EXPECT_EQ(named.report.reason, "exists");
  EXPECT_EQ(named.after, named.before);
}

TEST_F(Checklist, Item20_InAVoiceProfileMessageTheVoiceHasTheRecordingsFormatOrIsNotThere) {
  for (const std::string type : {"audio/AMR", "audio/wav"}) {
    const auto each = sign(message(profile({spoken(type, kRecording, "Voice-Message")})));
    ASSERT_EQ(each.direct().size(), 2u) << type;
    EXPECT_EQ(each.part(1).subtype, each.part(2).subtype);
    EXPECT_EQ(each.decoded(2), voice_octets(type));
  }
  for (const std::string type : {"audio/32KADPCM", "audio/mpeg", "audio/basic"}) {
    const auto each = sign(message(profile({spoken(type, kRecording, "Voice-Message")})));
    EXPECT_EQ(each.report.reason, "codec") << type;
    EXPECT_EQ(each.after, each.before) << type;
  }
}

TEST_F(Checklist, Item23_AnInvitationTakesWordsAndItsCalendarIsUnchanged) {
  const std::string plain = text_entity("Lunch?\r\n");
  const std::string html = text_entity("<p>Lunch?</p>\r\n", "text/html; charset=utf-8");
  const std::string file = entity(
      "Content-Type: application/ics; name=invite.ics\r\nContent-Disposition: attachment; filename=invite.ics\r\n",
      "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
  for (const std::string method : {"REQUEST", "PUBLISH", "ADD", "CANCEL"}) {
    SCOPED_TRACE(method);
    const std::string views = multipart("alternative", {plain, html, calendar(method)});
    for (const auto& [text, tree] :
         {std::pair(message(views), "alternative[ text/plain, text/html, text/calendar ]"),
          std::pair(message(multipart("mixed", {views, file})),
                    "mixed[ alternative[ text/plain, text/html, text/calendar ], application/ics ]")}) {
      const auto each = sign(text);
      EXPECT_EQ(each.tree(), tree);
      EXPECT_EQ(each.report.kinds(), "text:html");
      EXPECT_EQ(each.report.reason, "calendar");
      const auto part = each.find("text/calendar");
      EXPECT_EQ(each.header(part) + each.body(part), calendar(method));
      EXPECT_THAT(each.text(each.find("text/plain")), HasSubstr(kBlock));
      EXPECT_THAT(each.text(each.find("text/html")),
                  testing::AllOf(HasSubstr("paraph-signature"), Not(HasSubstr("<img"))));
      EXPECT_EQ(sign(each.after).after, each.after);
    }
  }
}

TEST_F(Checklist, Item33_AVoiceProfileCopyAttachedTwiceIsAttachedOnce) {
  signature.voice.push_back(world.media("audio/32KADPCM", "726", std::string(80, 'g'), 3));
  signature.revision = signature::revision_of(signature);
  world.policy.recipients = signature::Recipients::Vpim;
  const auto once = sign(message(media_entity("audio/32KADPCM", kRecording)));
  EXPECT_EQ(once.tree(), "voice-message[ audio/32kadpcm, audio/32kadpcm ]");
  EXPECT_EQ(sign(once.after).after, once.after);
}

}  // namespace
}  // namespace paraph::checklist
