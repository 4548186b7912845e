#include "session/http/exchange.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "session/http/credentials.h"
#include "wire/http/reply_for.h"

namespace paraph::session_http {
namespace {

/// RFC 9110 §13.1.5: the range holds only for the representation that the client has a part of. A date is never that
/// sure.
bool range_holds(const http::Request& request, std::string_view tag) {
  const auto* condition = request.field("If-Range");
  if (condition == nullptr) return true;
  const auto tags = http::parse_entity_tags(*condition);
  return tags && tags->has_strong(tag);
}

http::Response part_of(http::Response response, std::string_view range) {
  using Kind = http::RangeAnswer::Kind;
  const auto size = response.body.size();
  const auto answer = http::parse_range(range, size);
  if (answer.kind == Kind::Whole) return response;
  if (answer.kind == Kind::Unsatisfiable) {
    auto refused = error_response(416, "there are no octets in this range");
    refused.set("Content-Range", fmt::format("bytes */{}", size));
    return refused;
  }
  const auto [begin, end] = answer.part;
  response.status = 206;
  response.set("Content-Range", fmt::format("bytes {}-{}/{}", begin, end - 1, size));
  response.body = response.body.substr(begin, end - begin);
  return response;
}

}  // namespace

std::optional<std::size_t> find_peer(const Exchange& exchange) {
  const auto& stream = exchange.stream;
  const auto* field = exchange.request.field("Authorization");
  const bool believed = field != nullptr && (stream.encrypted() || stream.loopback());
  return exchange.server.peers.find(believed ? parse_bearer(*field) : std::string_view(), stream.peer_subject());
}

http::Response error_response(unsigned status, std::string_view text) {
  const auto sentence = is_utf8(text) ? std::string(text) : printable(text);
  boost::json::object object{{"error", sentence}};
  http::Response response{.status = status, .fields = {}, .body = boost::json::serialize(object) + "\n"};
  response.set("Content-Type", "application/json");
  response.set("Cache-Control", "no-store");
  return response;
}

http::Response error_response(const Error& error) {
  const auto status = http::status_for(error.code);
  if (error.code == Code::Corrupt) return error_response(status, "the server failed, try again later");
  return error_response(status, error.text);
}

http::Response nothing_here() { return error_response(404, "there is nothing at this address"); }

http::Response conditional(const http::Request& request, http::Response response, std::string_view tag) {
  response.set("ETag", http::format_entity_tag(tag));
  response.set("Accept-Ranges", "bytes");
  if (const auto* condition = request.field("If-None-Match")) {
    const auto tags = http::parse_entity_tags(*condition);
    if (!tags) return error_response(tags.error());
    if (tags->any || tags->has(tag)) {
      response.status = 304;
      response.body.clear();
      return response;
    }
  }
  const auto* range = request.field("Range");
  if (range == nullptr || request.method != http::Method::Get || !range_holds(request, tag)) return response;
  return part_of(std::move(response), *range);
}

}  // namespace paraph::session_http
