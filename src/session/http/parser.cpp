// The one translation unit that sees Boost.Beast: it takes half a minute to compile.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#pragma clang diagnostic pop

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "session/http/parser.h"

namespace paraph::session_http {
namespace {

namespace beast = boost::beast;

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::size_t kChunkLineBytesMax = 1024;  // a chunk's size with its extensions; also of all trailers together

/// Of two such fields one reader takes the first and another the last: who logs in, what is conditional on what, and
/// how the body is read must not depend on that.
constexpr std::array kOnce{"Authorization", "Content-Type", "Expect", "If-Match", "If-None-Match", "If-Range", "Range"};

std::string_view as_view(beast::string_view text) { return {text.data(), text.size()}; }

/// What Beast is more tolerant of than two readers in a row should be, in the octets of a head from `begin` on.
Result<void> check_lines(std::string_view head, std::size_t begin) {
  for (std::size_t i = begin; i < head.size(); ++i) {
    const char before = i == 0 ? '\0' : head[i - 1];
    const char c = head[i];
    if (c == '\0') return fail(Code::BadInput, "the header holds a NUL");
    if (before == '\r' && c != '\n') return fail(Code::BadInput, "the header holds a bare CR");
    if (before != '\r' && c == '\n') return fail(Code::BadInput, "the header holds a bare LF");
    if (before == '\n' && (c == ' ' || c == '\t')) return fail(Code::BadInput, "the header holds a folded line");
  }
  return {};
}

/// uri-host [ ":" port ], RFC 3986 §3.2.2
bool is_of_host(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet > 0x20 && octet < 0x7f && std::string_view("/?#@,\\<>\"{}|^`").find(c) == std::string_view::npos;
}

Result<void> check_framing(const http::Request& request) {
  const auto& fields = request.fields;
  const auto lengths = http::count_fields(fields, "Content-Length");
  const auto codings = http::count_fields(fields, "Transfer-Encoding");
  if (lengths > 1) return fail(Code::BadInput, "Content-Length comes twice");
  if (codings > 1) return fail(Code::BadInput, "Transfer-Encoding comes twice");
  if (lengths != 0 && codings != 0)
    return fail(Code::BadInput, "Content-Length and Transfer-Encoding exclude each other");
  if (const auto* length = request.field("Content-Length"); length != nullptr && !parse_decimal(*length))
    return fail(Code::BadInput, "Content-Length is no number");
  if (const auto* coding = request.field("Transfer-Encoding"); coding != nullptr && !iequals(*coding, "chunked"))
    return fail(Code::Unsupported, "the only transfer coding here is chunked");
  if (codings != 0 && request.version < 11) return fail(Code::BadInput, "Transfer-Encoding is not for HTTP/1.0");
  for (const auto* once : kOnce) {
    if (http::count_fields(fields, once) > 1) return fail(Code::BadInput, std::string(once) + " comes twice");
  }
  const auto hosts = http::count_fields(fields, "Host");
  if (hosts > 1) return fail(Code::BadInput, "Host comes twice");
  if (hosts == 0 && request.version >= 11) return fail(Code::BadInput, "Host is missing");
  if (const auto* host = request.field("Host"); host != nullptr && !std::ranges::all_of(*host, is_of_host))
    return fail(Code::BadInput, "Host names no host");  // RFC 9112 §3.2
  return {};
}

http::Method method_of(std::string_view name) {
  constexpr std::pair<std::string_view, http::Method> kMethods[] = {{"GET", http::Method::Get},
                                                                    {"HEAD", http::Method::Head},
                                                                    {"PUT", http::Method::Put},
                                                                    {"POST", http::Method::Post},
                                                                    {"DELETE", http::Method::Delete}};
  for (const auto& [known, method] : kMethods) {
    if (known == name) return method;
  }
  return http::Method::Other;
}

}  // namespace

struct Parser::Beast {
  Beast() {
    parser.header_limit(kHeadBytesMax);
    parser.body_limit(boost::none);
  }
  beast::http::request_parser<beast::http::string_body> parser;
  bool body_begun = false;
};

Parser::Parser() = default;
Parser::~Parser() = default;

void Parser::feed(std::string_view octets) { input_ += octets; }

Result<bool> Parser::take_head(http::Request& into) {
  // RFC 9112 §2.2: empty lines before a request are passed over.
  std::size_t empty_lines = 0;
  while (std::string_view(input_).substr(empty_lines).starts_with("\r\n")) empty_lines += 2;
  if (empty_lines != 0) {
    input_.erase(0, empty_lines);
    checked_ = 0;
  }
  const auto found = input_.find(kHeadEnd, checked_ - std::min(checked_, kHeadEnd.size()));
  const auto bytes = found == std::string::npos ? input_.size() : found + kHeadEnd.size();
  if (bytes > kHeadBytesMax) return fail(Code::TooLarge, "the header is over 16 KiB");
  // What is wrong is told at once: a client that ends its lines in bare LF would else wait for its deadline.
  const auto head = std::string_view(input_).substr(0, bytes);
  PARAPH_CHECK(check_lines(head, std::exchange(checked_, bytes)));
  if (found == std::string::npos) return false;

  beast_ = std::make_unique<Beast>();
  auto& parser = beast_->parser;
  beast::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error == beast::http::error::bad_version)
    return fail(Code::Unsupported, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  if (error || !parser.is_header_done()) return fail(Code::BadInput, "the request is malformed: " + error.message());

  const auto& message = parser.get();
  into = {};
  into.method_name = as_view(message.method_string());
  into.method = method_of(into.method_name);
  into.target = as_view(message.target());
  into.version = message.version();
  into.chunked = message.chunked();
  into.keep_alive = message.keep_alive();
  for (const auto& field : message) {
    if (into.fields.size() == kFieldsMax) return fail(Code::TooLarge, "the header has over 100 fields");
    into.fields.push_back({std::string(as_view(field.name_string())), std::string(as_view(field.value()))});
  }
  PARAPH_CHECK(check_framing(into));
  if (const auto length = parser.content_length()) into.content_length = *length;
  input_.erase(0, bytes);
  if (input_.empty()) input_ = {};  // a client that rests costs no buffer
  checked_ = 0;
  return true;
}

Result<bool> Parser::take_body(http::Request& into, std::uint64_t bytes_max) {
  auto& parser = beast_->parser;
  if (into.content_length.value_or(0) > bytes_max)
    return fail(Code::TooLarge, "the body is over " + std::to_string(bytes_max) + " octets");
  if (!beast_->body_begun) {
    beast_->body_begun = true;
    parser.body_limit(bytes_max);
    parser.eager(true);
  }
  while (!parser.is_done() && !input_.empty()) {
    beast::error_code error;
    const auto used = parser.put(boost::asio::buffer(input_.data(), input_.size()), error);
    input_.erase(0, used);
    if (error == beast::http::error::body_limit)
      return fail(Code::TooLarge, "the body is over " + std::to_string(bytes_max) + " octets");
    if (error == beast::http::error::need_more) {
      if (input_.size() > kChunkLineBytesMax) return fail(Code::BadInput, "a chunk has too long a line");
      return false;
    }
    if (error) return fail(Code::BadInput, "the body is malformed: " + error.message());
  }
  if (!parser.is_done()) return false;
  into.body = std::move(parser.get().body());
  beast_.reset();
  if (input_.empty()) input_ = {};
  return true;
}

}  // namespace paraph::session_http
