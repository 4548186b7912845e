#include "wire/vcard/card.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace paraph::wire::vcard {
namespace {

std::string card_of(std::string_view lines) {
  return "BEGIN:VCARD\r\nVERSION:4.0\r\n" + std::string(lines) + "END:VCARD\r\n";
}

/// The one property that `line` makes, or none.
std::vector<Property> properties_of(std::string_view lines) {
  auto cards = parse_cards(card_of(lines));
  EXPECT_TRUE(cards.has_value());
  auto properties = cards ? std::move(cards->front().properties) : std::vector<Property>{};
  if (!properties.empty()) properties.erase(properties.begin());  // VERSION
  return properties;
}

std::string shown(const Property& property) {
  std::string out = property.group.empty() ? property.name : property.group + "." + property.name;
  for (const auto& parameter : property.parameters) {
    out += ";" + parameter.name;
    for (const auto& value : parameter.values) out += "<" + value + ">";
  }
  return out + "=" + property.value;
}

TEST(Parse, ContentLines) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"FN:Alice", "FN=Alice"},
      {"fn:a:b;c", "FN=a:b;c"},
      {"item1.EMAIL:a@b", "item1.EMAIL=a@b"},
      {"TEL;TYPE=work,voice:1", "TEL;type<work><voice>=1"},
      {"TEL;TYPE=\"work,voice\";PREF=1:1", "TEL;type<work,voice>;pref<1>=1"},
      {"ADR;LABEL=\"a;b:c\":;;", "ADR;label<a;b:c>=;;"},
      {"PHOTO;JPEG;BASE64:x", "PHOTO;jpeg;base64=x"},
      {"X-A;X-B=:", "X-A;x-b<>="},
      {"FN:A\r\n li\r\n\tce", "FN=Alice"},
      {"FN:A\n li\n ce", "FN=Alice"},
      {"F\r\n N:Alice", "FN=Alice"},
      {"FN:", "FN="},
  };
  for (const auto& [line, expected] : cases) {
    const auto properties = properties_of(line + "\r\n");
    ASSERT_EQ(properties.size(), 1u) << line;
    EXPECT_EQ(shown(properties[0]), expected) << line;
  }
}

TEST(Parse, OtherLinesArePassedOver) {
  for (const std::string line : {"FN", "", ":x", "F N:x", "FN;:x", "FN;=a:x", "FN;a=\"b:x", "FN;a=\"b\"c:x", "a.b.FN:x",
                                 ".FN:x", "FN;a=b", "F\xC3\xA9:x"}) {
    EXPECT_TRUE(properties_of(line + "\r\n").empty()) << line;
  }
  std::string many = "FN";
  for (int i = 0; i < 33; ++i) many += ";a=b";
  EXPECT_TRUE(properties_of(many + ":x\r\n").empty());
}

TEST(Parse, Streams) {
  const std::vector<std::pair<std::string, std::size_t>> cases{
      {card_of(""), 1},
      {card_of("") + card_of("FN:b\r\n"), 2},
      {"\uFEFF" + card_of(""), 1},
      {"junk\r\n" + card_of("") + "junk\r\n", 1},
      {"begin:vcard\nversion:3.0\nend:VCARD", 1},
      {card_of("AGENT:\r\nBEGIN:VCARD\r\nFN:inner\r\nEND:VCARD\r\nFN:outer\r\n"), 1},
      {card_of("BEGIN:VEVENT\r\nEND:VEVENT\r\n"), 1},
  };
  for (const auto& [octets, count] : cases) EXPECT_EQ(parse_cards(octets).value().size(), count) << octets;
  const auto agent = parse_cards(cases[5].first).value();
  ASSERT_EQ(agent[0].all("FN").size(), 1u);
  EXPECT_EQ(agent[0].preferred("FN")->value, "outer");
}

TEST(Parse, Faults) {
  for (const std::string octets :
       {"", "hello", "BEGIN:VCARD\r\n", "BEGIN:VCARD\r\nBEGIN:VCARD\r\nEND:VCARD\r\n", "END:VCARD\r\n"}) {
    EXPECT_EQ(parse_cards(octets).error().code, Code::BadInput) << octets;
  }
  EXPECT_EQ(parse_cards(card_of("") + "BEGIN:VCARD\r\n").error().code, Code::BadInput);
}

TEST(Parse, Bounds) {
  EXPECT_EQ(parse_cards(std::string(kStreamBytesMax + 1, 'a')).error().code, Code::TooLarge);
  std::string cards, lines;
  for (std::size_t i = 0; i <= kCardsMax; ++i) cards += card_of("");
  EXPECT_EQ(parse_cards(cards).error().code, Code::TooLarge);
  for (std::size_t i = 0; i <= kPropertiesMax; ++i) lines += "FN:x\r\n";
  EXPECT_EQ(parse_cards(card_of(lines)).error().code, Code::TooLarge);
  std::string book;
  for (std::size_t i = 0; i <= kAllPropertiesMax / 500; ++i) {
    std::string many;
    for (int line = 0; line < 500; ++line) many += "A:\n";
    book += card_of(many);
  }
  EXPECT_LT(book.size(), kStreamBytesMax);
  EXPECT_EQ(parse_cards(book).error().code, Code::TooLarge) << "what takes far more memory than octets";
}

TEST(Parse, AParameterOfTooManyValuesIsNoLine) {
  EXPECT_EQ(properties_of("TEL;TYPE=a" + std::string(kValuesMax - 1, ',') + ":1\r\n").size(), 1u);
  EXPECT_TRUE(properties_of("TEL;TYPE=a" + std::string(kValuesMax, ',') + ":1\r\n").empty());
}

TEST(Parse, ManyShortFoldsAreLinear) {
  std::string folded = "NOTE:";
  for (int i = 0; i < 700'000; ++i) folded += "\r\n a";
  EXPECT_EQ(properties_of(folded + "\r\n").at(0).value.size(), 700'000u);
}

TEST(Card, ThePreferredOneIsFirst) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"TEL:1\r\nTEL:2\r\n", "1 2 "},
      {"TEL:1\r\nTEL;TYPE=home,PREF:2\r\n", "2 1 "},
      {"TEL;PREF=50:1\r\nTEL;PREF=2:2\r\nTEL:3\r\n", "2 1 3 "},
      {"TEL;PREF=x:1\r\nTEL;PREF=18446744073709551615:2\r\nTEL;PREF=100:3\r\n", "3 1 2 "},
      {"", ""},
  };
  for (const auto& [lines, expected] : cases) {
    const auto cards = parse_cards(card_of(lines)).value();
    std::string order;
    for (const auto* property : cards[0].all("TEL")) order += property->value + " ";
    EXPECT_EQ(order, expected);
    EXPECT_EQ(cards[0].preferred("TEL") == nullptr, expected.empty());
  }
}

TEST(Card, Versions) {
  for (const auto& [version, understood] : {std::pair{"3.0", true}, {" 4.0", true}, {"2.1", false}, {"", false}}) {
    const auto cards = parse_cards("BEGIN:VCARD\r\nVERSION:" + std::string(version) + "\r\nEND:VCARD\r\n").value();
    EXPECT_EQ(cards[0].is_understood(), understood) << version;
  }
}

}  // namespace
}  // namespace paraph::wire::vcard
