#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>

#include "mime/base64.h"
#include "radicale.h"
#include "raw_server.h"
#include "source/vcard/vcard_source.h"

/// source/vcard against Radicale, and against servers that are none.
namespace paraph::source {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;
using vcard::Options;

const std::string kPhoto = "\xFF\xD8\xFF\xE0 a picture" + std::string(100'000, 'p');
const std::string kVoice = "RIFF....WAVE" + std::string(40'000, 'v');

std::string base64(std::string_view octets) { return mime::encode_base64(octets, 0, false); }

std::string card(const std::string& version, const std::string& uid, const std::string& mail, const std::string& more) {
  return "BEGIN:VCARD\r\nVERSION:" + version + "\r\nUID:" + uid + "\r\nFN:" + uid + "\r\nN:" + uid +
         ";;;;\r\nEMAIL:" + mail + "\r\n" + more + "END:VCARD\r\n";
}

Radicale& radicale() {
  static Radicale one;
  static const bool filled = [] {
    one.put("alice.vcf",
            card("3.0", "alice", "alice@example.org",
                 "ORG:Example;Sales\r\nTITLE:Head\r\nTEL;TYPE=work:+49 30 1\r\nPHOTO;ENCODING=b;TYPE=JPEG:" +
                     base64(kPhoto) + "\r\nSOUND;ENCODING=b;TYPE=WAVE:" + base64(kVoice) + "\r\n"));
    // Radicale cuts an address at its comma unless that is escaped, as in a text.
    one.put("bob.vcf", card("4.0", "bob", "bob@example.org",
                            "PHOTO:data:image/jpeg;base64\\," + base64(kPhoto) + "\r\nSOUND:data:audio/wav;base64\\," +
                                base64(kVoice) + "\r\n"));
    one.put("carol.vcf", card("4.0", "carol", "carol@example.org", "PHOTO:https://127.0.0.1/internal\r\nLANG:en\r\n"));
    one.put("twin1.vcf", card("3.0", "twin1", "twin@example.org", ""));
    one.put("twin2.vcf", card("4.0", "twin2", "Twin@Example.org", ""));
    one.put("malice.vcf", card("3.0", "malice", "xalice@example.org", ""));
    one.put("dan%40example.org.vcf", card("3.0", "dan", "dan@example.org", ""));
    return true;
  }();
  EXPECT_TRUE(filled);
  return one;
}

Options options(const std::string& path = "") {
  return {.name = "book",
          .url = radicale().url() + path,
          .access = {.ca = radicale().ca(), .user = Radicale::kUser, .password = Radicale::kPassword},
          .timeout = 20s};
}

Result<Fetched> fetch(Options with, const std::string& owner, const std::string& tag = "") {
  return vcard::make_vcard(std::move(with)).value()->fetch(owner, tag);
}

std::string outcome(const Result<Fetched>& fetched) {
  if (fetched) return "found";
  return (fetched.error().code == Code::NotFound ? "not found: " : "unavailable: ") + fetched.error().text;
}

TEST(CardDav, ACardOfEitherVersion) {
  for (const std::string name : {"alice", "bob"}) {
    const auto fetched = fetch(options(), name + "@example.org");
    ASSERT_EQ(outcome(fetched), "found");
    ASSERT_TRUE(fetched->image);
    EXPECT_TRUE(fetched->image->octets == kPhoto);
    EXPECT_EQ(fetched->image->declared_type, "image/jpeg");
    ASSERT_EQ(fetched->voice.size(), 1u);
    EXPECT_TRUE(fetched->voice[0].octets == kVoice);
    EXPECT_EQ(fetched->voice[0].declared_type, "audio/wav");
    EXPECT_THAT(fetched->fields, Contains(Pair("displayName", name)));
  }
  const auto alice = fetch(options(), "ALICE@example.org").value();
  EXPECT_THAT(alice.fields, Contains(Pair("title", "Head")));
  EXPECT_THAT(alice.fields, Contains(Pair("unit", "Sales")));
  EXPECT_THAT(alice.fields, Contains(Pair("tel", "+49 30 1")));
}

TEST(CardDav, UnchangedUntilItChanges) {
  radicale().put("eve.vcf", card("3.0", "eve", "eve@example.org", ""));
  const auto first = fetch(options(), "eve@example.org").value();
  EXPECT_NE(first.tag, "");
  EXPECT_TRUE(fetch(options(), "eve@example.org", first.tag).value().unchanged);
  radicale().put("eve.vcf", card("3.0", "eve", "eve@example.org", "TITLE:New\r\n"));
  const auto changed = fetch(options(), "eve@example.org", first.tag).value();
  EXPECT_FALSE(changed.unchanged);
  EXPECT_THAT(changed.fields, Contains(Pair("title", "New")));
}

TEST(CardDav, TwoCardsAreNone) {
  EXPECT_THAT(outcome(fetch(options(), "twin@example.org")),
              HasSubstr("not found: the address book has several cards"));
}

TEST(CardDav, NobodyElse) {
  for (const std::string owner :
       {"nobody@example.org", "example@org", "lice@example.org", "a</C:text-match>&<x>@example.org", "*@example.org"})
    EXPECT_THAT(outcome(fetch(options(), owner)), HasSubstr("not found: the address book has no card")) << owner;
}

TEST(CardDav, APhotoInsideTheNetworkIsLeftOut) {
  const auto carol = fetch(options(), "carol@example.org").value();
  EXPECT_FALSE(carol.image);
  EXPECT_THAT(carol.fields, Contains(Pair("language", "en")));
}

TEST(CardDav, AWrongPasswordOrCertificate) {
  Options with = options();
  with.access.password = "a wrong one";
  const auto refused = outcome(fetch(with, "alice@example.org"));
  EXPECT_THAT(refused, HasSubstr("unavailable"));
  EXPECT_THAT(refused, testing::Not(HasSubstr("a wrong one")));
  with = options();
  with.access.ca.clear();
  EXPECT_THAT(outcome(fetch(with, "alice@example.org")), HasSubstr("unavailable"));
}

TEST(CardDav, ABookThatIsNotThere) {
  EXPECT_THAT(outcome(fetch(options("nothing/"), "alice@example.org")), HasSubstr("unavailable"));
}

TEST(Https, ACardByItsName) {
  const auto dan = fetch(options("%u.vcf"), "dan@example.org");
  ASSERT_EQ(outcome(dan), "found");
  EXPECT_NE(dan->tag, "");
  EXPECT_THAT(outcome(fetch(options("%u.vcf"), "nobody@example.org")), HasSubstr("not found"));
  EXPECT_EQ(outcome(fetch(options("%l.vcf"), "alice@example.org")), "found");
  EXPECT_THAT(outcome(fetch(options("%l.vcf"), "alice@elsewhere.example")), HasSubstr("not found"));  // another's card
}

TEST(Https, AWholeBook) {
  Options with = options();
  with.url.pop_back();  // Radicale gives out the whole collection
  const auto bob = fetch(with, "bob@example.org");
  ASSERT_EQ(outcome(bob), "found");
  ASSERT_TRUE(bob->image);
  EXPECT_TRUE(bob->image->octets == kPhoto);
}

TEST(CardDav, ServersThatAreNone) {
  for (const std::string& answer :
       {std::string(), std::string("\x15\x03\x01"), std::string("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"),
        std::string("HTTP/1.1 207 Multi-Status\r\nContent-Length: 2000000000\r\n\r\n")}) {
    RawServer server(answer);
    const Options with{.url = fmt::format("http://127.0.0.1:{}/book/", server.port()), .timeout = 300ms};
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(outcome(fetch(with, "alice@example.org")), HasSubstr("unavailable")) << answer;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
  }
}

}  // namespace
}  // namespace paraph::source
