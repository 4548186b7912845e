#include "source/vcard/vcard_source.h"

#include <gmock/gmock.h>

#include <string>

#include "source/web/testing.h"

namespace paraph::source::vcard {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using web::http_answer;
using web::ScriptedServer;

std::string card(const std::string& lines) {
  return "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Alice\r\nEMAIL:alice@example.org\r\n" + lines + "END:VCARD\r\n";
}

Result<Fetched> fetch(Options options, const std::string& tag = "", const std::string& owner = "alice@example.org") {
  options.timeout = std::chrono::seconds(10);
  const auto remote = make_vcard(std::move(options));
  if (!remote) return fail(remote.error().code, remote.error().text);
  return (*remote)->fetch(owner, tag);
}

std::string outcome(const Result<Fetched>& fetched) {
  if (fetched) return "found";
  const auto code = fetched.error().code;
  return (code == Code::NotFound   ? "not found: "
          : code == Code::BadInput ? "not now: "
                                   : "unavailable: ") +
         fetched.error().text;
}

TEST(Get, ACardByItsAddress) {
  ScriptedServer server([](const std::string& head) {
    if (!head.starts_with("GET /cards/alice%40example.org.vcf ")) return http_answer("404 Not Found", "");
    if (head.contains("If-None-Match: \"v1\"")) return http_answer("304 Not Modified", "");
    return http_answer("200 OK", card("PHOTO:data:image/png;base64,YWJj\r\nSOUND:data:audio/wav,w\r\n"),
                       "ETag: \"v1\"\r\n");
  });
  const Options options{.url = server.url("/cards/%u.vcf")};
  const auto first = fetch(options).value();
  EXPECT_EQ(first.tag, "\"v1\"");
  EXPECT_EQ(first.image->octets, "abc");
  EXPECT_EQ(first.voice.at(0).declared_type, "audio/wav");
  EXPECT_THAT(first.fields, Contains(Pair("displayName", "Alice")));
  EXPECT_TRUE(fetch(options, "\"v1\"").value().unchanged);
  EXPECT_THAT(outcome(fetch(options, "", "bob@example.org")), HasSubstr("not found"));
}

TEST(Get, AnAnswerThatIsNoCard) {
  ScriptedServer server([](const std::string&) { return http_answer("200 OK", "<html>log in first</html>"); });
  EXPECT_THAT(outcome(fetch({.url = server.url("/book.vcf")})), HasSubstr("unavailable: the answer is no vCard"));
}

TEST(Get, AWholeBookThatIsNotThere) {
  ScriptedServer server([](const std::string&) { return http_answer("404 Not Found", ""); });
  EXPECT_THAT(outcome(fetch({.url = server.url("/book.vcf")})),
              HasSubstr("unavailable: the address book is not there"));
  EXPECT_THAT(outcome(fetch({.url = server.url("/book/")})), HasSubstr("unavailable: the address book is not there"));
  EXPECT_THAT(outcome(fetch({.url = server.url("/%l.vcf")})), HasSubstr("not found"));
}

TEST(Media, OfTheSameHostWithoutCredentials) {
  ScriptedServer server([&](const std::string& head) {
    if (head.starts_with("GET /photo")) return http_answer("200 OK", "picture", "Content-Type: image/jpeg\r\n");
    if (head.starts_with("GET /gone")) return http_answer("410 Gone", "");
    const auto port = head.substr(head.find("127.0.0.1:") + 10,
                                  head.find("\r\n", head.find("127.0.0.1:")) - head.find("127.0.0.1:") - 10);
    return http_answer(
        "200 OK", card("PHOTO:http://127.0.0.1:" + port + "/photo\r\nSOUND:http://127.0.0.1:" + port + "/gone\r\n"),
        "ETag: \"v\"\r\n");
  });
  const auto fetched = fetch({.url = server.url("/%l"), .access = {.user = "u", .password = "p"}}).value();
  ASSERT_TRUE(fetched.image);
  EXPECT_EQ(fetched.image->octets, "picture");
  EXPECT_EQ(fetched.image->declared_type, "image/jpeg");
  EXPECT_THAT(fetched.voice, IsEmpty());
  EXPECT_EQ(fetched.tag, "");
  EXPECT_THAT(server.heads().at(0), HasSubstr("Authorization: Basic"));
  EXPECT_THAT(server.heads().at(1), Not(HasSubstr("Authorization")));
}

TEST(Media, OfAnotherHostOnlyWhenAllowed) {
  ScriptedServer elsewhere([](const std::string&) { return http_answer("200 OK", "picture"); });
  std::string photo;
  ScriptedServer server([&](const std::string&) { return http_answer("200 OK", card("PHOTO:" + photo + "\r\n")); });
  const std::string elsewhere_port = std::to_string(elsewhere.port());
  for (const std::string& address :
       {elsewhere.url("/p"), "https://127.0.0.1:" + elsewhere_port + "/p", std::string("https://cdn.example.org/p"),
        "https://user@127.0.0.1:" + std::to_string(server.port()) + "/p", std::string("http://[::1]/p"),
        "http://localhost:" + elsewhere_port + "/p"}) {
    photo = address;
    const auto fetched = fetch({.url = server.url("/%l")});
    ASSERT_EQ(outcome(fetched), "found") << address;
    EXPECT_FALSE(fetched->image) << address;
  }
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(Media, OfAnAllowedHostByTheRulesForFoundAddresses) {
  ScriptedServer elsewhere([](const std::string&) { return http_answer("200 OK", "picture"); });
  const std::string port = std::to_string(elsewhere.port());
  ScriptedServer server([&](const std::string&) {
    return http_answer("200 OK", card("PHOTO:https://cdn.example.org:" + port + "/p\r\n"));
  });
  Options options{.url = server.url("/%l"), .media_hosts = {"cdn.example.org"}};
  options.found.found_ports = {elsewhere.port()};
  options.found.resolve = {"cdn.example.org:" + port + ":127.0.0.1"};
  const auto refused = fetch(options);  // the name leads to this machine
  ASSERT_EQ(outcome(refused), "found");
  EXPECT_FALSE(refused->image);
  EXPECT_EQ(elsewhere.connections(), 0);
  options.found.may_reach = [](const sockaddr&) { return true; };
  EXPECT_THAT(outcome(fetch(options)), HasSubstr("not now: "));  // reached, and it speaks no TLS
  EXPECT_EQ(elsewhere.connections(), 1);
}

TEST(Options, WhatIsRefused) {
  for (const std::string url : {"https://%d/x", "ftp://e.org/", "e.org", "", "https://e .org/"})
    EXPECT_EQ(fetch({.url = url}).error().code, Code::BadInput) << url;
}

TEST(FoundCard, WithItsMediaInIt) {
  ScriptedServer server([](const std::string& head) {
    if (head.starts_with("GET /a"))
      return http_answer("200 OK", card("PHOTO:https://e.org/p\r\nSOUND:data:audio/wav,w\r\n"));
    return http_answer("200 OK", "no card");
  });
  web::Fetcher fetcher(web::Access{});
  const auto found = read_found_card(fetcher, server.url("/a"), "alice@example.org", std::chrono::seconds(10)).value();
  EXPECT_FALSE(found.image);
  EXPECT_EQ(found.voice.at(0).octets, "w");
  EXPECT_EQ(read_found_card(fetcher, server.url("/b"), "alice@example.org", std::chrono::seconds(10)).error().code,
            Code::BadInput);
  EXPECT_EQ(server.connections(), 2);
}

}  // namespace
}  // namespace paraph::source::vcard
