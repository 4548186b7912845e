#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "crypto/sha256.h"
#include "session/http/testing.h"

namespace paraph::session_http {
namespace {

using ::testing::HasSubstr;

std::string amr(char fill) {
  std::string octets = "#!AMR\n";
  for (int i = 0; i < 100; ++i) octets += '\x3C' + std::string(31, fill);
  return octets;
}

struct SignatureApiTest : ::testing::Test, TestServer {
  std::string put(std::string_view part, const std::string& type, std::string_view octets,
                  const std::string& more = {}) {
    return ask("PUT", "/api/v1/signature/" + std::string(part), "Content-Type: " + type + "\r\n" + more, octets);
  }
  mail::Signature now() { return service::done(signatures.current(world.alice)); }
  std::string form(std::string_view parts, const std::string& boundary = "b\"; x=\"") {
    return ask("PUT", "/api/v1/signature", "Content-Type: multipart/form-data; boundary=b\r\n",
               std::string(parts) + (boundary.empty() ? "" : "--b--\r\n"));
  }
};

std::string field(std::string_view name, std::string_view octets, std::string_view more = {}) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"; filename=\"x\"\r\n" +
         std::string(more) + "\r\n" + std::string(octets) + "\r\n";
}

TEST_F(SignatureApiTest, IsEmptyAtFirst) {
  const auto got = ask("GET", "/api/v1/signature");
  EXPECT_EQ(status_of(got), "200");
  EXPECT_EQ(field_of(got, "ETag"), "\"none\"");
  EXPECT_EQ(body_of(got),
            "{\"number\":0,\"enabled\":true,\"revision\":\"\",\"text\":\"\",\"html\":\"\",\"voice\":[]}\n");
  for (const auto* part : {"text", "html", "image", "voice"})
    EXPECT_EQ(status_of(ask("GET", "/api/v1/signature/" + std::string(part))), "404") << part;
}

TEST_F(SignatureApiTest, PartsAreSetReadAndTakenAway) {
  EXPECT_EQ(status_of(put("text", "text/plain; charset=utf-8", "Alice")), "200");
  EXPECT_EQ(status_of(put("html", "text/html", "<b>Alice</b><script>x</script>")), "200");
  const auto set = put("voice", "audio/AMR", amr('a'));
  EXPECT_EQ(status_of(set), "200");
  const auto document = boost::json::parse(body_of(set)).as_object();
  EXPECT_EQ(document.at("number"), 3);
  EXPECT_EQ(document.at("html"), "<b>Alice</b>");
  const auto voice = document.at("voice").at(0).as_object();
  EXPECT_EQ(voice.at("duration"), 2);
  EXPECT_EQ(voice.at("size"), static_cast<int>(amr('a').size()));
  EXPECT_EQ(voice.at("type"), "audio/AMR");

  const auto text = ask("GET", "/api/v1/signature/text");
  EXPECT_EQ(body_of(text), "Alice");
  EXPECT_EQ(field_of(text, "Content-Type"), "text/plain; charset=utf-8");
  const auto html = ask("GET", "/api/v1/signature/html");
  EXPECT_EQ(field_of(html, "Content-Security-Policy"), "sandbox; default-src 'none'");
  EXPECT_EQ(field_of(html, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(field_of(html, "Content-Disposition"), "attachment; filename=\"signature.html\"");
  const auto heard = ask("GET", std::string(voice.at("url").as_string()));
  EXPECT_EQ(body_of(heard), amr('a'));
  EXPECT_EQ(field_of(heard, "Content-Type"), "audio/AMR");
  EXPECT_EQ(field_of(heard, "Content-Disposition"), "inline; filename=\"signature.amr\"");
  EXPECT_EQ(field_of(heard, "ETag"), "\"" + now().revision + "\"");
  EXPECT_EQ(status_of(ask("GET", "/api/v1/signature/voice?sha256=00")), "404");

  EXPECT_EQ(status_of(ask("DELETE", "/api/v1/signature/voice")), "200");
  EXPECT_TRUE(now().voice.empty());
  EXPECT_EQ(now().text, "Alice");
  EXPECT_EQ(status_of(ask("DELETE", "/api/v1/signature")), "200");
  EXPECT_TRUE(now().empty());
  EXPECT_EQ(now().number, 5u);
}

TEST_F(SignatureApiTest, PartOfARecording) {
  put("voice", "audio/AMR", amr('a'));
  const std::string tag = "\"" + now().revision + "\"";
  struct Case {
    std::string fields, status, range;
  };
  const Case cases[] = {
      {"Range: bytes=0-5\r\n", "206", "bytes 0-5/3206"},
      {"Range: bytes=-4\r\n", "206", "bytes 3202-3205/3206"},
      {"Range: bytes=3206-\r\n", "416", "bytes */3206"},
      {"Range: bytes=0-1,2-3\r\n", "200", "(none)"},
      {"Range: bytes=0-5\r\nIf-Range: " + tag + "\r\n", "206", "bytes 0-5/3206"},
      {"Range: bytes=0-5\r\nIf-Range: \"old\"\r\n", "200", "(none)"},
      {"Range: bytes=0-5\r\nIf-Range: Sat, 29 Oct 1994 19:43:31 GMT\r\n", "200", "(none)"},
      {"If-None-Match: " + tag + "\r\nRange: bytes=0-5\r\n", "304", "(none)"},
      {"If-None-Match: W/" + tag + "\r\n", "304", "(none)"},
      {"If-None-Match: *\r\n", "304", "(none)"},
      {"If-None-Match: \"old\"\r\n", "200", "(none)"},
      {"If-None-Match: old\r\n", "400", "(none)"},
  };
  for (const auto& [fields, status, range] : cases) {
    const auto got = ask("GET", "/api/v1/signature/voice", fields);
    EXPECT_EQ(status_of(got), status) << fields;
    EXPECT_EQ(field_of(got, "Content-Range"), range) << fields;
    if (status == "304") EXPECT_EQ(body_of(got), "");
  }
  EXPECT_EQ(body_of(ask("GET", "/api/v1/signature/voice", "Range: bytes=0-5\r\n")), "#!AMR\n");
}

TEST_F(SignatureApiTest, AConditionGuardsAChange) {
  EXPECT_EQ(status_of(put("text", "text/plain", "one", "If-Match: *\r\n")), "412") << "there is none yet";
  EXPECT_EQ(status_of(put("text", "text/plain", "one", "If-None-Match: *\r\n")), "200");
  EXPECT_EQ(status_of(put("text", "text/plain", "two", "If-None-Match: *\r\n")), "412");
  const std::string first = "\"" + now().revision + "\"";
  EXPECT_EQ(status_of(put("text", "text/plain", "two", "If-Match: \"x\", " + first + "\r\n")), "200");
  EXPECT_EQ(status_of(put("text", "text/plain", "three", "If-Match: " + first + "\r\n")), "412");
  EXPECT_EQ(status_of(put("text", "text/plain", "three", "If-Match: W/\"" + now().revision + "\"\r\n")), "412");
  EXPECT_EQ(status_of(put("text", "text/plain", "three", "If-Match: x\r\n")), "400");
  const std::string second = "\"" + now().revision + "\"";
  EXPECT_EQ(status_of(put("text", "text/plain", "three", "If-None-Match: W/" + second + "\r\n")), "412");
  EXPECT_EQ(status_of(put("text", "text/plain", "three", "If-Match: " + second + "\r\nIf-None-Match: *\r\n")), "412");
  EXPECT_EQ(status_of(put("text", "text/plain", "three", "If-Match: " + first + "\r\nIf-Match: " + second + "\r\n")),
            "400");
  EXPECT_EQ(status_of(ask("DELETE", "/api/v1/signature", "If-Match: " + first + "\r\n")), "412");
  EXPECT_EQ(now().text, "two");
  EXPECT_EQ(status_of(ask("DELETE", "/api/v1/signature", "If-Match: *\r\n")), "200");
  EXPECT_EQ(status_of(put("text", "text/plain", "four", "If-Match: \"none\"\r\n")), "200");
}

TEST_F(SignatureApiTest, SwitchedOffAndOn) {
  put("text", "text/plain", "Alice");
  const auto off = ask("PUT", "/api/v1/signature/enabled", "", "false");
  EXPECT_THAT(body_of(off), HasSubstr("\"enabled\":false"));
  EXPECT_EQ(field_of(off, "ETag"), "\"" + now().revision + ".off\"");
  EXPECT_EQ(field_of(ask("GET", "/api/v1/signature"), "ETag"), field_of(off, "ETag"));
  EXPECT_EQ(status_of(put("text", "text/plain", "A.", "If-Match: " + field_of(off, "ETag") + "\r\n")), "200");
  EXPECT_THAT(body_of(ask("PUT", "/api/v1/signature/enabled", "", "{\"enabled\": true}")),
              HasSubstr("\"enabled\":true"));
  for (const auto* body : {"", "1", "\"true\"", "{}", "{\"enabled\":null}", "tru"})
    EXPECT_EQ(status_of(ask("PUT", "/api/v1/signature/enabled", "", body)), "400") << body;
}

TEST_F(SignatureApiTest, AFormBringsEverythingAtOnce) {
  const auto recording = amr('\r') + "\n--x\r\n";
  const auto got = form(field("text", "Alice\nExample") + field("html", "<i>Alice</i>", "Content-Type: text/html\r\n") +
                        field("voice", amr('\n'), "Content-Type: audio/amr\r\n"));
  EXPECT_EQ(status_of(got), "200") << got;
  EXPECT_EQ(now().number, 1u);
  EXPECT_EQ(now().text, "Alice\nExample");
  EXPECT_EQ(now().html, "<i>Alice</i>");
  ASSERT_EQ(now().voice.size(), 1u);
  EXPECT_EQ(now().voice[0].blob, crypto::sha256(amr('\n')));
}

TEST_F(SignatureApiTest, MalformedFormsChangeNothing) {
  struct Case {
    std::string parts, status;
  };
  const Case cases[] = {
      {"", "400"},
      {"junk", "400"},
      {field("text", "a") + field("text", "b"), "400"},
      {field("colour", "red"), "400"},
      {"--b\r\n\r\na\r\n", "400"},
      {"--b\r\nContent-Disposition: attachment; name=text\r\n\r\na\r\n", "400"},
      {field("text", "YQ==", "Content-Transfer-Encoding: base64\r\n"), "400"},
      {field("text", "--c\r\n\r\na\r\n--c--\r\n", "Content-Type: multipart/mixed; boundary=c\r\n"), "400"},
      {field("text", "a", "Content-Type: text/html\r\n"), "415"},
      {field("text", "a", "Content-Type: text/plain; charset=latin1\r\n"), "415"},
      {field("text", "a", "X: " + std::string(8192, 'x') + "\r\n"), "400"},
      {field("voice", ""), "400"},
  };
  for (const auto& [parts, status] : cases) EXPECT_EQ(status_of(form(parts)), status) << parts.substr(0, 200);
  EXPECT_EQ(status_of(form(field("text", "a"), "")), "400") << "the last boundary is missing";
  EXPECT_EQ(status_of(ask("PUT", "/api/v1/signature", "Content-Type: text/plain\r\n", "x")), "415");
  EXPECT_EQ(status_of(ask("PUT", "/api/v1/signature", "Content-Type: multipart/form-data\r\n", "x")), "400");
  EXPECT_EQ(status_of(ask("PUT", "/api/v1/signature", "", "x")), "415");
  EXPECT_TRUE(now().empty());
}

TEST_F(SignatureApiTest, WhatIsRefusedSaysWhy) {
  EXPECT_EQ(status_of(put("text", "application/json", "{}")), "415");
  EXPECT_EQ(status_of(put("voice", "audio/wav", "this is no recording")), "415");
  EXPECT_EQ(status_of(put("image", "image/png", "\x89PNG\r\n\x1a\n")), "400");
  EXPECT_EQ(status_of(put("voice", "audio/wav", "")), "400");
  const auto text = put("text", "text/plain", "Alice\x01");
  EXPECT_EQ(status_of(text), "400");
  EXPECT_THAT(body_of(text), HasSubstr("{\"error\":\""));
  EXPECT_EQ(status_of(put("text", "text/plain", std::string(5000, 'a'))), "413");
  EXPECT_TRUE(now().empty());
}

TEST_F(SignatureApiTest, AskWhoComes) {
  const auto nobody = ask("GET", "/api/v1/signature", "Authorization: Digest x\r\n");
  EXPECT_EQ(status_of(nobody), "401");
  EXPECT_EQ(field_of(nobody, "WWW-Authenticate"), "Basic realm=\"Paraph\", charset=\"UTF-8\"");
  const std::string cases[] = {basic("alice@example.org:wrong"), basic("nobody@example.org:paraph"),
                               basic("alice@example.org"),       "Authorization: Basic !",
                               "Authorization: Basic",           bearer("paraph")};
  for (const auto& line : cases) EXPECT_EQ(status_of(ask("GET", "/api/v1/signature", line + "\r\n")), "401") << line;
  EXPECT_EQ(pauses, 2u) << "each wrong password waits";
  EXPECT_EQ(status_of(ask("GET", "/api/v1/signature", basic("bob@example.org:paraph") + "\r\n")), "200");
}

TEST_F(SignatureApiTest, NoLogInInClearFromElsewhere) {
  const auto question = "GET /api/v1/signature HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + alice() + "\r\n\r\n";
  EXPECT_EQ(status_of(say(question, {.peer = kElsewhere})), "403");
  logins.plaintext_on_loopback = false;
  EXPECT_EQ(status_of(say(question)), "403");
}

TEST_F(SignatureApiTest, FailedLogInsEndTheConnection) {
  std::string octets;
  for (std::uint32_t i = 0; i < 10; ++i)
    octets += "GET /api/v1/signature HTTP/1.1\r\nHost: x\r\n" + basic("alice@example.org:no") + "\r\n\r\n";
  const auto got = say(octets);
  EXPECT_EQ(pauses, world.limits.auth_failures_max);
  EXPECT_EQ(status_of(got), "401");
}

}  // namespace
}  // namespace paraph::session_http
