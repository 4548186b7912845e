#include "session/http/upload.h"

#include <optional>
#include <utility>

#include "base/text.h"
#include "mime/content.h"
#include "mime/scan.h"

namespace paraph::session_http {
namespace {

constexpr std::size_t kFormFieldsMax = 8;
constexpr std::size_t kFormHeaderBytesMax = 4096;

bool is_utf8_charset(const mime::ContentType& type) {
  const auto* charset = mail::find_parameter(type.parameters, "charset");
  return charset == nullptr || iequals(*charset, "utf-8") || iequals(*charset, "us-ascii");
}

/// May a part of this name have this type? A browser's recorder calls an audio-only WebM file video/webm at times.
bool fits(std::string_view name, const mime::ContentType& type) {
  if (name == "text") return type.type == "text" && type.subtype == "plain" && is_utf8_charset(type);
  if (name == "html") return type.type == "text" && type.subtype == "html" && is_utf8_charset(type);
  if (type.type == "application" && type.subtype == "octet-stream") return true;
  if (name == "image") return type.type == "image";
  return type.type == "audio" || (type.type == "video" && type.subtype == "webm");
}

std::optional<std::string>* place_for(service::SignatureChange& change, std::string_view name) {
  if (name == "text") return &change.text;
  if (name == "html") return &change.html;
  if (name == "voice") return &change.voice;
  if (name == "image") return &change.image;
  return nullptr;
}

/// The form as a message of MIME, so that the one parser of Paraph reads it; it sees every octet as it is.
std::string as_message(std::string_view content_type, std::string_view body) {
  std::string message = "MIME-Version: 1.0\r\nContent-Type: ";
  message += content_type;
  message += "\r\n\r\n";
  message += body;
  return message;
}

std::string type_of(const mail::Part& part) {
  if (!part.has_content_type) return {};
  std::string type = part.type + "/" + part.subtype;
  const auto* charset = mail::find_parameter(part.parameters, "charset");
  if (charset != nullptr) type += "; " + mime::format_parameter("charset", *charset);
  return type;
}

Result<void> add_field(service::SignatureChange& change, const mail::Part& part, std::string_view message) {
  const auto* name = mail::find_parameter(part.disposition_parameters, "name");
  if (part.disposition != "form-data" || name == nullptr) return fail(Code::BadInput, "a part of the form has no name");
  if (!part.leaf()) return fail(Code::BadInput, "a field of the form has parts of its own");
  if (part.encoding == mail::Encoding::Base64 || part.encoding == mail::Encoding::QuotedPrintable)
    return fail(Code::BadInput, "a field of the form is encoded: send its octets as they are");
  const auto* place = place_for(change, *name);
  if (place != nullptr && *place)
    return fail(Code::BadInput, "the field " + printable(*name, 40) + " comes twice in the form");
  const auto type = type_of(part);
  return add_upload(change, *name,
                    {.content_type = type, .octets = std::string(message.substr(part.body.begin, part.body.size()))});
}

}  // namespace

Result<void> add_upload(service::SignatureChange& change, std::string_view name, Upload upload) {
  auto* place = place_for(change, name);
  if (place == nullptr)
    return fail(Code::BadInput, "a signature has no part " + printable(name, 40) + ": text, html, voice or image");
  if (!upload.content_type.empty()) {
    const auto type = mime::parse_content_type(upload.content_type);
    if (!type || !fits(name, *type))
      return fail(Code::Unsupported, printable(upload.content_type, 80) + " is no type of a signature's " +
                                         std::string(name) + (name == "text" || name == "html" ? ", in UTF-8" : ""));
  }
  if (upload.octets.empty() && (name == "voice" || name == "image"))
    return fail(Code::BadInput, "the " + std::string(name) + " is empty: to take it away, use DELETE");
  *place = std::move(upload.octets);
  if (name == "voice") change.voice_type = std::move(upload.content_type);
  if (name == "image") change.image_type = std::move(upload.content_type);
  return {};
}

Result<service::SignatureChange> read_form(std::string_view content_type, std::string_view body) {
  const auto type = mime::parse_content_type(content_type);
  if (!type || type->type != "multipart" || type->subtype != "form-data")
    return fail(Code::Unsupported, "send multipart/form-data with the fields text, html, voice or image");
  const auto message = as_message(content_type, body);
  const mime::ScanLimits limits{
      .depth_max = 2, .parts_max = kFormFieldsMax + 1, .header_bytes_max = kFormHeaderBytesMax};
  const auto structure = mime::scan(message, limits);
  const auto bad = mail::Defect::BadContentType | mail::Defect::NoBoundary | mail::Defect::NoDelimiter |
                   mail::Defect::NoCloseDelimiter | mail::Defect::TooManyParts | mail::Defect::LongHeaders |
                   mail::Defect::HeaderNotEnded;
  if (!structure.root().multipart() || has(structure.defects, bad))
    return fail(Code::BadInput, "the form is malformed");
  service::SignatureChange change;
  for (const auto child : structure.root().children) {
    PARAPH_CHECK(add_field(change, structure.parts[child], message));
  }
  return change;
}

}  // namespace paraph::session_http
