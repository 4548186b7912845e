#include "media/none/none_media.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paraph::media::none {
namespace {

using namespace std::string_literals;

std::string big(std::uint64_t value, unsigned bytes) {
  std::string out(bytes, '\0');
  for (unsigned i = bytes; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 255);
  return out;
}
std::string little(std::uint64_t value, unsigned bytes) {
  const std::string out = big(value, bytes);
  return {out.rbegin(), out.rend()};
}

std::string wav(std::uint64_t samples, unsigned codec = 1, std::uint64_t stated = 0) {
  const std::uint64_t bytes = samples * 2;
  const std::string format =
      little(codec, 2) + little(1, 2) + little(8000, 4) + little(16000, 4) + little(2, 2) + little(16, 2);
  return "RIFF" + little(36 + bytes, 4) + "WAVEfmt " + little(16, 4) + format + "LIST" + little(3, 4) + "abc\0"s +
         "data" + little(stated != 0 ? stated : bytes, 4) + std::string(bytes, '\0');
}

std::string mp3(unsigned frames) {
  std::string out = "ID3\4\0\0\0\0\0\5tags\0"s;
  for (unsigned i = 0; i < frames; ++i)
    out += "\xFF\xF3\x48\xC4"s + std::string(140, '\0');  // MPEG-2, 32 kbit/s, 16 kHz: 36 ms
  return out + "TAG" + std::string(125, ' ');
}

std::string amr(unsigned frames) {
  std::string out = "#!AMR\n";
  for (unsigned i = 0; i < frames; ++i) out += "\x3C" + std::string(31, 'a');
  return out;
}

std::string box(std::string_view name, const std::string& content) {
  return big(content.size() + 8, 4) + std::string(name) + content;
}

std::string m4a(std::uint64_t duration, std::uint64_t samples, const std::string& more = "") {
  const auto header = [&](std::uint64_t length) { return std::string(12, '\0') + big(8000, 4) + big(length, 4); };
  const std::string table = box("stsd", std::string(12, '\0') + "mp4a") +
                            box("stts", std::string(4, '\0') + big(1, 4) + big(samples, 4) + big(1, 4));
  const std::string media =
      box("mdhd", header(duration)) + box("hdlr", std::string(8, '\0') + "soun") + box("minf", box("stbl", table));
  return box("ftyp", "M4A \0\0\0\0"s) +
         box("moov", box("mvhd", header(duration)) + box("trak", box("mdia", media)) + more) + box("mdat", "x");
}

std::uint32_t png_crc(std::string_view octets) {
  std::uint32_t crc = ~0u;
  for (const char c : octets) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
  }
  return ~crc;
}
std::string chunk(const std::string& name, const std::string& content) {
  return big(content.size(), 4) + name + content + big(png_crc(name + content), 4);
}
std::string png(std::uint32_t width, std::uint32_t height, const std::string& more = "") {
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", big(width, 4) + big(height, 4) + "\x08\x02\0\0\0"s) + more +
         chunk("IDAT", "x") + chunk("IEND", "");
}

std::string jpeg(unsigned width, unsigned height) {
  return "\xFF\xD8\xFF\xE0\0\4ab\xFF\xC0\0\x0B\x08"s + big(height, 2) + big(width, 2) +
         "\1\1\x11\0\xFF\xDA\0\3\0scan\xFF\0data\xFF\xD9"s;
}

std::string type_of(Kind kind, std::string octets, Limits limits = {}) {
  const auto checked = check_headers(kind, std::move(octets), limits);
  return checked ? checked->media_type : checked.error().text;
}

TEST(NoneMedia, TellsFormatsAndDurations) {
  const std::vector<std::pair<std::string, std::pair<std::string, unsigned>>> cases{
      {wav(8000), {"audio/wav", 1}},
      {wav(8100), {"audio/wav", 2}},
      {wav(8000, 1, 0xFFFFFFFF), {"audio/wav", 1}},
      {mp3(28), {"audio/mpeg", 2}},
      {amr(50), {"audio/AMR", 1}},
      {amr(51), {"audio/AMR", 2}},
      {m4a(8000, 8000), {"audio/mp4", 1}},
      {m4a(1, 24000), {"audio/mp4", 3}},
      {"#!AMR-WB\n\x04" + std::string(17, 'a'), {"audio/AMR-WB", 1}},
  };
  for (const auto& [octets, expected] : cases) {
    const auto checked = check_headers(Kind::Voice, octets, {});
    ASSERT_TRUE(checked) << checked.error().text;
    EXPECT_EQ(checked->media_type, expected.first);
    EXPECT_EQ((checked->milliseconds + 999) / 1000, expected.second) << expected.first;
    EXPECT_EQ(checked->octets, octets);
  }
}

