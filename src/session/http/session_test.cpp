#include "session/http/session.h"

#include <gmock/gmock.h>

#include "session/http/testing.h"

namespace paraph::session_http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct SessionTest : ::testing::Test, TestServer {};

constexpr std::string_view kAsk = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kAskLast = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

std::size_t count(std::string_view text, std::string_view needle) {
  std::size_t found = 0;
  for (auto at = text.find(needle); at != std::string_view::npos; at = text.find(needle, at + 1)) ++found;
  return found;
}

TEST_F(SessionTest, AnswersInTheOrderOfTheQuestions) {
  const auto got = say(std::string(kAsk) + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(kAskLast));
  EXPECT_EQ(count(got, "HTTP/1.1 "), 3u);
  EXPECT_THAT(got, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_LT(got.find("404 Not Found"), got.rfind("200 OK"));
  EXPECT_EQ(field_of(got, "Connection"), "keep-alive");
  EXPECT_EQ(field_of(got, "Content-Length"), "3");
  EXPECT_THAT(got, ::testing::EndsWith("\r\nConnection: close\r\n\r\nok\n"));
}

TEST_F(SessionTest, TheSameHoweverTheOctetsAreCut) {
  const std::string octets = "PUT /api/v1/signature/text HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n" + alice() +
                             "\r\n\r\nAlice" + std::string(kAskLast);
  const auto whole = say(octets);
  EXPECT_EQ(count(whole, "200 OK"), 2u);
  EXPECT_EQ(say(octets, {.read_bytes_max = 1, .peer = kHere}), whole);
}

TEST_F(SessionTest, HeadIsGetWithoutTheBody) {
  const auto got = say("HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(field_of(got, "Content-Length"), "3");
  EXPECT_EQ(body_of(got), "");
}

TEST_F(SessionTest, Http10ClosesUnlessAskedNotTo) {
  EXPECT_EQ(field_of(say("GET /healthz HTTP/1.0\r\n\r\n"), "Connection"), "close");
  const auto got = say("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(count(got, "200 OK"), 2u);
}

TEST_F(SessionTest, WhatMakesNoSenseEndsTheConnection) {
  const std::pair<std::string, std::string> cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", "400"},
      {"GET http:// HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
      {"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
      {"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", "501"},
      {"GET / HTTP/3.0\r\nHost: x\r\n\r\n", "505"},
      {"GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(kHeadBytesMax, 'y'), "431"},
  };
  for (const auto& [octets, status] : cases) {
    const auto got = say(octets + std::string(kAsk));
    EXPECT_EQ(status_of(got), status) << octets.substr(0, 80);
    EXPECT_EQ(field_of(got, "Connection"), "close");
    EXPECT_EQ(count(got, "\r\nDate: "), 1u) << "what follows is not taken for a request";
    EXPECT_THAT(body_of(got), StartsWith("{\"error\":\""));
  }
}

TEST_F(SessionTest, ABadAddressIsAnsweredAndTheNextRequestToo) {
  const auto got = say("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(kAskLast));
  EXPECT_EQ(status_of(got), "400");
  EXPECT_THAT(got, HasSubstr("200 OK"));
}

TEST_F(SessionTest, AMethodThatIsNotOfferedIsToldWhichAre) {
  const auto got = ask("POST", "/api/v1/signature", "", "x");
  EXPECT_EQ(status_of(got), "405");
  EXPECT_EQ(field_of(got, "Allow"), "GET, HEAD, PUT, DELETE");
}

TEST_F(SessionTest, AClientThatWaitsIsToldToGoOn) {
  const auto head = "PUT /api/v1/signature/text HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n";
  const auto got = say(head + alice() + "\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_THAT(got, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
  const auto refused = say(std::string(head) + "Content-Length: 2\r\n\r\n");
  EXPECT_EQ(status_of(refused), "401") << "and no body is asked for";
  EXPECT_EQ(status_of(ask("GET", "/healthz", "Expect: wonders\r\n")), "417");
}

TEST_F(SessionTest, ABodyThatIsTooLargeIsNotWaitedFor) {
  const auto head = "PUT /api/v1/signature/text HTTP/1.1\r\nHost: x\r\n" + alice() + "\r\n";
  const auto got = say(head + "Content-Length: 99999999\r\n\r\n");
  EXPECT_EQ(status_of(got), "413");
  EXPECT_EQ(field_of(got, "Connection"), "close");
  EXPECT_EQ(status_of(say(head + "Transfer-Encoding: chunked\r\n\r\n100000\r\n")), "413");
  EXPECT_EQ(status_of(say(head + "Connection: close\r\n\r\n")), "411");
}

TEST_F(SessionTest, WhatTheImporterWouldRefuseForItsSizeIsNotTaken) {
  world.limits.signature_upload_bytes_max = 100;
  for (const auto* part : {"voice", "image"}) {
    const auto head = "PUT /api/v1/signature/" + std::string(part) + " HTTP/1.1\r\nHost: x\r\n" + alice() + "\r\n";
    const auto got = say(head + "Content-Length: 101\r\n\r\n");
    EXPECT_EQ(status_of(got), "413");
    EXPECT_THAT(body_of(got), HasSubstr("has 101 octets, and 100 are"));
    EXPECT_EQ(status_of(say(head + "Transfer-Encoding: chunked\r\n\r\n65\r\n")), "413");
    EXPECT_NE(status_of(say(head + "Connection: close\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x'))), "413");
  }
}

TEST_F(SessionTest, ASlowHeadHasOneDeadline) {
  const auto client = connect({.peer = kHere});
  net::run_task(context, client->write("GET / HT"));
  context.poll();
  side->pass(std::chrono::seconds(29));
  context.poll();
  net::run_task(context, client->write("TP/1.1\r\n"));
  context.restart();
  context.poll();
  side->pass(std::chrono::seconds(2));
  context.restart();
  context.poll();
  const auto got = net::run_task(context, net::read_to_end(*client));
  EXPECT_EQ(status_of(got), "408");
  EXPECT_EQ(gate.running(), 0u);
}

TEST_F(SessionTest, ASlowBodyHasOneDeadline) {
  const auto client = connect({.peer = kHere});
  const auto head = "PUT /api/v1/signature/text HTTP/1.1\r\nHost: x\r\n" + alice() + "\r\nContent-Length: 5\r\n\r\nhe";
  net::run_task(context, client->write(head));
  context.restart();
  context.poll();
  side->pass(world.limits.data_timeout + std::chrono::seconds(1));
  const auto got = net::run_task(context, net::read_to_end(*client));
  EXPECT_EQ(status_of(got), "408");
}

TEST_F(SessionTest, AnIdleConnectionEndsWithoutAWord) {
  const auto client = connect({.peer = kHere});
  net::run_task(context, client->write(kAsk));
  context.restart();
  context.poll();
  side->pass(std::chrono::seconds(61));
  const auto got = net::run_task(context, net::read_to_end(*client));
  EXPECT_EQ(count(got, "HTTP/1.1 "), 1u);
  EXPECT_EQ(status_of(got), "200");
}

TEST_F(SessionTest, AStoppingServerEndsWhatRestsAndAnswersWhatDoesNot) {
  const auto resting = connect({.peer = kHere});
  auto* first = side;
  const auto asking = connect({.peer = kHere});
  net::run_task(context, asking->write("GET / HTTP/1.1\r\n"));
  context.restart();
  context.poll();
  gate.stop();
  first->poke();
  side->poke();
  context.restart();
  context.poll();
  EXPECT_EQ(net::run_task(context, net::read_to_end(*resting)), "");
  EXPECT_EQ(status_of(net::run_task(context, net::read_to_end(*asking))), "503");
  EXPECT_EQ(gate.running(), 0u);
}

TEST_F(SessionTest, ClientsThatLeaveInTheMiddleLeaveNothingBehind) {
  const auto head = "PUT /api/v1/signature/text HTTP/1.1\r\nHost: x\r\n" + alice() + "\r\nContent-Length: 5\r\n\r\nhe";
  for (std::size_t cut = 0; cut <= head.size(); ++cut) {
    auto client = connect({.peer = kHere});
    net::run_task(context, client->write(head.substr(0, cut)));
    client.reset();
    context.restart();
    context.poll();
    ASSERT_EQ(gate.running(), 0u) << cut;
  }
  EXPECT_TRUE(service::done(signatures.current(world.alice)).empty());
}

TEST_F(SessionTest, TooManyStrangersAreTurnedAway) {
  world.limits.sessions_unauthenticated_max = 1;
  const auto first = connect({.peer = kElsewhere});
  context.poll();
  const auto got = say(std::string(kAsk));
  EXPECT_EQ(status_of(got), "503");
  EXPECT_EQ(field_of(got, "Connection"), "close");
}

TEST_F(SessionTest, ConnectionsOverTheLimitAreToldSo) {
  auto [ours, theirs] = net::memory::make_pair(context.get_executor());
  net::spawn(gate, context.get_executor(), "http", refuse(server, Tls::None, std::move(ours)));
  EXPECT_EQ(status_of(net::run_task(context, net::read_to_end(*theirs))), "503");
}

TEST_F(SessionTest, HealthAndReadiness) {
  EXPECT_EQ(body_of(ask("GET", "/healthz")), "ok\n");
  EXPECT_EQ(body_of(ask("GET", "/readyz")), "ok\n");
}

TEST_F(SessionTest, MetricsAreForThisMachineAndForPeers) {
  const std::string question = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
  const auto here = say(question + "\r\n");
  EXPECT_EQ(field_of(here, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(body_of(here), HasSubstr("\nparaph_http_answers_total{status=\"2xx\"} "));
  const auto nothing = say("GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status_of(nothing), "404");
  EXPECT_EQ(say(question + "\r\n", {.peer = kElsewhere}), nothing);
  EXPECT_EQ(say(question + "X-Forwarded-For: 192.0.2.1\r\n\r\n"), nothing);
  EXPECT_EQ(say(question + bearer() + "\r\n\r\n", {.peer = kElsewhere}), nothing) << "a token in clear proves nothing";
  EXPECT_EQ(status_of(say(question + bearer() + "\r\nForwarded: for=192.0.2.1\r\n\r\n")), "200");
}

}  // namespace
}  // namespace paraph::session_http
