#include "source/web/url.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/text.h"

namespace paraph::source::web {
namespace {

struct Free {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* part) const { curl_free(part); }
};
using Parser = std::unique_ptr<CURLU, Free>;

std::optional<std::string> part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* octets = nullptr;
  if (curl_url_get(url, part, &octets, flags) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, Free> owned(octets);
  return std::string(octets);
}

std::unexpected<Error> not_a_url(std::string_view text) {
  return fail(Code::BadInput, fmt::format("\"{}\" is no http or https URL", printable(text)));
}

/// Blanks and controls have no place in a URL; libcurl would take some.
bool is_clean(std::string_view text) {
  const auto bad = [](unsigned char c) { return c <= ' ' || c >= 0x7f; };
  return !text.empty() && text.size() <= kUrlBytesMax && std::ranges::none_of(text, bad);
}

Result<Url> read(CURLU* parser, std::string_view given) {
  curl_url_set(parser, CURLUPART_FRAGMENT, nullptr, 0);
  const auto text = part_of(parser, CURLUPART_URL), scheme = part_of(parser, CURLUPART_SCHEME),
             host = part_of(parser, CURLUPART_HOST), port = part_of(parser, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (!text || !scheme || !host || !port || host->empty()) return not_a_url(given);
  const auto number = parse_decimal(*port);
  if ((*scheme != "http" && *scheme != "https") || !number || *number == 0 || *number > 65535) return not_a_url(given);
  return Url{.text = *text,
             .scheme = *scheme,
             .host = lowered(*host),
             .port = static_cast<std::uint16_t>(*number),
             .credentials = part_of(parser, CURLUPART_USER) || part_of(parser, CURLUPART_PASSWORD)};
}

Parser parser_of(std::string_view text) {
  Parser parser(curl_url());
  if (parser && curl_url_set(parser.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK) parser.reset();
  return parser;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  if (!is_clean(text)) return not_a_url(text);
  const auto parser = parser_of(text);
  if (!parser) return not_a_url(text);
  return read(parser.get(), text);
}

Result<Url> follow(const Url& base, std::string_view reference) {
  if (!is_clean(reference)) return not_a_url(reference);
  const auto parser = parser_of(base.text);
  if (!parser || curl_url_set(parser.get(), CURLUPART_URL, std::string(reference).c_str(), 0) != CURLUE_OK)
    return not_a_url(reference);
  return read(parser.get(), reference);
}

Result<void> check_found(const Url& url, const std::vector<std::uint16_t>& ports) {
  const auto refuse = [&](std::string_view why) {
    return fail(Code::Denied, fmt::format("{} is not asked: {}", printable(url.text), why));
  };
  if (url.scheme != "https") return refuse("an address found in data must be https");
  if (url.credentials) return refuse("it names a user");
  if (std::ranges::find(ports, url.port) == ports.end()) return refuse("its port is not one that is allowed");
  return {};
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const char lower = to_lower(c);
    const bool unreserved = (lower >= 'a' && lower <= 'z') || is_digit(c) || std::string_view("-._~").contains(c);
    if (unreserved) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace paraph::source::web
