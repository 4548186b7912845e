#include "session/http/parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/testing.h"

namespace paraph::session_http {
namespace {

constexpr std::uint64_t kBodyMax = 64;

/// Every request of `octets`, fed as cut: "GET /a [body]" each, and what ended it.
class Reader {
 public:
  void feed(std::string_view octets) {
    parser_.feed(octets);
    while (!ended_ && step()) {
    }
  }
  std::string told() const { return told_; }
  std::string failure() const { return failure_; }

 private:
  bool step() {
    auto got = in_body_ ? parser_.take_body(request_, kBodyMax) : parser_.take_head(request_);
    if (!got) {
      ended_ = true;
      failure_ = got.error().text;
      told_ += fmt::format("!{}", static_cast<int>(got.error().code));
      return false;
    }
    if (!*got) return false;
    if (!in_body_ && request_.has_body()) {
      in_body_ = true;
      return true;
    }
    in_body_ = false;
    told_ += fmt::format("{} {} [{}];", request_.method_name, request_.target, request_.body);
    return true;
  }

  Parser parser_;
  http::Request request_;
  bool in_body_ = false, ended_ = false;
  std::string told_, failure_;
};

std::string read(std::string_view octets) {
  Reader reader;
  reader.feed(octets);
  return reader.told();
}

const std::string kBad = fmt::format("!{}", static_cast<int>(Code::BadInput));
const std::string kTooLarge = fmt::format("!{}", static_cast<int>(Code::TooLarge));
const std::string kUnsupported = fmt::format("!{}", static_cast<int>(Code::Unsupported));

TEST(Parser, reads_pipelined_requests_however_they_are_cut) {
  const std::string octets =
      "\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n"
      "PUT /b?c=d HTTP/1.1\r\nhost:x\r\nContent-Length: 5\r\n\r\nhello"
      "PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n"
      "DELETE /d HTTP/1.0\r\n\r\n";
  const std::string expected = "GET /a [];PUT /b?c=d [hello];PUT /c [abcde];DELETE /d [];";
  EXPECT_EQ(read(octets), expected);
  for (std::size_t cut = 1; cut < octets.size(); ++cut) {
    Reader reader;
    reader.feed(std::string_view(octets).substr(0, cut));
    reader.feed(std::string_view(octets).substr(cut));
    EXPECT_EQ(reader.told(), expected) << cut;
  }
  Reader reader;
  for (const char c : octets) reader.feed({&c, 1});
  EXPECT_EQ(reader.told(), expected);
}

TEST(Parser, trailers_are_no_fields) {
  Parser parser;
  http::Request request;
  parser.feed("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: Basic YTpi\r\n\r\n");
  ASSERT_TRUE(parser.take_head(request).value());
  ASSERT_TRUE(parser.take_body(request, kBodyMax).value());
  EXPECT_EQ(request.field("Authorization"), nullptr);
}

TEST(Parser, refuses_what_two_readers_could_read_differently) {
  struct Case {
    std::string_view fields;
    std::string expected;
  };
  const Case cases[] = {
      {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", kBad},
      {"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", kBad},
      {"Content-Length: 1\r\nContent-Length: 1\r\n", kBad},
      {"Content-Length: 1\r\nContent-Length: 2\r\n", kBad},
      {"Content-Length: 1, 1\r\n", kBad},
      {"Content-Length: +1\r\n", kBad},
      {"Content-Length: -1\r\n", kBad},
      {"Content-Length: 0x1\r\n", kBad},
      {"Content-Length: 99999999999999999999999\r\n", kBad},
      {"Content-Length:\r\n", kBad},
      {"Content-Length : 1\r\n", kBad},
      {"Content-Length\r\n", kBad},
      {"Content-Length: 1 \r\n 2\r\n", kBad},
      {"X: y\r\n z\r\n", kBad},
      {"X: y\n", kBad},
      {"X: y\rz\r\n", kBad},
      {std::string_view("X: \0\r\n", 6), kBad},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", kBad},
      {"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", kBad},
      {"Transfer-Encoding: identity\r\n", kUnsupported},
      {"Transfer-Encoding: gzip, chunked\r\n", kUnsupported},
      {"Transfer-Encoding: chunked, identity\r\n", kUnsupported},
      {"Transfer-Encoding: xchunked\r\n", kUnsupported},
      {"Transfer-Encoding:\r\n", kUnsupported},
      {"Transfer-Encoding: \x0b"
       "chunked\r\n",
       kBad},
      {" X: y\r\n", kBad},
      {": y\r\n", kBad},
      {"X(: y\r\n", kBad},
      {"Host: y\r\n", kBad},
      {"HOST: x\r\n", kBad},
      {"Authorization: Basic YQ==\r\nauthorization: Basic Yg==\r\n", kBad},
      {"If-Match: \"a\"\r\nIf-Match: \"b\"\r\n", kBad},
      {"Content-Type: text/plain\r\nContent-Type: text/html\r\n", kBad},
  };
  for (const auto& [fields, expected] : cases) {
    const auto octets = "PUT / HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\nx";
    EXPECT_EQ(read(octets), expected) << fields;
  }
}

TEST(Parser, knows_a_host_when_it_sees_one) {
  const std::pair<std::string_view, bool> cases[] = {{"", true},
                                                     {"x", true},
                                                     {"vm.example.org:8080", true},
                                                     {"[2001:db8::1]:80", true},
                                                     {"a b", false},
                                                     {"a,b", false},
                                                     {"a/b", false},
                                                     {"user@a", false},
                                                     {"a\xc3\xa9", false}};
  for (const auto& [host, good] : cases)
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), good ? "GET / [];" : kBad) << host;
}

TEST(Parser, refuses_malformed_requests) {
  const std::pair<std::string_view, std::string> cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", kBad},
      {"GET /\r\n\r\n", kBad},
      {"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", kBad},
      {"GET / HTTP/1.1 \r\nHost: x\r\n\r\n", kUnsupported},
      {" GET / HTTP/1.1\r\nHost: x\r\n\r\n", kBad},
      {"GET / http/1.1\r\nHost: x\r\n\r\n", kUnsupported},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", kUnsupported},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", kUnsupported},
      {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", kBad},
      {"GET / HTTP/1.1\nHost: x\n\n", kBad},
      {std::string_view("\x16\x03\x01\x02\x00\x01", 6), kBad},
      {"EHLO me\r\n\r\n", kBad},
  };
  for (const auto& [octets, expected] : cases) EXPECT_EQ(read(octets), expected) << octets;
}

