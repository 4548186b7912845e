#include "source/paraph/paraph_remote.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "crypto/sha256.h"
#include "source/web/testing.h"

namespace paraph::source::paraph {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using web::http_answer;

constexpr const char* kOwner = "alice+x@example.org";
constexpr std::string_view kVoice = "a recording";

std::string media(const std::string& url, std::string_view octets) {
  const auto id = crypto::sha256(octets);
  return R"({"url":")" + url + R"(","type":"audio/AMR","sha256":")" + hex(id.view()) + R"(","size":)" +
         std::to_string(octets.size()) + "}";
}

std::string document(const std::string& rest) {
  return std::string(R"({"version":1,"user":")") + kOwner + "\"" + rest + "}";
}

/// The other Paraph: one document, and one recording that is found under any other path.
struct ParaphRemoteTest : testing::Test {
  std::string serve(const std::string& head) {
    if (head.contains("If-None-Match: \"v1\"")) return http_answer("304 Not Modified", "", "ETag: \"v1\"\r\n");
    if (head.starts_with("GET /.well-known/paraph/signature?"))
      return http_answer(status, said, "ETag: \"v1\"\r\nCache-Control: max-age=60\r\n" + fields);
    return http_answer(media_status, std::string(kVoice));
  }
  Result<Fetched> fetch(const std::string& tag = "") {
    web::Access access;
    access.token = "secret";
    ParaphRemote remote({.name = "hq", .url = server.url("/"), .access = access, .found = {}});
    return remote.fetch(kOwner, tag);
  }
  std::string status = "200 OK", said, fields, media_status = "200 OK";
  web::ScriptedServer server{[this](const std::string& head) { return serve(head); }};
};

TEST_F(ParaphRemoteTest, FetchesTheDocumentAndItsMedia) {
  said = document(R"(,"text":"Alice","html":"<b>A</b>","notAfter":"2026-11-28T07:30:00Z","voice":[)" +
                  media("/.well-known/paraph/media/1?user=x", kVoice) + "]");
  const auto fetched = fetch();
  ASSERT_TRUE(fetched) << fetched.error().text;
  EXPECT_EQ(fetched->text, "Alice");
  EXPECT_EQ(fetched->html, "<b>A</b>");
  EXPECT_EQ(fetched->tag, "\"v1\"");
  EXPECT_EQ(fetched->fresh_for, std::chrono::seconds(60));
  EXPECT_TRUE(fetched->not_after);
  ASSERT_THAT(fetched->voice, SizeIs(1));
  EXPECT_EQ(fetched->voice[0].octets, kVoice);
  EXPECT_EQ(fetched->voice[0].declared_type, "audio/AMR");
  const auto heads = server.heads();
  ASSERT_THAT(heads, SizeIs(2));
  EXPECT_THAT(heads[0], StartsWith("GET /.well-known/paraph/signature?user=alice%2Bx%40example.org HTTP/1.1\r\n"));
  EXPECT_THAT(heads[1], StartsWith("GET /.well-known/paraph/media/1?user=x HTTP/1.1\r\n"));
  for (const auto& head : heads) EXPECT_THAT(head, HasSubstr("Authorization: Bearer secret\r\n"));
}

TEST_F(ParaphRemoteTest, AsksWhetherItsTagIsStillRight) {
  const auto fetched = fetch("\"v1\"");
  ASSERT_TRUE(fetched);
  EXPECT_TRUE(fetched->unchanged);
}

TEST_F(ParaphRemoteTest, AbsenceIsBelievedOnlyOfAServerThatKnowsUs) {
  status = "404 Not Found";
  EXPECT_EQ(fetch().error().code, Code::BadInput) << "what is kept stays, and the place is not left alone";
  fields = "Paraph-Peer: yes\r\n";
  EXPECT_EQ(fetch().error().code, Code::NotFound);
}

TEST_F(ParaphRemoteTest, WhatTheServerSaysOfItself) {
  const std::pair<std::string, Code> cases[] = {{"404 Not Found", Code::BadInput},
                                                {"401 Unauthorized", Code::Unavailable},
                                                {"500 Oops", Code::Unavailable},
                                                {"200 OK", Code::Unavailable}};  // and no document
  for (const auto& [line, code] : cases) {
    status = line;
    EXPECT_EQ(fetch().error().code, code) << line;
  }
}

TEST_F(ParaphRemoteTest, LeavesOutWhatIsNotWhatTheDocumentSays) {
  const auto other = media("/m", "b recording"), longer = media("/m", "a recording!"), right = media("/m", kVoice);
  const auto elsewhere = media("http://127.0.0.1:1/m", kVoice), user = media("https://a:b@h.example/m", kVoice),
             none = media("gopher://h.example/m", kVoice);
  for (const auto& wrong : {other, longer, elsewhere, user, none}) {
    said = document(R"(,"text":"Alice","image":)" + wrong + R"(,"voice":[)" + wrong + "," + right + "]");
    const auto fetched = fetch();
    ASSERT_TRUE(fetched) << wrong << fetched.error().text;
    EXPECT_FALSE(fetched->image) << wrong;
    ASSERT_THAT(fetched->voice, SizeIs(1)) << wrong;
    EXPECT_EQ(fetched->voice[0].octets, kVoice);
  }
}

TEST_F(ParaphRemoteTest, MediaThatAreGoneOrFailAreAskedForAgainAnotherTime) {
  said = document(R"(,"text":"Alice","voice":[)" + media("/m", kVoice) + "]");
  for (const auto* line : {"404 Not Found", "500 Oops"}) {
    media_status = line;
    EXPECT_EQ(fetch().error().code, Code::Unavailable) << line;
  }
}

TEST_F(ParaphRemoteTest, NothingOfOursIsShownElsewhere) {
  web::ScriptedServer elsewhere([](const std::string&) { return std::string("no TLS\r\n"); });
  const auto port = elsewhere.port();
  said = document(R"(,"text":"Alice","image":)" + media("https://cdn.example:" + std::to_string(port) + "/m", kVoice));
  web::Access own{.token = "secret"}, found;
  found.found_ports = {port};
  found.resolve = {"cdn.example:" + std::to_string(port) + ":127.0.0.1"};
  ParaphRemote strict({.name = "hq", .url = server.url(""), .access = own, .found = found});
  EXPECT_FALSE(strict.fetch(kOwner, "")->image);
  EXPECT_EQ(elsewhere.connections(), 0) << "the name leads inside";
  found.may_reach = [](const sockaddr&) { return true; };
  ParaphRemote lax({.name = "hq", .url = server.url(""), .access = own, .found = found});
  EXPECT_FALSE(lax.fetch(kOwner, "")->image);
  EXPECT_EQ(elsewhere.connections(), 1);
  EXPECT_THAT(elsewhere.heads().at(0), Not(HasSubstr("secret")));
}

TEST_F(ParaphRemoteTest, TakesNoMoreThanAMegabyteInAll) {
  std::string large(900'000, 'x');
  web::ScriptedServer big([&](const std::string& head) {
    if (head.starts_with("GET /m")) return http_answer("200 OK", large);
    return http_answer("200 OK", document(R"(,"text":"Alice","image":)" + media("/m1", large) + R"(,"voice":[)" +
                                          media("/m2", large) + "]"));
  });
  ParaphRemote remote({.name = "hq", .url = big.url(""), .access = {}, .found = {}});
  const auto fetched = remote.fetch(kOwner, "");
  ASSERT_TRUE(fetched) << fetched.error().text;
  EXPECT_TRUE(fetched->image);
  EXPECT_THAT(fetched->voice, SizeIs(0));
}

}  // namespace
}  // namespace paraph::source::paraph
