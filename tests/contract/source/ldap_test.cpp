#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/log.h"
#include "mime/base64.h"
#include "raw_server.h"
#include "slapd.h"
#include "source/ldap/ldap_source.h"

/// source/ldap against OpenLDAP's slapd, and against servers that are none.
namespace paraph::source {
namespace {

using namespace std::chrono_literals;
using ldap::Options;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

const std::string kSpoken = std::string(10'000, '\x12') + std::string(10'000, '\xEF');
const std::string kPhoto = "\xFF\xD8\xFF\xE0 a picture";
const std::string kAudio = ".snd and more";

std::string base64(std::string_view octets) { return mime::encode_base64(octets, 0, false); }

std::string person(std::string_view name, std::string_view mail, std::string_view more = "") {
  return fmt::format("dn:: {}\nobjectClass: inetOrgPerson\n{}uid:: {}\ncn:: {}\nsn: x\nmail:: {}\n\n",
                     base64(fmt::format("uid={},ou=people,dc=example,dc=org", name)), more, base64(name), base64(name),
                     base64(mail));
}

std::string directory() {
  std::string ldif =
      "dn: dc=example,dc=org\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n\n"
      "dn: ou=people,dc=example,dc=org\nobjectClass: organizationalUnit\nou: people\n\n"
      "dn: ou=secret,dc=example,dc=org\nobjectClass: organizationalUnit\nou: secret\n\n"
      "dn: uid=mole,ou=secret,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: mole\ncn: Mole\nsn: x\nmail: "
      "mole@example.org\n\n";
  ldif +=
      person("alice", "Alice@Example.org",
             fmt::format("objectClass: vPIMUser\nvPIMRfc822Mailbox: alice@example.org\nvPIMTelephoneNumber: 1\n"
                         "vPIMSpokenName:: {}\njpegPhoto:: {}\naudio:: {}\ndisplayName: Alice Example\ntitle: Head\n"
                         "telephoneNumber: +49 30 1\no: Example & Sons\nou: Sales\npreferredLanguage: de\n",
                         base64(kSpoken), base64(kPhoto), base64(kAudio)));
  ldif += person("bob", "bob@example.org", fmt::format("audio:: {}\n", base64(kAudio)));
  ldif += person("loud", "loud@example.org",
                 fmt::format("objectClass: vPIMUser\nvPIMRfc822Mailbox: loud@example.org\nvPIMTelephoneNumber: 2\n"
                             "vPIMSpokenName:: {}\n",
                             base64(std::string(20'001, 'x'))));
  ldif += person("twin1", "twin@example.org") + person("twin2", "twin@example.org");
  ldif += person("three1", "three@example.org") + person("three2", "three@example.org") +
          person("three3", "three@example.org");
  ldif += person("a*b(c)", "odd@example.org");
  ldif += person("linked", "linked@example.org", "labeledURI: https://e.org/card signature\n");
  return ldif;
}

/// As the server does.
const bool kIgnoresBrokenPipes = ::signal(SIGPIPE, SIG_IGN) != SIG_ERR;

Slapd& slapd() {
  static Slapd one(directory());
  return one;
}

Options options() {
  return {.name = "hq", .directory = {.url = slapd().url()}, .base = std::string(Slapd::kBase), .timeout = 20s};
}

Result<Fetched> fetch(Options with, const std::string& owner, const std::string& tag = "") {
  const auto remote = ldap::make_ldap(std::move(with));
  if (!remote) return fail(remote.error().code, remote.error().text);
  return (*remote)->fetch(owner, tag);
}

/// "found", or the code's name and the sentence.
std::string outcome(const Result<Fetched>& fetched) {
  if (fetched) return "found";
  return (fetched.error().code == Code::NotFound ? "not found: " : "unavailable: ") + fetched.error().text;
}
std::string outcome(Options with, const std::string& owner) { return outcome(fetch(std::move(with), owner)); }

TEST(Ldap, EverythingOfOneEntry) {
  EXPECT_EQ(outcome(options(), "alice@example.org"), "found");
  const auto alice = fetch(options(), "alice@example.org").value();
  ASSERT_EQ(alice.voice.size(), 1u);
  EXPECT_EQ(alice.voice[0].octets, kSpoken);
  EXPECT_EQ(alice.voice[0].declared_type, "audio/32KADPCM");
  ASSERT_TRUE(alice.image);
  EXPECT_EQ(alice.image->octets, kPhoto);
  EXPECT_EQ(alice.image->declared_type, "image/jpeg");
  EXPECT_THAT(alice.fields,
              testing::ElementsAre(Pair("displayName", "Alice Example"), Pair("language", "de"),
                                   Pair("mail", "Alice@Example.org"), Pair("org", "Example & Sons"),
                                   Pair("tel", "+49 30 1"), Pair("title", "Head"), Pair("unit", "Sales")));
  EXPECT_THAT(alice.text, IsEmpty());
  EXPECT_FALSE(alice.unchanged);
}

TEST(Ldap, AudioWhereThereIsNoSpokenName) {
  const auto bob = fetch(options(), "bob@example.org").value();
  ASSERT_EQ(bob.voice.size(), 1u);
  EXPECT_EQ(bob.voice[0].octets, kAudio);
  EXPECT_EQ(bob.voice[0].declared_type, "audio/basic");
}

TEST(Ldap, ASpokenNameTooLongIsLeftOut) { EXPECT_THAT(fetch(options(), "loud@example.org").value().voice, IsEmpty()); }

TEST(Ldap, TwoEntriesAreNone) {
  EXPECT_THAT(outcome(options(), "twin@example.org"), HasSubstr("not found: the directory has several entries"));
  EXPECT_THAT(outcome(options(), "three@example.org"), HasSubstr("not found: the directory has several entries"));
}

TEST(Ldap, NobodyIsFoundByMetacharacters) {
  for (const std::string owner : {"*@example.org", "al*@example.org", "*)(uid=alice@example.org", "x@example.org)(cn=*",
                                  "a)(|(uid=*)@x", "\\2a@example.org", "nobody@example.org"}) {
    EXPECT_THAT(outcome(options(), owner), HasSubstr("not found: the directory has no entry")) << owner;
  }
  EXPECT_THAT(outcome(options(), "alice"), HasSubstr("not found"));
  EXPECT_EQ(outcome(options(), "a*b(c)@elsewhere.example"), "found");  // by its uid, which has them
}

TEST(Ldap, TheOperatorsFilter) {
  Options with = options();
  with.filter = "(&(objectClass=vPIMUser)(uid=%l))";
  EXPECT_EQ(outcome(with, "alice@anywhere.example"), "found");
  EXPECT_THAT(outcome(with, "bob@example.org"), HasSubstr("not found"));
}

TEST(Ldap, UnchangedUntilItChanges) {
  const auto first = fetch(options(), "bob@example.org").value();
  EXPECT_THAT(first.tag, HasSubstr("uid=bob,ou=people,dc=example,dc=org|"));
  const auto again = fetch(options(), "bob@example.org", first.tag).value();
  EXPECT_TRUE(again.unchanged);
  EXPECT_THAT(again.voice, IsEmpty());
  slapd().modify("dn: uid=bob,ou=people,dc=example,dc=org\nchangetype: modify\nreplace: title\ntitle: New\n");
  const auto changed = fetch(options(), "bob@example.org", first.tag).value();
  EXPECT_FALSE(changed.unchanged);
  EXPECT_NE(changed.tag, first.tag);
  EXPECT_THAT(changed.fields, Contains(Pair("title", "New")));
}

TEST(Ldap, SecuredAndVerified) {
  Options with = options();
  with.directory.ca = slapd().ca();
  with.directory.url = slapd().secure_url();
  EXPECT_EQ(outcome(with, "alice@example.org"), "found");
  with.directory.url = slapd().url();
  with.directory.starttls = true;
  EXPECT_EQ(outcome(with, "alice@example.org"), "found");
}

TEST(Ldap, ACertificateOfNobodyIsRefused) {
  const tests::Folder folder;
  make_certificate(folder.path() / "other");
  Options with = options();
  for (const std::string& ca : {std::string(), (folder.path() / "other.crt").native(), std::string("no such file")}) {
    with.directory.ca = ca;
    with.directory.url = slapd().secure_url();
    with.directory.starttls = false;
    EXPECT_THAT(outcome(with, "alice@example.org"), HasSubstr("unavailable")) << ca;
    with.directory.url = slapd().url();
    with.directory.starttls = true;
    EXPECT_THAT(outcome(with, "alice@example.org"), HasSubstr("unavailable")) << ca;
  }
}

TEST(Ldap, BindsWhereItMust) {
  Options with = options();
  EXPECT_THAT(outcome(with, "mole@example.org"), HasSubstr("not found"));
  with.directory.bind_dn = Slapd::kAdmin;
  with.directory.password = Slapd::kPassword;
  EXPECT_EQ(outcome(with, "mole@example.org"), "found");
  with.directory.password = "a wrong one";
  EXPECT_THAT(outcome(with, "mole@example.org"),
              HasSubstr("unavailable: the log-in with bind_dn: Invalid credentials"));
  EXPECT_THAT(outcome(with, "mole@example.org"), Not(HasSubstr("a wrong one")));
}

TEST(Ldap, ABaseThatIsNotThere) {
  Options with = options();
  with.base = "dc=nowhere";
  EXPECT_THAT(outcome(with, "alice@example.org"), HasSubstr("unavailable: the search: "));
}

TEST(Ldap, ReferralsAreNotFollowed) {
  RawServer elsewhere("");
  const auto target = fmt::format("ldap://127.0.0.1:{}/ou=away,dc=example,dc=org", elsewhere.port());
  slapd().modify(
      "dn: ou=away,dc=example,dc=org\nchangetype: add\nobjectClass: referral\nobjectClass: extensibleObject\n"
      "ou: away\nref: " +
      target + "\n");
  EXPECT_EQ(outcome(options(), "alice@example.org"), "found");
  EXPECT_THAT(outcome(options(), "nobody@example.org"), HasSubstr("not found"));
  Options with = options();
  with.base = "ou=away,dc=example,dc=org";
  EXPECT_THAT(outcome(with, "alice@example.org"),
              HasSubstr("unavailable: the search: the directory refers to another"));
  EXPECT_EQ(elsewhere.connections(), 0);
  slapd().modify("dn: ou=away,dc=example,dc=org\ncontrol: 2.16.840.1.113730.3.4.2\nchangetype: delete\n");
}

TEST(Ldap, LinksAreFollowed) {
  Options with = options();
  std::string asked;
  with.follow = [&](const std::string& url, const std::string& owner, std::chrono::milliseconds) -> Result<Fetched> {
    asked = url + " " + owner;
    return Fetched{.voice = {{.octets = "v", .declared_type = "audio/wav"}},
                   .fields = {{"url", "https://e.org"}, {"displayName", "x"}}};
  };
  const auto linked = fetch(with, "linked@example.org").value();
  EXPECT_EQ(asked, "https://e.org/card linked@example.org");
  EXPECT_EQ(linked.voice.size(), 1u);
  EXPECT_THAT(linked.fields, Contains(Pair("displayName", "linked")));
  EXPECT_THAT(linked.fields, Contains(Pair("url", "https://e.org")));
  EXPECT_EQ(linked.tag, "");
  Code code = Code::Unavailable;
  with.follow = [&](const std::string&, const std::string&, std::chrono::milliseconds) { return fail(code, "gone"); };
  EXPECT_EQ(fetch(with, "linked@example.org").error().code, Code::BadInput) << "no failure of the directory";
  code = Code::Denied;
  EXPECT_EQ(outcome(with, "linked@example.org"), "found");
}

/// What a server that is no directory comes to, and in which time.
void expect_unavailable_soon(const std::string& answer, bool ldaps, bool starttls) {
  RawServer server(answer);
  Options with = options();
  with.directory.url = fmt::format("{}://127.0.0.1:{}", ldaps ? "ldaps" : "ldap", server.port());
  with.directory.starttls = starttls;
  with.timeout = 300ms;
  ASSERT_TRUE(kIgnoresBrokenPipes);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(outcome(with, "alice@example.org"), HasSubstr("unavailable")) << answer.size();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s) << answer.size() << ldaps << starttls;
  EXPECT_EQ(server.connections(), 1);
}

TEST(Ldap, ServersThatAreNone) {
  using namespace std::string_literals;
  const std::string answers[] = {""s,                                  // hangs
                                 "HTTP/1.1 400 Bad Request\r\n\r\n"s,  // says something else
                                 "0"s,                                 // half of a message
                                 "\x30\x84\x7F\xFF\xFF\xFF"s,          // begins a message of 2 GB
                                 "\x30\x82\x10\x00"s + std::string(200, 'x'),
                                 "\x30\x0C\x02\x01\x01\x61\x07\x0A\x01\x00\x04\x00\x04\x00"s,  // an answer to nobody
                                 std::string(100'000, '\xFF')};
  for (const auto& answer : answers) {
    expect_unavailable_soon(answer, false, false);
    expect_unavailable_soon(answer, true, false);
    expect_unavailable_soon(answer, false, true);
  }
}

TEST(Ldap, AClosedPort) {
  Options with = options();
  with.directory.url = fmt::format("ldap://127.0.0.1:{}", free_port());
  EXPECT_THAT(outcome(with, "alice@example.org"),
              HasSubstr("unavailable: the connection to 127.0.0.1: Connection refused"));
}

TEST(Ldap, SeveralAtOnce) {
  const auto remote = ldap::make_ldap(options()).value();
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int k = 0; k < 10; ++k) good += remote->fetch("alice@example.org", "").has_value();
      });
  }
  EXPECT_EQ(good, 40);
}

}  // namespace
}  // namespace paraph::source
