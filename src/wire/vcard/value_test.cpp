#include "wire/vcard/value.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace paraph::wire::vcard {
namespace {

using testing::ElementsAre;

Property property_of(const std::string& line) {
  const auto cards = parse_cards("BEGIN:VCARD\r\n" + line + "\r\nEND:VCARD\r\n").value();
  return cards.at(0).properties.at(0);
}

TEST(Text, IsUnescaped) {
  const std::vector<std::pair<std::string, std::string>> cases{{"FN:Alice", "Alice"},
                                                               {"FN:a\\, b\\; c\\\\", "a, b; c\\"},
                                                               {"FN:a\\nb\\Nc", "a\nb\nc"},
                                                               {"FN:J\u00FCrgen", "J\u00FCrgen"},
                                                               {"FN:a\\", "a\\"},
                                                               {"FN:\xFF", ""},
                                                               {"FN:", ""}};
  for (const auto& [line, expected] : cases) EXPECT_EQ(text_of(property_of(line)), expected) << printable(line);
}

TEST(Components, AreParted) {
  EXPECT_THAT(components_of(property_of("ORG:Example\\; Sons;Sales\\, North;")),
              ElementsAre("Example; Sons", "Sales, North", ""));
  EXPECT_THAT(components_of(property_of("ORG:")), ElementsAre(""));
  EXPECT_THAT(components_of(property_of("ORG:a\\")), ElementsAre("a\\"));
  EXPECT_THAT(components_of(property_of("ORG:a\\\\;b")), ElementsAre("a\\", "b"));
}

TEST(Address, OfEitherForm) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"EMAIL:alice@example.org", "alice@example.org"},
      {"EMAIL: mailto:alice%2Bx@example.org?subject=x", "alice+x@example.org"},
      {"TEL:+49 30 1", "+49 30 1"},
      {"TEL;VALUE=uri:tel:+1-201-555-0123;ext=102", "+1-201-555-0123"},
  };
  for (const auto& [line, expected] : cases) EXPECT_EQ(address_of(property_of(line)), expected) << line;
}

/// "type|octets|uri", or the code of the failure.
std::string media(const std::string& line, std::string_view family) {
  const auto found = media_of(property_of(line), family, 100);
  if (!found) return found.error().code == Code::TooLarge ? "too large" : "bad input";
  return found->type + "|" + found->octets + "|" + found->uri;
}

TEST(Media, InEveryForm) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"PHOTO;ENCODING=b;TYPE=JPEG:YWJj", "image/jpeg|abc|"},
      {"PHOTO;TYPE=jpg;ENCODING=BASE64:YW\r\n  Jj", "image/jpeg|abc|"},
      {"PHOTO;ENCODING=b:YWJj", "|abc|"},
      {"PHOTO;ENCODING=b;TYPE=image/PNG:YWJj", "image/png|abc|"},
      {"PHOTO;ENCODING=b;TYPE=\"a b\":YWJj", "|abc|"},
      {"PHOTO:data:image/jpeg;base64,YWJj", "image/jpeg|abc|"},
      {"PHOTO:data:image/jpeg\\;base64\\,YWJj", "image/jpeg|abc|"},
      {"PHOTO:data:image/svg+xml;charset=utf-8,a%62c", "image/svg+xml|abc|"},
      {"PHOTO:data:;base64,YWJj", "|abc|"},
      {"PHOTO;MEDIATYPE=image/gif:http://e.org/a", "image/gif||http://e.org/a"},
      {"PHOTO;VALUE=uri;TYPE=PNG:https://e.org/a\\,b", "image/png||https://e.org/a,b"},
      {"PHOTO;TYPE=work;MEDIATYPE=image/png:https://e.org/a", "image/png||https://e.org/a"},
      {"PHOTO;TYPE=pref,WORK:https://e.org/a", "||https://e.org/a"},
      {"PHOTO:cid:part@e.org", "bad input"},
      {"PHOTO:file:///etc/passwd", "bad input"},
      {"PHOTO:abc", "bad input"},
      {"PHOTO:", "bad input"},
      {"PHOTO;ENCODING=b:", "bad input"},
      {"PHOTO:data:image/jpeg;base64", "bad input"},
      {"PHOTO:data:,", "bad input"},
      {"PHOTO;ENCODING=b:" + std::string(136, 'A'), "too large"},
      {"PHOTO;ENCODING=b:" + std::string(9000, 'A'), "too large"},
      {"PHOTO:data:," + std::string(101, 'A'), "too large"},
      {"PHOTO:https://e.org/" + std::string(2100, 'a'), "bad input"},
  };
  for (const auto& [line, expected] : cases) EXPECT_EQ(media(line, "image"), expected) << line;
}

TEST(Media, Recordings) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"SOUND;TYPE=BASIC;ENCODING=b:YWJj", "audio/basic|abc|"},
      {"SOUND;TYPE=WAVE;ENCODING=b:YWJj", "audio/wav|abc|"},
      {"SOUND;TYPE=MP3;ENCODING=b:YWJj", "audio/mpeg|abc|"},
      {"SOUND:data:audio/basic;base64,YWJj", "audio/basic|abc|"},
      {"SOUND;VALUE=uri:https://e.org/a.wav", "||https://e.org/a.wav"},
  };
  for (const auto& [line, expected] : cases) EXPECT_EQ(media(line, "audio"), expected) << line;
}

}  // namespace
}  // namespace paraph::wire::vcard
