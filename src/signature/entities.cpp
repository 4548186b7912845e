#include "signature/entities.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mime/encoding.h"
#include "signature/concat.h"
#include "signature/html_leaf.h"
#include "signature/text_leaf.h"

namespace paraph::signature {
namespace {

constexpr std::uint32_t kLineChars = 76;

mail::Segment base64_of(const mail::SignatureMedia& media) {
  return {.kind = mail::Segment::Kind::Base64, .blob = media.blob, .length = media.bytes, .line_chars = kLineChars};
}

/// A text body and the fields that say how it is encoded.
std::string text_with_fields(std::string_view subtype, std::string_view text) {
  const bool ascii = is_ascii(text);
  const auto lines = split(text, '\n');
  const bool short_lines = std::ranges::all_of(lines, [](std::string_view line) { return line.size() <= 900; });
  std::string out = fmt::format("Content-Type: text/{}; charset={}\r\nContent-Transfer-Encoding: ", subtype,
                                ascii ? "us-ascii" : "utf-8");
  if (ascii && short_lines) return out + "7bit\r\n\r\n" + std::string(text);
  const auto high = std::ranges::count_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (static_cast<std::size_t>(high) * 6 > text.size()) {
    return out + "base64\r\n\r\n" + mime::encode_base64(text, kLineChars, false);
  }
  return out + "quoted-printable\r\n\r\n" + mime::encode_quoted_printable(text);
}

}  // namespace

mail::Rope image_entity(const mail::SignatureMedia& image, std::string_view content_id, mail::Rope before) {
  before.append(concat({"Content-Type: ", image.media_type,
                        "\r\n"
                        "Content-Transfer-Encoding: base64\r\n"
                        "Content-Disposition: inline; handling=optional;\r\n filename=\"signature.",
                        image.extension,
                        "\"\r\n"
                        "Content-ID: <",
                        content_id, ">\r\n\r\n"}));
  before.append(base64_of(image));
  return before;
}

mail::Rope voice_entity(const mail::SignatureMedia& voice, std::string_view content_id, std::string_view language,
                        mail::Rope before) {
  before.append(concat({"Content-Type: ", voice.media_type,
                        "\r\n"
                        "Content-Transfer-Encoding: base64\r\n"
                        "Content-Disposition: inline; voice=Originator-Spoken-Name;\r\n"
                        " handling=optional; filename=\"signature.",
                        voice.extension,
                        "\"\r\n"
                        "Content-Duration: ",
                        std::to_string(std::max<std::uint32_t>(voice.duration, 1)),
                        "\r\n"
                        "Content-Description: Voice signature\r\n"
                        "Content-ID: <",
                        content_id, ">\r\n"}));
  if (!language.empty()) before.append(concat({"Content-Language: ", language, "\r\n"}));
  before.append("\r\n");
  before.append(base64_of(voice));
  return before;
}

std::string text_entity(std::string_view text) { return text_with_fields("plain", text_block(text, "\r\n", false)); }

std::string page_entity(std::string_view div) {
  return text_with_fields(
      "html", fmt::format("<!DOCTYPE html>\r\n<html><body>\r\n{}\r\n</body></html>\r\n", fold_html(div, "\r\n")));
}

std::string open_container(std::string_view subtype, std::string_view boundary, std::string_view type) {
  return fmt::format("Content-Type: multipart/{};\r\n boundary=\"{}\"{}\r\n\r\n--{}\r\n", subtype, boundary,
                     type.empty() ? "" : fmt::format(";\r\n type=\"{}\"", type), boundary);
}

mail::Rope body_entity(std::string_view text, std::string_view div, const std::optional<NewImage>& image,
                       std::string_view alternative_boundary, std::string_view related_boundary) {
  mail::Rope rope;
  if (image) rope.append(open_container("related", related_boundary, "multipart/alternative"));
  rope.append(open_container("alternative", alternative_boundary));
  if (!text.empty()) rope.append(text_entity(text));
  if (!text.empty() && !div.empty()) rope.append(fmt::format("\r\n--{}\r\n", alternative_boundary));
  if (!div.empty()) rope.append(page_entity(div));
  rope.append(fmt::format("\r\n--{}--", alternative_boundary));
  if (image) {
    rope.append(fmt::format("\r\n--{}\r\n", related_boundary));
    append_rope(rope, image_entity(*image->media, image->content_id));
    rope.append(fmt::format("\r\n--{}--", related_boundary));
  }
  return rope;
}

void append_rope(mail::Rope& rope, const mail::Rope& more) {
  for (const auto& segment : more.segments) {
    if (segment.kind == mail::Segment::Kind::Inline) {
      rope.append(segment.octets);
    } else {
      rope.append(segment);
    }
  }
}

}  // namespace paraph::signature
