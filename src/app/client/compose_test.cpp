#include "app/client/compose.h"

#include <gmock/gmock.h>

#include "mime/encoding.h"
#include "mime/header.h"
#include "mime/preview.h"
#include "mime/scan.h"

namespace paraph::client {
namespace {

using testing::HasSubstr;

Draft draft() {
  Draft draft;
  draft.from = {"alice", "example.test"};
  draft.to = {{"bob", "example.test"}, {"a b", "example.test"}};
  draft.unique = "00112233445566778899aabb";
  return draft;
}

const Recording kRecording{std::string("#!AMR\n\0\xff\r\n", 10), "audio/AMR", "amr", 7};

std::string body(const std::string& message, const mail::Part& part) {
  return message.substr(part.body.begin, part.body.size());
}

TEST(Compose, AText) {
  auto text = draft();
  text.text = "Grüße\n.\nbye";
  text.subject = "Grüße";
  const auto message = compose(text);
  const auto structure = mime::scan(message);
  EXPECT_EQ(structure.defects, mail::Defect::None);
  EXPECT_TRUE(structure.root().is("text", "plain"));
  EXPECT_EQ(mime::decode_quoted_printable(body(message, structure.root())), "Grüße\r\n.\r\nbye\r\n");
  EXPECT_EQ(mime::decode_words(structure.root().envelope->subject), "Grüße");
  EXPECT_THAT(message, testing::Not(HasSubstr("Message-Context")));
  EXPECT_EQ(structure.root().envelope->to.at(1).address.local, "a b");
}

TEST(Compose, AVoiceMessage) {
  auto voice = draft();
  voice.voice = kRecording;
  const auto message = compose(voice);
  const auto structure = mime::scan(message);
  EXPECT_EQ(structure.defects, mail::Defect::None);
  EXPECT_TRUE(structure.root().is("multipart", "mixed"));
  ASSERT_EQ(structure.parts.size(), 2u);
  EXPECT_EQ(mime::find_main_audio(structure), 1u);
  EXPECT_EQ(structure.parts[1].duration, 7u);
  EXPECT_EQ(mime::decode_base64(body(message, structure.parts[1])), kRecording.octets);
  EXPECT_THAT(message, HasSubstr("\r\nMessage-Context: voice-message\r\n"));
  EXPECT_THAT(message, HasSubstr("\r\nContent-Duration: 7\r\nContent-Type: multipart/mixed"));
}

TEST(Compose, TextComesFirst) {
  auto both = draft();
  both.voice = kRecording;
  both.voice->duration.reset();
  both.text = "listen";
  const auto message = compose(both);
  const auto structure = mime::scan(message);
  ASSERT_EQ(structure.parts.size(), 3u);
  EXPECT_TRUE(structure.parts[1].is("text", "plain"));
  EXPECT_TRUE(structure.parts[2].is("audio", "amr"));
  EXPECT_THAT(message, testing::Not(HasSubstr("Message-Context")));
  EXPECT_THAT(message, testing::Not(HasSubstr("Content-Duration")));
}

TEST(Compose, NothingAddsAField) {
  auto hostile = draft();
  hostile.subject = "a\r\nBcc: x@example.test";
  hostile.text = "t";
  EXPECT_THAT(compose(hostile), testing::Not(HasSubstr("\r\nBcc:")));
}

}  // namespace
}  // namespace paraph::client
