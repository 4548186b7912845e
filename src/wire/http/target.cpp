#include "wire/http/target.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace paraph::http {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_unreserved(char c) {
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  const char lower = to_lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
  return std::nullopt;
}

/// The decoded text without control octets.
Result<std::string> decoded(std::string_view text) {
  auto octets = percent_decode(text);
  if (!octets) return fail(Code::BadInput, "a percent sign of the address is not followed by two hex digits");
  if (std::ranges::any_of(*octets, is_control)) return fail(Code::BadInput, "the address holds a control character");
  return std::move(*octets);
}

/// What follows the host of an absolute-form.
std::string_view after_authority(std::string_view text) {
  const auto begin = text.find("://");
  if (begin == std::string_view::npos) return text;
  const auto path = text.find_first_of("/?", begin + 3);
  return path == std::string_view::npos ? std::string_view("/") : text.substr(path);
}

}  // namespace

const std::string* Target::parameter(std::string_view name) const& {
  const std::string* found = nullptr;
  for (const auto& [key, value] : parameters) {
    if (key != name) continue;
    if (found != nullptr) return nullptr;
    found = &value;
  }
  return found;
}

Result<Target> parse_target(std::string_view text) {
  Target target;
  if (text == "*") {
    target.path = "*";
    return target;
  }
  if (istarts_with(text, "http://") || istarts_with(text, "https://")) text = after_authority(text);
  const bool query_only = text.starts_with('?');
  if (!text.starts_with('/') && !query_only) return fail(Code::BadInput, "the address does not begin with a slash");
  if (text.find('#') != std::string_view::npos) return fail(Code::BadInput, "the address holds a fragment");
  const auto question = text.find('?');
  PARAPH_TRY(target.path, decoded(query_only ? std::string_view("/") : text.substr(0, question)));
  if (question == std::string_view::npos) return target;
  const auto pairs = split(text.substr(question + 1), '&');
  if (pairs.size() > kParametersMax) return fail(Code::BadInput, "the address has too many parameters");
  for (const auto pair : pairs) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    PARAPH_TRY(auto name, decoded(pair.substr(0, equals)));
    PARAPH_TRY(auto value, decoded(equals == std::string_view::npos ? "" : pair.substr(equals + 1)));
    target.parameters.emplace_back(std::move(name), std::move(value));
  }
  return target;
}

std::string percent_encode(std::string_view octets) {
  std::string out;
  for (const char c : octets) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high << 4 | *low);
    i += 2;
  }
  return out;
}

}  // namespace paraph::http
