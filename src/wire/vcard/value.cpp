#include "wire/vcard/value.h"

#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "mime/base64.h"
#include "mime/percent.h"

namespace paraph::wire::vcard {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kUriBytesMax = 2048;
constexpr std::size_t kTypeBytesMax = 127;

std::string unescaped(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      ++i;
      out += value[i] == 'n' || value[i] == 'N' ? '\n' : value[i];
    } else {
      out += value[i];
    }
  }
  return out;
}

std::string text(std::string_view value) {
  std::string out = unescaped(value);
  if (!is_utf8(out)) out.clear();
  return out;
}

/// What TYPE says where it is not said as a media type: names of the IANA and of practice.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTypes{
    {{"jpg", "jpeg"}, {"wave", "wav"}, {"x-wav", "wav"}, {"mp3", "mpeg"}, {"amr-nb", "amr"}, {"mpga", "mpeg"}}};

/// "image/jpeg" of a media type, or of its subtype alone; "" for what is neither.
std::string media_type(std::string_view value, std::string_view family) {
  std::string type = lowered(trimmed(value.substr(0, value.find(';'))));
  if (type.empty() || type.size() > kTypeBytesMax) return {};
  for (const char c : type) {
    const bool token = is_digit(c) || (c >= 'a' && c <= 'z') || c == '/' || c == '-' || c == '+' || c == '.';
    if (!token) return {};
  }
  if (type.find('/') != kNone) return type;
  if (type == "pref" || type == "work" || type == "home" || type == "uri" || type == "url") return {};
  for (const auto& [name, subtype] : kTypes) {
    if (type == name) type = subtype;
  }
  return std::string(family) + "/" + type;
}

std::string declared_type(const Property& property, std::string_view family) {
  for (const auto* name : {"mediatype", "type"}) {
    for (const auto& parameter : property.parameters) {
      if (parameter.name != name) continue;
      for (const auto& value : parameter.values) {
        if (auto type = media_type(value, family); !type.empty()) return type;
      }
    }
  }
  return {};
}

Result<Media> decoded(std::string octets, std::string type, std::size_t bytes_max) {
  if (octets.empty()) return fail(Code::BadInput, "a picture or recording of the vCard is empty");
  if (octets.size() > bytes_max) return fail(Code::TooLarge, "a picture or recording of the vCard is too large");
  return Media{.octets = std::move(octets), .type = std::move(type), .uri = {}};
}

/// RFC 2397, after "data:".
Result<Media> data_uri(std::string_view rest, std::string type, std::string_view family, std::size_t bytes_max) {
  const std::size_t comma = rest.find(',');
  if (comma == kNone) return fail(Code::BadInput, "a data: address of the vCard has no comma");
  const auto head = rest.substr(0, comma);
  const auto body = rest.substr(comma + 1);
  const auto own_type = head.substr(0, head.find(';'));
  if (own_type.find('/') != kNone) type = media_type(own_type, family);
  const bool base64 = head.size() >= 7 && iequals(head.substr(head.size() - 7), ";base64");
  const std::string plain = mime::percent_decoded(body);
  return decoded(base64 ? mime::decode_base64(plain) : plain, std::move(type), bytes_max);
}

}  // namespace

std::string text_of(const Property& property) { return text(property.value); }

std::vector<std::string> components_of(const Property& property) {
  const std::string_view value = property.value;
  std::vector<std::string> components;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\') {
      ++i;  // what is escaped parts nothing
    } else if (value[i] == ';') {
      components.push_back(text(value.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  components.push_back(text(value.substr(begin)));
  return components;
}

std::string address_of(const Property& property) {
  const std::string whole = text_of(property);
  const auto value = trimmed(whole);
  for (const std::string_view scheme : {"mailto:", "tel:"}) {
    if (!istarts_with(value, scheme)) continue;
    const auto rest = value.substr(scheme.size());
    return mime::percent_decoded(rest.substr(0, rest.find_first_of(";?")));
  }
  return std::string(value);
}

Result<Media> media_of(const Property& property, std::string_view family, std::size_t bytes_max) {
  // Base64 is a third longer, and folded with blanks by some.
  if (property.value.size() > bytes_max * 2 + kUriBytesMax)
    return fail(Code::TooLarge, "a picture or recording of the vCard is too large");
  auto type = declared_type(property, family);
  if (property.has("encoding", "b") || property.has("encoding", "base64"))
    return decoded(mime::decode_base64(property.value), std::move(type), bytes_max);
  const std::string written = unescaped(property.value);
  const auto value = trimmed(written);
  if (istarts_with(value, "data:")) return data_uri(value.substr(5), std::move(type), family, bytes_max);
  const bool web = istarts_with(value, "https://") || istarts_with(value, "http://");
  if (!web || value.size() > kUriBytesMax)
    return fail(Code::BadInput, "a picture or recording of the vCard is neither there nor at a web address");
  return Media{.octets = {}, .type = std::move(type), .uri = std::string(value)};
}

}  // namespace paraph::wire::vcard
