#include "session/admin/protocol.h"

#include <fmt/format.h>

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <boost/json.hpp>
#pragma clang diagnostic pop

#include "base/text.h"
#include "crypto/base64.h"

namespace paraph::admin {
namespace {

namespace json = boost::json;

bool is_octets(std::string_view name) { return name == "voice" || name == "image"; }

std::string as_text(std::string_view octets) {
  return is_utf8(octets) ? std::string(octets) : printable(octets, kAnswerLineBytesMax / 8);
}

std::string line_of(json::object object) { return json::serialize(object) + "\n"; }

Result<json::object> object_of(std::string_view line) {
  boost::system::error_code error;
  auto value = json::parse(json::string_view(line.data(), line.size()), error);
  if (error || !value.is_object()) return fail(Code::BadInput, "this is no JSON object on one line");
  return std::move(value.as_object());
}

const json::string* text_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(json::string_view(name.data(), name.size()));
  return value ? value->if_string() : nullptr;
}

}  // namespace

const std::string& Request::field(const std::string& name) const& {
  static const std::string none;
  const auto found = fields.find(name);
  return found == fields.end() ? none : found->second;
}

Result<std::string> format_request(const Request& request) {
  json::object object;
  object["verb"] = request.verb;
  for (const auto& [name, value] : request.fields) {
    if (value.size() > kFieldBytesMax)
      return fail(Code::TooLarge, fmt::format("{} is over {} octets: give a shorter one", name, kFieldBytesMax));
    if (!is_octets(name) && !is_utf8(value))
      return fail(Code::BadInput, fmt::format("{} is not UTF-8: convert it", name));
    object[name] = is_octets(name) ? crypto::base64_encode(value) : value;
  }
  return line_of(std::move(object));
}

Result<Request> parse_request(std::string_view line) {
  PARAPH_TRY(auto object, object_of(line));
  Request request;
  for (const auto& item : object) {
    const std::string name(item.key());
    const auto* value = item.value().if_string();
    if (!value) return fail(Code::BadInput, fmt::format("{} is not a text", printable(name)));
    std::string text(value->begin(), value->end());
    if (is_octets(name)) {
      auto octets = crypto::base64_decode(text);
      if (!octets) return fail(Code::BadInput, fmt::format("{} is not base64", name));
      text = std::move(*octets);
    }
    if (text.size() > kFieldBytesMax)
      return fail(Code::TooLarge, fmt::format("{} is over {} octets", printable(name), kFieldBytesMax));
    if (name == "verb") {
      request.verb = std::move(text);
    } else {
      request.fields[name] = std::move(text);
    }
  }
  if (request.verb.empty()) return fail(Code::BadInput, "there is no verb");
  return request;
}

std::string format_answer(const Answer& answer) {
  json::object object;
  if (const auto* print = std::get_if<Print>(&answer)) {
    object["print"] = as_text(std::string_view(print->line).substr(0, kAnswerLineBytesMax / 8));
  } else if (const auto* failed = std::get_if<Failed>(&answer)) {
    object["error"] = as_text(std::string_view(failed->sentence).substr(0, kAnswerLineBytesMax / 8));
  } else {
    object["done"] = true;
  }
  return line_of(std::move(object));
}

Result<Answer> parse_answer(std::string_view line) {
  PARAPH_TRY(auto object, object_of(line));
  if (const auto* text = text_in(object, "print")) return Print{std::string(text->begin(), text->end())};
  if (const auto* text = text_in(object, "error")) return Failed{std::string(text->begin(), text->end())};
  if (object.contains("done")) return Done{};
  return fail(Code::BadInput, "this is no answer of a Paraph server");
}

Result<bool> LineFramer::next(std::string& line) {
  const auto end = buffer_.find('\n', scanned_);
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    if (buffer_.size() > bytes_max_) return fail(Code::TooLarge, fmt::format("a line is over {} octets", bytes_max_));
    return false;
  }
  if (end > bytes_max_) return fail(Code::TooLarge, fmt::format("a line is over {} octets", bytes_max_));
  line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  scanned_ = 0;
  return true;
}

}  // namespace paraph::admin
