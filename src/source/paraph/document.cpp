#include "source/paraph/document.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstring>

#include "base/text.h"

namespace paraph::source::paraph {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepthMax = 8;
constexpr std::uint64_t kSizeMax = 1 << 20;  ///< spec 5.4
constexpr std::uint64_t kVersion = 1;

std::unexpected<Error> bad(std::string_view name, std::string_view what) {
  return fail(Code::BadInput, fmt::format("its document is not understood: \"{}\" {}", name, what));
}

const json::value* member(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(json::string_view(name.data(), name.size()));
  return value == nullptr || value->is_null() ? nullptr : value;
}

/// Absent is empty.
Result<std::string> text_of(const json::object& object, std::string_view name) {
  const auto* value = member(object, name);
  if (value == nullptr) return std::string();
  const auto* text = value->if_string();
  if (text == nullptr) return bad(name, "is no string");
  return std::string(text->data(), text->size());
}

std::optional<std::uint64_t> number_of(const json::object& object, std::string_view name) {
  const auto* value = member(object, name);
  if (value == nullptr) return std::nullopt;
  if (const auto* number = value->if_uint64()) return *number;
  const auto* number = value->if_int64();
  return number != nullptr && *number >= 0 ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? std::optional(static_cast<unsigned>(lower - 'a') + 10) : std::nullopt;
}

std::optional<BlobId> parse_sha256(std::string_view text) {
  BlobId id;
  if (text.size() != 2 * id.digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < id.digest.size(); ++i) {
    const auto high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    id.digest[i] = static_cast<unsigned char>(*high << 4 | *low);
  }
  return id;
}

Result<NamedMedia> media_of(const json::value& value, std::string_view name) {
  const auto* object = value.if_object();
  if (object == nullptr) return bad(name, "is no object");
  NamedMedia media;
  PARAPH_TRY(media.url, text_of(*object, "url"));
  PARAPH_TRY(media.type, text_of(*object, "type"));
  PARAPH_TRY(const auto sha256, text_of(*object, "sha256"));
  const auto id = parse_sha256(sha256);
  const auto size = number_of(*object, "size");
  if (media.url.empty()) return bad(name, "has no url");
  if (!id) return bad(name, "has no sha256 of 64 hexadecimal digits");
  if (!size || *size == 0 || *size > kSizeMax) return bad(name, "has no size of 1 octet to 1 MiB");
  media.sha256 = *id;
  media.size = *size;
  return media;
}

/// The number in `digits` places at `at`; nullopt when there are others than digits.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t places) {
  if (text.size() < at + places) return std::nullopt;
  const auto number = parse_decimal(text.substr(at, places));
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

/// RFC 3339 in UTC: "2026-11-28T07:30:00Z"; a fraction of a second is dropped.
std::optional<Time> parse_time(std::string_view text) {
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2),
             hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second || text.size() < 20 || text.size() > 32)
    return std::nullopt;
  const bool marks = text[4] == '-' && text[7] == '-' && to_lower(text[10]) == 't' && text[13] == ':' &&
                     text[16] == ':' && to_lower(text.back()) == 'z';
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!marks || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto fraction = text.substr(19, text.size() - 20);
  if (!fraction.empty() && (fraction[0] != '.' || !parse_decimal(fraction.substr(1)))) return std::nullopt;
  if (*year < 1970 || *year > 2200) return std::nullopt;  // what Time holds in any case
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

Result<json::object> object_of(std::string_view text) {
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::error_code error;
  auto value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error || !value.is_object()) return fail(Code::BadInput, "its document is no JSON object");
  return std::move(value.as_object());
}

Result<void> add_media(const json::object& object, Document& document) {
  if (const auto* image = member(object, "image")) {
    PARAPH_TRY(document.image, media_of(*image, "image"));
  }
  const auto* voice = member(object, "voice");
  if (voice == nullptr) return {};
  const auto* variants = voice->if_array();
  if (variants == nullptr) return bad("voice", "is no array");
  for (const auto& variant : *variants) {
    if (document.voice.size() == kVariantsMax) break;
    PARAPH_TRY(auto media, media_of(variant, "voice"));
    document.voice.push_back(std::move(media));
  }
  return {};
}

}  // namespace

Result<Document> parse_document(std::string_view text, std::string_view user) {
  PARAPH_TRY(const auto object, object_of(text));
  if (number_of(object, "version") != kVersion) return bad("version", "is not 1");
  PARAPH_TRY(const auto about, text_of(object, "user"));
  if (!iequals(about, user)) return bad("user", "is not the one that was asked for");
  Document document;
  PARAPH_TRY(document.text, text_of(object, "text"));
  PARAPH_TRY(document.html, text_of(object, "html"));
  PARAPH_CHECK(add_media(object, document));
  PARAPH_TRY(const auto not_after, text_of(object, "notAfter"));
  if (not_after.empty()) return document;
  document.not_after = parse_time(not_after);
  if (!document.not_after) return bad("notAfter", "is no time as 2026-11-28T07:30:00Z");
  return document;
}

}  // namespace paraph::source::paraph
