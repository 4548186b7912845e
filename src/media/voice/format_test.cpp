#include "media/voice/format.h"

#include <gtest/gtest.h>

#include <string>

namespace paraph::media::voice {
namespace {

using namespace std::string_literals;

TEST(Format, IsToldByMagic) {
  const std::pair<std::string, std::string_view> table[] = {{"RIFF\0\0\0\0WAVE"s, "WAV"},
                                                            {"OggS"s, "Ogg"},
                                                            {"\x1A\x45\xDF\xA3"s, "WebM"},
                                                            {"\0\0\0\x18"
                                                             "ftypM4A "s,
                                                             "MP4"},
                                                            {"#!AMR\n"s, "AMR"},
                                                            {"#!AMR-WB\n"s, "AMR"},
                                                            {"fLaC"s, "FLAC"},
                                                            {".snd"s, "AU"},
                                                            {"\xFF\xF1"s, "AAC"},
                                                            {"\xFF\xFB"s, "MP3"},
                                                            {"ID3"s, "MP3"}};
  for (const auto& [octets, name] : table) {
    const auto format = find_format(octets, "");
    ASSERT_TRUE(format) << name;
    EXPECT_EQ(format->name, name);
    EXPECT_FALSE(find_format(octets, "text/html")) << name;
    EXPECT_TRUE(find_format(octets, "application/octet-stream")) << name;
  }
}

TEST(Format, MustBeTheDeclaredOne) {
  EXPECT_EQ(find_format("OggS", "audio/opus; rate=48000")->name, "Ogg");
  EXPECT_EQ(find_format("OggS", " AUDIO/OGG ")->name, "Ogg");
  const auto other = find_format("OggS", "audio/mpeg");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::BadInput);
  EXPECT_EQ(other.error().text, "the recording is declared to be audio/mpeg, and is Ogg");
}

TEST(Format, WithoutMagicIsBelievedWhenDeclared) {
  EXPECT_EQ(find_format("anything", "audio/32KADPCM")->name, "32KADPCM");
  EXPECT_EQ(std::string(find_format("anything", "audio/basic")->demuxer), "mulaw");
  EXPECT_EQ(find_format(".snd", "audio/basic")->name, "AU");
  EXPECT_EQ(find_format("anything", "").error().code, Code::Unsupported);
  EXPECT_EQ(find_format("", "").error().code, Code::Unsupported);
  EXPECT_EQ(find_format("RIFF\0\0\0\0AVI "s, "").error().code, Code::Unsupported);
}

}  // namespace
}  // namespace paraph::media::voice
