#include "source/vcard/dav.h"

#include <gmock/gmock.h>

#include <string>

namespace paraph::source::vcard {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string multistatus(const std::string& responses) {
  return "<?xml version=\"1.0\"?><d:multistatus xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:carddav\">" +
         responses + "</d:multistatus>";
}

std::string response(const std::string& tag, const std::string& data) {
  return "<d:response><d:href>/a</d:href><d:propstat><d:prop><d:getetag>" + tag + "</d:getetag><c:address-data>" +
         data + "</c:address-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>";
}

TEST(Query, TheAddressIsEscaped) {
  EXPECT_THAT(addressbook_query("a<&>\"\n'b@e.org"), HasSubstr(">a&lt;&amp;&gt;\"'b@e.org</C:text-match>"));
  EXPECT_THAT(addressbook_query("\x01</C:text-match>"), Not(HasSubstr("</C:text-match></C:text-match>")));
}

TEST(Multistatus, CardsWithTheirTags) {
  const auto cards = parse_multistatus(multistatus(response(" \"1\" ", "BEGIN:VCARD\r\nFN:A &amp; B\r\n") +
                                                   response("&quot;2&quot;", "<![CDATA[x<y]]>") +
                                                   "<d:response><d:href>/b</d:href></d:response>"))
                         .value();
  ASSERT_EQ(cards.size(), 2u);
  EXPECT_EQ(cards[0].tag, "\"1\"");
  EXPECT_EQ(cards[0].data, "BEGIN:VCARD\nFN:A & B\n");
  EXPECT_EQ(cards[1].tag, "\"2\"");
  EXPECT_EQ(cards[1].data, "x<y");
  EXPECT_TRUE(parse_multistatus(multistatus("")).value().empty());
}

TEST(Multistatus, OtherPrefixesAndTheDefaultNamespace) {
  const std::string xml =
      "<multistatus xmlns=\"DAV:\"><response><propstat><prop><CR:address-data "
      "xmlns:CR=\"urn:ietf:params:xml:ns:carddav\">x</CR:address-data></prop></propstat></response></multistatus>";
  EXPECT_EQ(parse_multistatus(xml).value().at(0).data, "x");
  EXPECT_TRUE(
      parse_multistatus(multistatus("<d:response><address-data>x</address-data></d:response>")).value().empty());
}

TEST(Multistatus, WhatIsNone) {
  std::string deep, many;
  for (int i = 0; i < 40; ++i) deep += "<d:a>";
  for (int i = 0; i < 40; ++i) deep += "</d:a>";
  for (int i = 0; i < 1100; ++i) many += response("", "x");
  for (const std::string& xml :
       {std::string(), std::string("hello"), std::string("<html></html>"), std::string("<multistatus/>"),
        std::string("<d:multistatus xmlns:d=\"DAV:\">"), multistatus("<d:response>"), multistatus(deep),
        multistatus(many), "<!DOCTYPE m [<!ENTITY a \"b\">]>" + multistatus(response("", "&a;")).substr(21),
        multistatus(response("", "&unknown;")), multistatus(response("", "\xFF"))}) {
    EXPECT_FALSE(parse_multistatus(xml)) << xml.substr(0, 60);
  }
}

}  // namespace
}  // namespace paraph::source::vcard
