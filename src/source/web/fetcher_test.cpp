#include "source/web/fetcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "source/web/testing.h"

namespace paraph::source::web {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Request get(std::string url) {
  Request request;
  request.url = std::move(url);
  return request;
}

Code code_of(const Result<Response>& response) { return response ? Code::Exists : response.error().code; }

TEST(Fetcher, GetsABodyAndWhatIsSaidOfIt) {
  ScriptedServer server([](const std::string&) {
    return http_answer("200 OK", "hello",
                       "ETag: \"v1\"\r\nContent-Type: Application/JSON; charset=utf-8\r\nCache-Control: private, "
                       "max-age=60\r\n");
  });
  Fetcher fetcher(Access{});
  const auto response = fetcher.fetch(get(server.url("/a?user=x")));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(response->tag, "\"v1\"");
  EXPECT_EQ(response->media_type, "application/json");
  EXPECT_EQ(response->fresh_for, std::chrono::seconds(60));
  EXPECT_EQ(response->url, server.url("/a?user=x"));
  EXPECT_FALSE(response->unchanged);
}

TEST(Fetcher, ReadsHowLongAnAnswerHolds) {
  const std::pair<const char*, std::optional<std::chrono::seconds>> cases[] = {
      {"max-age=60", std::chrono::seconds(60)},
      {"Private, Max-Age=0", std::chrono::seconds(0)},
      {"private, no-cache", std::nullopt},
      {"max-age=60, no-store", std::nullopt},
      {"max-age=-1", std::nullopt},
      {"max-age=99999999999999999999", std::nullopt},
      {"s-maxage=5", std::nullopt}};
  for (const auto& [line, time] : cases) {
    ScriptedServer server(
        [&](const std::string&) { return http_answer("200 OK", "", "Cache-Control: " + std::string(line) + "\r\n"); });
    Fetcher fetcher(Access{});
    EXPECT_EQ(fetcher.fetch(get(server.url("/")))->fresh_for, time) << line;
  }
}

TEST(Fetcher, ShowsItsTokenAndTag) {
  ScriptedServer server([](const std::string&) { return http_answer("304 Not Modified", ""); });
  Fetcher fetcher(Access{.token = "secret"});
  auto request = get(server.url("/a"));
  request.tag = "\"v1\"";
  const auto response = fetcher.fetch(request);
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->unchanged);
  EXPECT_THAT(server.heads().at(0), AllOf(HasSubstr("GET /a HTTP/1.1\r\n"), HasSubstr("If-None-Match: \"v1\"\r\n"),
                                          HasSubstr("Authorization: Bearer secret\r\n"), Not(HasSubstr("Cookie"))));
}

TEST(Fetcher, SendsABodyWithAnotherMethod) {
  ScriptedServer server([](const std::string&) { return http_answer("207 Multi-Status", "<x/>"); });
  Fetcher fetcher(Access{.user = "alice", .password = "pw"});
  auto request = get(server.url("/"));
  request.method = "REPORT";
  request.body = "<q/>";
  request.headers = {"Depth: 1"};
  ASSERT_TRUE(fetcher.fetch(request));
  EXPECT_THAT(server.heads().at(0),
              AllOf(HasSubstr("REPORT / HTTP/1.1\r\n"), HasSubstr("Depth: 1\r\n"),
                    HasSubstr("Authorization: Basic YWxpY2U6cHc=\r\n"), HasSubstr("Content-Length: 4\r\n")));
}

TEST(Fetcher, SaysWhatAStatusMeans) {
  const std::pair<const char*, Code> cases[] = {
      {"404 Not Found", Code::NotFound},      {"410 Gone", Code::NotFound},    {"401 Unauthorized", Code::Unavailable},
      {"403 Forbidden", Code::Unavailable},   {"500 Oops", Code::Unavailable}, {"503 Busy", Code::Unavailable},
      {"304 Not Modified", Code::Unavailable}};  // nobody asked with a tag
  for (const auto& [status, code] : cases) {
    ScriptedServer server([&](const std::string&) { return http_answer(status, ""); });
    Fetcher fetcher(Access{});
    EXPECT_EQ(code_of(fetcher.fetch(get(server.url("/")))), code) << status;
  }
}

TEST(Fetcher, AbsenceMayHaveToBeMarked) {
  const std::pair<const char*, Code> cases[] = {{"", Code::BadInput}, {"known-here: yes\r\n", Code::NotFound}};
  for (const auto& [fields, code] : cases) {
    ScriptedServer server([&](const std::string&) { return http_answer("404 Not Found", "", fields); });
    Fetcher fetcher(Access{});
    auto request = get(server.url("/"));
    request.absence_field = "Known-Here";
    EXPECT_EQ(code_of(fetcher.fetch(request)), code) << fields;
  }
}

TEST(Fetcher, TakesNoLongerAnswerThanAskedFor) {
  ScriptedServer server([](const std::string&) { return http_answer("200 OK", std::string(2000, 'x')); });
  ScriptedServer endless([](const std::string&) { return "HTTP/1.1 200 OK\r\n\r\n" + std::string(3 << 20, 'x'); });
  ScriptedServer headers([](const std::string&) {
    return http_answer("200 OK", "",
                       "X-A: " + std::string(40000, 'x') + "\r\nX-B: " + std::string(40000, 'x') + "\r\n");
  });
  Fetcher fetcher(Access{});
  auto request = get(server.url("/"));
  request.bytes_max = 2000;
  EXPECT_TRUE(fetcher.fetch(request));
  request.bytes_max = 1999;
  EXPECT_EQ(code_of(fetcher.fetch(request)), Code::Unavailable);
  EXPECT_EQ(code_of(fetcher.fetch(get(endless.url("/")))), Code::Unavailable);
  EXPECT_EQ(code_of(fetcher.fetch(get(headers.url("/")))), Code::Unavailable);
}

