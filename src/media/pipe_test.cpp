#include "media/pipe.h"

#include <gtest/gtest.h>

namespace paraph::media {
namespace {

const Voice kVoice{.variants = {{"octets", "audio/mpeg", "mp3", 3'970}, {std::string(3, '\0'), "audio/wav", "wav", 1}},
                   .waveform = std::string(kWaveformPoints, 'w'),
                   .tones = true};
const File kPicture{.octets = "png", .media_type = "image/png", .extension = "png", .width = 600, .height = 1};

TEST(Pipe, CarriesARequest) {
  const Request request{.upload = {.octets = std::string("a\0b", 3), .declared_type = "audio/wav"},
                        .limits = {.upload_bytes_max = 1, .bytes_max = UINT64_MAX, .seconds_max = 3, .height_max = 4}};
  const auto read = parse_request(format_request(request));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->upload.octets, request.upload.octets);
  EXPECT_EQ(read->upload.declared_type, "audio/wav");
  EXPECT_EQ(read->limits.bytes_max, UINT64_MAX);
  EXPECT_EQ(read->limits.height_max, 4u);
}

TEST(Pipe, CarriesAnswers) {
  EXPECT_EQ(parse_voice_answer(format_answer(Result<Voice>(kVoice))).value(), kVoice);
  EXPECT_EQ(parse_picture_answer(format_answer(Result<File>(kPicture))).value(), kPicture);
}

TEST(Pipe, CarriesFailures) {
  for (const Code code : {Code::BadInput, Code::TooLarge, Code::Unsupported, Code::Unavailable}) {
    const auto read = parse_voice_answer(format_answer(Result<Voice>(fail(code, "why"))));
    EXPECT_EQ(read.error().code, code);
    EXPECT_EQ(read.error().text, "why");
    EXPECT_EQ(parse_picture_answer(format_answer(Result<File>(fail(code, "why")))).error().code, code);
  }
  // A worker's sentence goes into a log and onto a screen.
  EXPECT_EQ(
      parse_voice_answer(format_answer(Result<Voice>(fail(Code::BadInput, "a\x1B[2J\n")))).error().text.find('\n'),
      std::string::npos);
}

TEST(Pipe, BelievesNothingElse) {
  const auto is_refused = [](std::string_view octets) {
    const auto voice = parse_voice_answer(octets);
    const auto picture = parse_picture_answer(octets);
    return !voice && !picture && voice.error().code == Code::Unavailable && picture.error().code == Code::Unavailable;
  };
  const std::string voice = format_answer(Result<Voice>(kVoice));
  const std::string picture = format_answer(Result<File>(kPicture));
  const std::string file_fields = voice.substr(0, voice.size() - 1);
  EXPECT_TRUE(is_refused(""));
  EXPECT_TRUE(is_refused(voice + "x"));
  EXPECT_TRUE(is_refused(picture + picture));
  for (std::size_t bytes = 0; bytes < picture.size(); ++bytes)
    EXPECT_TRUE(is_refused(picture.substr(0, bytes))) << bytes;
  EXPECT_FALSE(parse_request(picture));
  Voice none = kVoice;
  none.variants[0].milliseconds = 0;
  EXPECT_TRUE(is_refused(format_answer(Result<Voice>(none))));
  none = kVoice;
  none.waveform = "short";
  EXPECT_TRUE(is_refused(format_answer(Result<Voice>(none))));
  std::string huge(8, '\xFF');
  EXPECT_TRUE(is_refused(huge));
}

}  // namespace
}  // namespace paraph::media