TEST(NoneMedia, TellsPicturesAndSizes) {
  for (const auto& [octets, type] : {std::pair(png(40, 30), "image/png"), std::pair(jpeg(40, 30), "image/jpeg")}) {
    const auto checked = check_headers(Kind::Image, octets, {});
    ASSERT_TRUE(checked) << checked.error().text;
    EXPECT_EQ(checked->media_type, type);
    EXPECT_EQ(checked->width, 40u);
    EXPECT_EQ(checked->height, 30u);
  }
}

TEST(NoneMedia, RefusesWithASentence) {
  const std::vector<std::pair<std::string, std::string>> voices{
      {"", "the file is empty"},
      {"hello", "the recording is neither WAV, MP3, Ogg/Opus, AMR nor M4A"},
      {png(1, 1), "the recording is neither WAV, MP3, Ogg/Opus, AMR nor M4A"},
      {wav(0), "the WAV file has no sound"},
      {wav(8000, 0x161), "WAV codec 353 is not taken"},
      {mp3(0), "the MP3 file has no frame at octet 15"},
      {amr(0), "the AMR file has no sound"},
      {amr(2) + "\x3C", "the AMR file has no whole frame at octet 70"},
      {"#!AMR_MC1.0\n", "only AMR with one channel is taken"},
      {m4a(8000, 8000, box("mvex", "")), "fragmented MP4 is not taken"},
      {m4a(8000, 8000, box("trak", box("mdia", box("hdlr", std::string(8, '\0') + "vide")))),
       "the MP4 file holds a film"},
      {m4a(8000, 8000) + "junk", "the MP4 file has octets after its last box"},
      {"OggS" + std::string(24, '\0'), "the Ogg file is broken at octet 0"},
  };
  for (const auto& [octets, sentence] : voices) EXPECT_EQ(type_of(Kind::Voice, octets), sentence);
  const std::vector<std::pair<std::string, std::string>> images{
      {"GIF89a", "the picture is neither PNG nor JPEG"},
      {"<svg onload=alert(1)>", "the picture is neither PNG nor JPEG"},
      {png(40, 30) + "PK\3\4", "the PNG file goes on after its end, at octet 58"},
      {png(40, 30, chunk("acTL", "\0\0\0\2\0\0\0\0"s)), "animated PNG is not taken"},
      {png(0, 30), "the PNG file has no size"},
      {jpeg(40, 30) + "x", "the JPEG file goes on after its end, at octet 38"},
      {"\xFF\xD8\xFF\xD9", "the JPEG file has no picture"},
  };
  for (const auto& [octets, sentence] : images) EXPECT_EQ(type_of(Kind::Image, octets), sentence);
}

TEST(NoneMedia, HoldsLimits) {
  EXPECT_EQ(check_headers(Kind::Voice, wav(8000), {.bytes_max = 100}).error().code, Code::TooLarge);
  EXPECT_EQ(check_headers(Kind::Voice, wav(20001 + 7), {.seconds_max = 2}).error().code, Code::TooLarge);
  EXPECT_TRUE(check_headers(Kind::Voice, wav(16800), {.seconds_max = 2}));  // an encoder's padding
  EXPECT_EQ(check_headers(Kind::Image, png(601, 1), {.width_max = 600, .height_max = 200}).error().code,
            Code::TooLarge);
  EXPECT_EQ(check_headers(Kind::Image, png(1, 0x7FFFFFFF), {.width_max = 600, .height_max = 200}).error().code,
            Code::TooLarge);
}

TEST(NoneMedia, SurvivesEveryCutAndEveryChangedOctet) {
  for (const auto& whole : {wav(10), mp3(2), amr(2), m4a(8000, 8000), png(4, 3), jpeg(4, 3)}) {
    for (const Kind kind : {Kind::Voice, Kind::Image}) {
      for (std::size_t i = 0; i < whole.size(); ++i) {
        static_cast<void>(check_headers(kind, whole.substr(0, i), {}));
        for (const char octet : {'\0', '\x7F', '\xFF'}) {
          std::string changed = whole;
          changed[i] = octet;
          static_cast<void>(check_headers(kind, std::move(changed), {}));
        }
      }
    }
  }
}

TEST(NoneMedia, APngIsKnownByEveryChecksum) {
  const std::string whole = png(4, 3);
  for (std::size_t i = 8; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] ^= 1;
    EXPECT_FALSE(check_headers(Kind::Image, std::move(changed), {})) << i;
  }
}

}  // namespace
}  // namespace paraph::media::none
