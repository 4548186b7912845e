#include "source/ldap/entry.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace paraph::source::ldap {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const OwnNames kUsual;

Fetched fetched(Entry entry, const OwnNames& names = kUsual) {
  std::vector<std::string> refused;
  return fetched_of(entry, names, refused);
}

TEST(Entry, FieldsByName) {
  const Entry entry{.dn = "cn=a",
                    .attributes = {{"cn", {"Common"}},
                                   {"displayname", {"", "Alice", "Other"}},
                                   {"title", {"Head"}},
                                   {"telephonenumber", {"+49 30 1"}},
                                   {"mail", {"a@e.org"}},
                                   {"o", {"Example"}},
                                   {"ou", {"Sales"}},
                                   {"preferredlanguage", {"de, en;q=0.5"}}}};
  EXPECT_THAT(
      fetched(entry).fields,
      ElementsAre(Pair("displayName", "Alice"), Pair("language", "de"), Pair("mail", "a@e.org"), Pair("org", "Example"),
                  Pair("tel", "+49 30 1"), Pair("title", "Head"), Pair("unit", "Sales")));
  EXPECT_THAT(fetched({.dn = "cn=a", .attributes = {{"cn", {"Common"}}}}).fields,
              ElementsAre(Pair("displayName", "Common")));
}

TEST(Entry, SpokenNameBeforeAudio) {
  const auto both = fetched({.dn = "x", .attributes = {{"vpimspokenname", {"abc"}}, {"audio", {".snd"}}}});
  ASSERT_EQ(both.voice.size(), 1u);
  EXPECT_EQ(both.voice[0].octets, "abc");
  EXPECT_EQ(both.voice[0].declared_type, "audio/32KADPCM");
  const auto audio = fetched({.dn = "x", .attributes = {{"vpimspokenname", {""}}, {"audio", {".snd"}}}});
  ASSERT_EQ(audio.voice.size(), 1u);
  EXPECT_EQ(audio.voice[0].declared_type, "audio/basic");
}

TEST(Entry, ASpokenNameOver20000OctetsIsRefused) {
  for (const std::size_t bytes : {20'000u, 20'001u}) {
    std::vector<std::string> refused;
    const Entry entry{.dn = "x", .attributes = {{"vpimspokenname", {std::string(bytes, 'a')}}}};
    const auto found = fetched_of(entry, kUsual, refused);
    EXPECT_EQ(found.voice.size(), bytes == 20'000 ? 1u : 0u);
    EXPECT_EQ(refused.size(), bytes == 20'000 ? 0u : 1u);
  }
}

TEST(Entry, TheFirstPhoto) {
  EXPECT_EQ(fetched({.dn = "x", .attributes = {{"jpegphoto", {"j", "k"}}, {"thumbnailphoto", {"t"}}}}).image->octets,
            "j");
  EXPECT_EQ(fetched({.dn = "x", .attributes = {{"thumbnailphoto", {"t"}}}}).image->octets, "t");
  EXPECT_FALSE(fetched({.dn = "x"}).image);
}

TEST(Entry, OwnNames) {
  const OwnNames names{{"vPIMSpokenName", "mySpoken"}, {"displayName", "Anzeige"}};
  const Entry entry{.dn = "x", .attributes = {{"myspoken", {"abc"}}, {"anzeige", {"A"}}, {"displayname", {"B"}}}};
  EXPECT_EQ(fetched(entry, names).voice.size(), 1u);
  EXPECT_EQ(fetched(entry, names).fields.at("displayName"), "A");
  const auto wanted = wanted_attributes(names);
  EXPECT_THAT(wanted, testing::Contains("myspoken"));
  EXPECT_THAT(wanted, testing::Not(testing::Contains("vpimspokenname")));
  EXPECT_THAT(wanted, testing::Contains("modifyTimestamp"));
}

TEST(Entry, TagsNameItsState) {
  EXPECT_EQ(tag_of({.dn = "cn=a", .attributes = {{"modifytimestamp", {"20260101000000Z"}}, {"entrycsn", {"c"}}}}),
            "cn=a|20260101000000Z|c");
  EXPECT_EQ(tag_of({.dn = "cn=a", .attributes = {{"modifytimestamp", {"20260101000000Z"}}}}), "cn=a|20260101000000Z|");
  EXPECT_EQ(tag_of({.dn = "cn=a"}), "");
}

TEST(Entry, Links) {
  const auto links = [](std::vector<std::string> values) {
    return signature_links({.dn = "x", .attributes = {{"labeleduri", std::move(values)}}}, kUsual);
  };
  EXPECT_THAT(links({"https://e.org/a home", "https://e.org/b Signature", "https://e.org/c  signature "}),
              ElementsAre("https://e.org/b", "https://e.org/c"));
  EXPECT_THAT(links({"http://e.org/a signature", "https://e.org/a", "signature", "",
                     "https://" + std::string(3000, 'a') + " signature"}),
              IsEmpty());
}

std::string mp3_frames() {
  const std::string frame = std::string("\xFF\xFB\x90\x00", 4) + std::string(413, '\0');  // 128 kbit/s at 44.1 kHz
  return frame + frame;
}

TEST(SniffedAudio, ByItsFirstOctets) {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, std::string>> cases{
      {".snd\0\0\0\x18"s, "audio/basic"},
      {"RIFF\1\2\3\4WAVEfmt "s, "audio/wav"},
      {"RIFF\1\2\3\4AVI "s, "audio/basic"},
      {"ID3\4"s, "audio/mpeg"},
      {mp3_frames(), "audio/mpeg"},
      {mp3_frames().substr(0, 417), "audio/basic"},
      {"OggS", "audio/ogg"},
      {"#!AMR\n", "audio/AMR"},
      {"fLaC", "audio/flac"},
      {std::string(8000, '\xFF'), "audio/basic"},
      {std::string(8000, '\x7F'), "audio/basic"},
      {"\xFF\xFB\x90", "audio/basic"},
      {"", "audio/basic"},
  };
  for (const auto& [octets, expected] : cases) EXPECT_EQ(sniffed_audio(octets), expected);
}

}  // namespace
}  // namespace paraph::source::ldap
