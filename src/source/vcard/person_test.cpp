#include "source/vcard/person.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace paraph::source::vcard {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::string card(const std::string& lines, const std::string& version = "3.0") {
  return "BEGIN:VCARD\r\nVERSION:" + version + "\r\n" + lines + "END:VCARD\r\n";
}

/// FN of the card found, or "none".
std::string found(const std::string& stream, Unnamed unnamed = Unnamed::Refused) {
  const auto cards = wire::vcard::parse_cards(stream).value();
  const auto one = find_card(cards, "alice@example.org", unnamed);
  return one ? (*one)->preferred("FN")->value : "none";
}

TEST(FindCard, ByItsAddress) {
  const std::string alice = card("FN:A\r\nEMAIL:x@y\r\nEMAIL;TYPE=work:Alice@Example.ORG\r\n");
  const std::string bob = card("FN:B\r\nEMAIL:bob@example.org\r\n");
  const std::string nobody = card("FN:C\r\n");
  EXPECT_EQ(found(bob + alice), "A");
  EXPECT_EQ(found(bob), "none");
  EXPECT_EQ(found(alice + alice), "none");
  EXPECT_EQ(found(bob, Unnamed::Taken), "none");
  EXPECT_EQ(found(nobody), "none");
  EXPECT_EQ(found(nobody, Unnamed::Taken), "C");
  EXPECT_EQ(found(nobody + nobody, Unnamed::Taken), "none");
  EXPECT_EQ(found(nobody + bob, Unnamed::Taken), "none");
  EXPECT_EQ(found(card("FN:A\r\nEMAIL:mailto:alice@example.org\r\n", "4.0")), "A");
  EXPECT_EQ(found(card("FN:A\r\nEMAIL:alice@example.org\r\n", "2.1")), "none");
  EXPECT_EQ(found(card("FN:A\r\nEMAIL:malice@example.org\r\n")), "none");
}

TEST(Fields, ForTemplates) {
  const auto cards = wire::vcard::parse_cards(
                         card("FN:Alice\\, Example\r\nTITLE:Head\r\nORG:Example;Sales;North\r\nNOTE:secret\r\n"
                              "TEL;TYPE=fax,pref:1\r\nTEL;TYPE=work:+49 30 2\r\nURL:https://e.org\r\nLANG:de\r\n"))
                         .value();
  EXPECT_THAT(fields_of(cards[0], "alice@example.org"),
              ElementsAre(Pair("displayName", "Alice, Example"), Pair("language", "de"),
                          Pair("mail", "alice@example.org"), Pair("org", "Example"), Pair("tel", "+49 30 2"),
                          Pair("title", "Head"), Pair("unit", "Sales"), Pair("url", "https://e.org")));
  EXPECT_THAT(fields_of(wire::vcard::Card(), "a@b"), ElementsAre(Pair("mail", "a@b")));
}

/// "type octets uri" of photo and sound, and how many were passed over.
std::string media(const std::string& lines) {
  const auto cards = wire::vcard::parse_cards(card(lines, "4.0")).value();
  std::vector<std::string> refused;
  const auto photo = photo_of(cards[0], refused);
  const auto sound = sound_of(cards[0], refused);
  const auto shown = [](const auto& one) { return one ? one->type + " " + one->octets + one->uri : "-"; };
  return shown(photo) + "|" + shown(sound) + "|" + std::to_string(refused.size());
}

TEST(Media, PhotoBeforeLogoAndTheFirstAudio) {
  EXPECT_EQ(media("LOGO:data:image/png,l\r\nPHOTO:data:image/png,p\r\n"), "image/png p|-|0");
  EXPECT_EQ(media("LOGO:data:image/png,l\r\n"), "image/png l|-|0");
  EXPECT_EQ(media("PHOTO:cid:x\r\nLOGO:data:image/png,l\r\n"), "image/png l|-|1");
  EXPECT_EQ(media("PHOTO:data:text/html,x\r\n"), "-|-|1");
  EXPECT_EQ(media("SOUND:data:text/plain,pronounced so\r\nSOUND:data:audio/wav,w\r\n"), "-|audio/wav w|1");
  EXPECT_EQ(media("SOUND;TYPE=BASIC;ENCODING=b:YWJj\r\n"), "-|audio/basic abc|0");
  EXPECT_EQ(media("SOUND:https://e.org/a\r\n"), "-| https://e.org/a|0");
  EXPECT_EQ(media(""), "-|-|0");
}

}  // namespace
}  // namespace paraph::source::vcard
