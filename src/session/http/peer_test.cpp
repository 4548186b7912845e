#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "session/http/testing.h"

namespace paraph::session_http {
namespace {

using namespace std::string_literals;

std::string amr(char fill) {
  std::string octets = "#!AMR\n";
  for (int i = 0; i < 100; ++i) octets += '\x3C' + std::string(31, fill);
  return octets;
}

constexpr std::string_view kDocument = "/.well-known/paraph/signature?user=";

struct PeerTest : ::testing::Test, TestServer {
  PeerTest() { service::done(signatures.set(world.alice, "alice@example.org", {.text = "Alice", .voice = amr('a')})); }
  std::string fetch(std::string_view target, const std::string& more = {}) {
    return ask("GET", target, bearer() + "\r\n" + more);
  }
  std::string document(std::string_view user) { return fetch(std::string(kDocument) + std::string(user)); }
};

TEST_F(PeerTest, GetsTheDocumentAndWhatItNames) {
  const auto got = document("alice%40example.org");
  EXPECT_EQ(status_of(got), "200");
  EXPECT_EQ(field_of(got, "Content-Type"), "application/json");
  const auto json = boost::json::parse(body_of(got)).as_object();
  EXPECT_EQ(json.at("version"), 1);
  EXPECT_EQ(json.at("user"), "alice@example.org");
  EXPECT_EQ(json.at("text"), "Alice");
  EXPECT_FALSE(json.contains("image"));
  const auto voice = json.at("voice").at(0).as_object();
  const std::string url(voice.at("url").as_string());
  const auto heard = fetch(url);
  EXPECT_EQ(body_of(heard), amr('a'));
  EXPECT_EQ(field_of(heard, "ETag"), "\"" + std::string(voice.at("sha256").as_string()) + "\"");
  EXPECT_EQ(status_of(fetch(url, "If-None-Match: " + field_of(heard, "ETag") + "\r\n")), "304");
}

TEST_F(PeerTest, LearnsHowLongItHolds) {
  const std::string target = std::string(kDocument) + "alice@example.org";
  const auto whole = fetch(target);
  EXPECT_EQ(field_of(whole, "Cache-Control"), "private, max-age=3600, stale-if-error=604800");
  const auto same = fetch(target, "If-None-Match: " + field_of(whole, "ETag") + "\r\n");
  EXPECT_EQ(status_of(same), "304");
  EXPECT_EQ(field_of(same, "Cache-Control"), field_of(whole, "Cache-Control"));
  const std::string url(boost::json::parse(body_of(whole)).at("voice").at(0).at("url").as_string());
  EXPECT_EQ(field_of(fetch(url), "Cache-Control"), "private, max-age=604800, immutable");
  // Who is not here may be here in a minute: that is the asking server's own time to keep.
  EXPECT_EQ(field_of(document("nobody%40example.org"), "Cache-Control"), "no-store");
}

TEST_F(PeerTest, LearnsHowLargeAPictureIs) {
  const std::string jpeg = "\xFF\xD8\xFF\xC0\0\x0B\x08\0\x64\x01\x2C\1\1\x11\0\xFF\xDA\0\2x\xFF\xD9"s;
  service::done(signatures.set(world.alice, "alice@example.org", {.image = jpeg}));
  const auto image = boost::json::parse(body_of(document("alice%40example.org"))).at("image").as_object();
  EXPECT_EQ(image.at("width"), 300);
  EXPECT_EQ(image.at("height"), 100);
}

TEST_F(PeerTest, AnAnswerToAPeerSaysThatItIsOne) {
  for (const auto* user : {"alice@example.org", "nobody@example.org"}) {
    EXPECT_EQ(field_of(document(user), "Paraph-Peer"), "yes");
    EXPECT_EQ(
        field_of(ask("GET", std::string(kDocument) + user, bearer("not a token of anybody") + "\r\n"), "Paraph-Peer"),
        "(none)");
  }
}

TEST_F(PeerTest, ANewTokenTakesThePlaceOfTheOldOne) {
  const std::string target = std::string(kDocument) + "alice@example.org";
  const std::string next = "another token, of thirty-two octets";
  EXPECT_EQ(status_of(fetch(target)), "200");
  peers.renew({{.name = "branch", .token = next, .subject = ""}, {.name = "hq", .token = "", .subject = "CN=hq"}});
  EXPECT_EQ(status_of(fetch(target)), "404");
  EXPECT_EQ(status_of(ask("GET", target, bearer(next) + "\r\n")), "200");
}

TEST_F(PeerTest, RevalidatesByTheRevision) {
  const std::string target = std::string(kDocument) + "alice@example.org";
  const auto tag = field_of(fetch(target), "ETag");
  const auto same = fetch(target, "If-None-Match: " + tag + "\r\n");
  EXPECT_EQ(status_of(same), "304");
  EXPECT_EQ(field_of(same, "ETag"), tag);
  service::done(signatures.set(world.alice, "alice@example.org", {.text = "A."}));
  EXPECT_EQ(status_of(fetch(target, "If-None-Match: " + tag + "\r\n")), "200");
}

TEST_F(PeerTest, LearnsWhoIsHereAndWhoSaysNothing) {
  EXPECT_EQ(status_of(document("nobody%40example.org")), "404");
  const auto bob = document("bob%40example.org");
  EXPECT_EQ(status_of(bob), "200");
  EXPECT_EQ(boost::json::parse(body_of(bob)).at("text"), "");
  EXPECT_EQ(field_of(bob, "ETag"), "\"none\"");
  service::done(world.accounts.set_signature_on(world.alice, false));
  EXPECT_EQ(boost::json::parse(body_of(document("alice%40example.org"))).at("text"), "");
}

TEST_F(PeerTest, AsksForSomeoneInParticular) {
  EXPECT_EQ(status_of(fetch("/.well-known/paraph/signature")), "400");
  EXPECT_EQ(status_of(fetch("/.well-known/paraph/signature?user=a&user=b")), "400");
  EXPECT_EQ(status_of(document("%ff")), "400");
}

TEST_F(PeerTest, GetsNobodyElsesMedia) {
  const auto json = boost::json::parse(body_of(document("alice%40example.org")));
  const auto sha256 = std::string(json.at("voice").at(0).at("sha256").as_string());
  EXPECT_EQ(status_of(fetch("/.well-known/paraph/media/" + sha256 + "?user=bob%40example.org")), "404");
  EXPECT_EQ(status_of(fetch("/.well-known/paraph/media/?user=alice%40example.org")), "404");
  EXPECT_EQ(status_of(fetch("/.well-known/paraph/media/" + sha256)), "400");
}

TEST_F(PeerTest, AStrangerGetsTheSameWhateverIsAsked) {
  const auto nothing = ask("GET", "/nothing", "Authorization: Bearer x\r\n");
  EXPECT_EQ(status_of(nothing), "404");
  const std::string targets[] = {std::string(kDocument) + "alice%40example.org",
                                 std::string(kDocument) + "nobody%40example.org", "/.well-known/paraph/signature",
                                 "/.well-known/paraph/media/00?user=alice%40example.org"};
  const std::string proofs[] = {bearer("wrong"),
                                bearer(std::string(kToken) + "x"),
                                bearer(kToken.substr(1)),
                                "Authorization: Bearer ",
                                alice(),
                                "Authorization: Token " + std::string(kToken)};
  for (const auto& target : targets) {
    for (const auto& proof : proofs) EXPECT_EQ(ask("GET", target, proof + "\r\n"), nothing) << target << " " << proof;
    EXPECT_EQ(status_of(ask("PUT", target, bearer("wrong") + "\r\n", "x")), "404");
  }
  EXPECT_EQ(status_of(ask("PUT", targets[0], bearer() + "\r\n", "x")), "405");
}

TEST_F(PeerTest, ATokenInClearFromElsewhereProvesNothing) {
  const auto question = "GET " + std::string(kDocument) +
                        "alice@example.org HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + bearer() + "\r\n\r\n";
  EXPECT_EQ(status_of(say(question, {.peer = kElsewhere})), "404");
  EXPECT_EQ(status_of(say(question)), "200");
}

Task<std::string> say_in_tls(net::Stream& client, std::string octets) {
  const auto secured = co_await client.start_tls(net::memory::tls_context());
  if (!secured) co_return secured.error().text;
  auto all = co_await TestServer::say_all(client, octets);
  co_return all;
}

TEST_F(PeerTest, ACertificateProvesWhoAsks) {
  const auto question =
      "GET " + std::string(kDocument) + "alice@example.org HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  const std::pair<std::string, std::string> cases[] = {
      {"CN=hq.example.org", "200"}, {"CN=hq.example.org,O=Evil", "404"}, {"", "404"}};
  for (const auto& [subject, status] : cases) {
    const auto client = connect({.peer = kElsewhere, .peer_subject = subject}, Tls::Implicit);
    EXPECT_EQ(status_of(net::run_task(context, say_in_tls(*client, question))), status) << subject;
    context.restart();
    context.poll();
  }
}

TEST_F(PeerTest, AsksNotTooMuch) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(status_of(document("bob@example.org")), "200");
  const auto refused = document("bob@example.org");
  EXPECT_EQ(status_of(refused), "429");
  EXPECT_EQ(field_of(refused, "Retry-After"), "1");
  world.clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(status_of(document("bob@example.org")), "200");
  EXPECT_EQ(status_of(document("bob@example.org")), "200");
  EXPECT_EQ(status_of(document("bob@example.org")), "429");
}

TEST(Peers, AnEmptyTokenIsNobodys) {
  FakeClock clock{service::kTestTime};
  const Peers peers({{.name = "hq", .token = "", .subject = "CN=hq"}}, clock);
  EXPECT_EQ(peers.find("", ""), std::nullopt);
  EXPECT_EQ(peers.find("", "CN=hq"), 0u);
  EXPECT_EQ(peers.find("CN=hq", ""), std::nullopt);
}

}  // namespace
}  // namespace paraph::session_http
