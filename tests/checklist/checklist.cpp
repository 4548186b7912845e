#include "checklist.h"

#include <fmt/format.h>

#include <algorithm>

#include "mime/charset.h"
#include "mime/encoding.h"
#include "signature/make.h"

namespace paraph::checklist {

std::string tree_of(const mail::Structure& structure, std::uint32_t index) {
  const mail::Part& part = structure.parts.at(index);
  const std::string name = part.multipart() ? part.subtype : part.type + "/" + part.subtype;
  if (part.children.empty()) return name;
  std::string inside;
  for (const auto child : part.children) inside += (inside.empty() ? "" : ", ") + tree_of(structure, child);
  return fmt::format("{}[ {} ]", name, inside);
}

std::string Signed::decoded(std::uint32_t index) const {
  switch (part(index).encoding) {
    case mail::Encoding::Base64:
      return mime::decode_base64(body(index));
    case mail::Encoding::QuotedPrintable:
      return mime::decode_quoted_printable(body(index));
    default:
      return body(index);
  }
}

std::string Signed::text(std::uint32_t index) const {
  const auto* charset = mail::find_parameter(part(index).parameters, "charset");
  return mime::to_utf8(charset == nullptr ? "" : *charset, decoded(index)).value_or("(unreadable)");
}

std::uint32_t Signed::find(std::string_view type, std::uint32_t from) const {
  for (std::uint32_t i = from; i < structure.parts.size(); ++i) {
    if (part(i).type + "/" + part(i).subtype == type) return i;
  }
  ADD_FAILURE() << "no " << type << " in " << tree();
  return 0;
}

std::vector<std::uint32_t> Signed::all(std::string_view type) const {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < structure.parts.size(); ++i) {
    if (part(i).type == type || part(i).type + "/" + part(i).subtype == type) found.push_back(i);
  }
  return found;
}

std::vector<std::uint32_t> Signed::direct() const {
  return structure.root().multipart() ? structure.root().children : std::vector<std::uint32_t>{0};
}

std::size_t count(std::string_view text, std::string_view needle) {
  std::size_t found = 0;
  for (auto at = text.find(needle); at != std::string_view::npos; at = text.find(needle, at + needle.size())) ++found;
  return found;
}

std::string message(std::string_view entity, std::string_view more_fields) {
  return fmt::format(
      "From: Alice Example <alice@example.org>\r\nTo: bob@example.org\r\nSubject: item\r\nDate: Mon, 23 Nov 2026 "
      "10:00:00 +0000\r\nMessage-ID: <item@client.example.org>\r\n{}MIME-Version: 1.0\r\n{}",
      more_fields, entity);
}

std::string entity(std::string_view fields, std::string_view body) { return fmt::format("{}\r\n{}", fields, body); }

std::string text_entity(std::string_view text, std::string_view type) {
  return fmt::format("Content-Type: {}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}", type, text);
}

std::string media_entity(std::string_view type, std::string_view octets, std::string_view more_fields) {
  return fmt::format("Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\n{}\r\n{}", type, more_fields,
                     mime::encode_base64(octets));
}

std::string multipart(std::string_view subtype, const std::vector<std::string>& entities, std::string_view parameters) {
  // A boundary that no inner multipart has.
  std::string boundary = "b";
  for (const auto& each : entities) {
    while (each.find("--" + boundary) != std::string::npos) boundary += 'b';
  }
  std::string out = fmt::format("Content-Type: multipart/{}; boundary=\"{}\"{}\r\n\r\n", subtype, boundary, parameters);
  for (const auto& each : entities) out += fmt::format("--{}\r\n{}\r\n", boundary, each);
  return out + fmt::format("--{}--\r\n", boundary);
}

void Checklist::keep(std::string_view kinds) {
  signature = signature::test_signature(world);
  const auto lacks = [&](char kind) { return kinds.find(kind) == std::string_view::npos; };
  if (lacks('T')) signature.text.clear();
  if (lacks('H')) signature.html.clear();
  if (lacks('I')) signature.image.reset();
  if (lacks('A')) signature.voice.clear();
  signature.revision = signature::revision_of(signature);
}

Signed Checklist::sign(const std::string& text) {
  auto attached = world.attach(text, signature, past);
  Signed made{.before = text, .after = world.text(attached.rope), .structure = {}, .report = attached.report};
  made.structure = mime::scan(made.after);
  return made;
}

std::string Checklist::voice_octets(std::string_view media_type) const {
  for (const auto& voice : signature.voice) {
    if (voice.media_type != media_type) continue;
    return world.text({.segments = {{.kind = mail::Segment::Kind::Raw, .blob = voice.blob, .length = voice.bytes}}});
  }
  return "(none)";
}

}  // namespace paraph::checklist