TEST(Parser, refuses_malformed_chunks) {
  const std::string_view cases[] = {"x\r\n",
                                    "-1\r\n",
                                    "+1\r\nx\r\n0\r\n\r\n",
                                    "1\nx\r\n0\r\n\r\n",
                                    "1\r\nxy\r\n0\r\n\r\n",
                                    "1 \r\nx\r\n0\r\n\r\n",
                                    "fffffffffffffffff\r\n",
                                    "0x1\r\nx\r\n0\r\n\r\n",
                                    "1\r\nx\r\n0\r\nContent-Length: 5\r\n\r\n"};
  for (const auto chunks : cases) {
    const auto octets =
        "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(chunks) + "     ";
    EXPECT_EQ(read(octets).substr(0, 1), "!") << chunks;
  }
}

TEST(Parser, has_limits) {
  const std::string begin = "GET / HTTP/1.1\r\nHost: x\r\n";
  const auto padded = [&](std::size_t bytes) {
    return begin + "X: " + std::string(bytes - begin.size() - 7, 'y') + "\r\n\r\n";
  };
  EXPECT_EQ(read(padded(kHeadBytesMax)), "GET / [];");
  EXPECT_EQ(read(padded(kHeadBytesMax + 1)), kTooLarge);
  EXPECT_EQ(read(std::string(kHeadBytesMax + 1, 'x')), kTooLarge);
  std::string many = begin;
  for (std::size_t i = 1; i < kFieldsMax; ++i) many += "X: y\r\n";
  EXPECT_EQ(read(many + "\r\n"), "GET / [];");
  EXPECT_EQ(read(many + "X: y\r\n\r\n"), kTooLarge);

  const auto body = [&](std::size_t bytes) {
    return fmt::format("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", bytes, std::string(bytes, 'x'));
  };
  EXPECT_EQ(read(body(kBodyMax)), "PUT / [" + std::string(kBodyMax, 'x') + "];");
  EXPECT_EQ(read(body(kBodyMax + 1)), kTooLarge);
  const std::string chunked = "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string chunks;
  for (std::size_t i = 0; i < kBodyMax; ++i) chunks += "1\r\nx\r\n";
  EXPECT_EQ(read(chunked + chunks + "0\r\n\r\n"), "PUT / [" + std::string(kBodyMax, 'x') + "];");
  EXPECT_EQ(read(chunked + chunks + "1\r\nx\r\n0\r\n\r\n"), kTooLarge);
  EXPECT_EQ(read(chunked + "fffffffffffffff0\r\n"), kTooLarge);
  EXPECT_EQ(read(chunked + "1;" + std::string(5000, 'x')), kBad);
  EXPECT_EQ(read(chunked + "0\r\n" + std::string(5000, 'x')), kBad);
}

TEST(Parser, passes_over_empty_lines_in_linear_time) {
  std::string octets;
  for (int i = 0; i < 2'000'000; ++i) octets += "\r\n";
  EXPECT_EQ(read(octets + "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "GET / [];");
}

}  // namespace
}  // namespace paraph::session_http