TEST(Fetcher, WaitsNoLongerThanItsTimeout) {
  std::atomic<bool> end = false;
  ScriptedServer server([&](const std::string&) {
    end.wait(false);
    return std::string();
  });
  Fetcher fetcher(Access{});
  auto request = get(server.url("/"));
  request.timeout = std::chrono::milliseconds(50);
  EXPECT_EQ(code_of(fetcher.fetch(request)), Code::Unavailable);
  end = true;
  end.notify_all();
}

TEST(Fetcher, TellsOfWhatDoesNotAnswer) {
  std::uint16_t closed = 0;
  {
    closed = ScriptedServer([](const std::string&) { return std::string(); }).port();
  }
  ScriptedServer garbage([](const std::string&) { return std::string("\x16\x03\x01 what?\r\n\r\n"); });
  Fetcher fetcher(Access{});
  EXPECT_EQ(code_of(fetcher.fetch(get("http://127.0.0.1:" + std::to_string(closed) + "/"))), Code::Unavailable);
  EXPECT_EQ(code_of(fetcher.fetch(get(garbage.url("/")))), Code::Unavailable);
  EXPECT_EQ(code_of(fetcher.fetch(get("file:///etc/hostname"))), Code::Unavailable);
}

TEST(Fetcher, FollowsTwoRedirectsOnTheSameHost) {
  ScriptedServer server([](const std::string& head) {
    if (head.starts_with("GET /3 ")) return http_answer("200 OK", "there");
    const char next = static_cast<char>(head[5] + 1);
    return http_answer("302 Found", "", std::string("Location: /") + next + "\r\n");
  });
  Fetcher fetcher(Access{});
  const auto response = fetcher.fetch(get(server.url("/1")));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "there");
  EXPECT_EQ(response->url, server.url("/3"));
  EXPECT_EQ(code_of(fetcher.fetch(get(server.url("/0")))), Code::Unavailable);
}

TEST(Fetcher, FollowsNoRedirectElsewhere) {
  ScriptedServer elsewhere([](const std::string&) { return http_answer("200 OK", "secret"); });
  const std::string port = std::to_string(elsewhere.port());
  for (const auto& location : {elsewhere.url("/"), "http://localhost:" + port + "/", std::string("file:///etc/passwd"),
                               "//127.0.0.1:" + port + "/", std::string("")}) {
    ScriptedServer server(
        [&](const std::string&) { return http_answer("301 Moved", "", "Location: " + location + "\r\n"); });
    Fetcher fetcher(Access{.token = "secret"});
    EXPECT_EQ(code_of(fetcher.fetch(get(server.url("/")))), Code::Unavailable) << location;
  }
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(Fetcher, KnowsNoProxy) {
  ScriptedServer proxy([](const std::string&) { return http_answer("200 OK", "from the proxy"); });
  ScriptedServer server([](const std::string&) { return http_answer("200 OK", "itself"); });
  setenv("http_proxy", proxy.url("").c_str(), 1);
  Fetcher fetcher(Access{});
  const auto response = fetcher.fetch(get(server.url("/")));
  unsetenv("http_proxy");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "itself");
}

/// Nothing that an address in data leads to is even connected to when it is not public, however it is written.
TEST(Fetcher, AnAddressInDataIsNotConnectedTo) {
  ScriptedServer server([](const std::string&) { return http_answer("200 OK", "secret"); });
  const std::string port = std::to_string(server.port());
  Access access{.trust = Trust::Found, .found_ports = {443, server.port()}};
  access.resolve = {"rebound.example:" + port + ":127.0.0.1", "six.example:" + port + ":[::ffff:127.0.0.1]"};
  Fetcher fetcher(access);
  for (const std::string host :
       {"127.0.0.1",       "[::1]",      "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "0.0.0.0",         "0",
        "127.1",           "0x7f000001", "2130706433",         "localhost",         "rebound.example", "six.example",
        "169.254.169.254", "10.0.0.1",   "100.64.0.1",         "192.168.1.1",       "[fc00::1]",       "[fe80::1]",
        "224.0.0.1",       "[ff02::1]",  "alice@127.0.0.1"})
    EXPECT_EQ(code_of(fetcher.fetch(get("https://" + host + ":" + port + "/"))), Code::Denied) << host;
  EXPECT_EQ(code_of(fetcher.fetch(get("http://rebound.example:" + port + "/"))), Code::Denied);
  EXPECT_EQ(code_of(fetcher.fetch(get("https://rebound.example:25/"))), Code::Denied);
  EXPECT_EQ(server.connections(), 0);
}

/// The same name and port are connected to when the rule allows it: what was refused above was refused by the rule.
TEST(Fetcher, AnAddressInDataIsConnectedToWhenItIsAllowed) {
  ScriptedServer server([](const std::string&) { return std::string("no TLS here\r\n"); });
  const std::string port = std::to_string(server.port());
  Access access{.trust = Trust::Found, .token = "secret", .found_ports = {server.port()}};
  access.resolve = {"public.example:" + port + ":127.0.0.1"};
  access.may_reach = [](const sockaddr&) { return true; };
  Fetcher fetcher(access);
  auto request = get("https://public.example:" + port + "/");
  request.timeout = std::chrono::seconds(2);
  EXPECT_EQ(code_of(fetcher.fetch(request)), Code::Unavailable);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_THAT(server.heads().at(0), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace paraph::source::web
