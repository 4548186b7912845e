#include "mime/preview.h"

#include "base/text.h"
#include "mime/content.h"
#include "mime/field.h"

namespace paraph::mime {
namespace {

/// The `voice` parameter of the disposition (RFC 3801 §4.2.1), or "".
std::string_view voice_of(const mail::Part& part) {
  const std::string* voice = find_parameter(part.disposition_parameters, "voice");
  return voice == nullptr ? std::string_view() : std::string_view(*voice);
}

/// Said about the message, not the message itself.
bool is_spoken_label(std::string_view voice) {
  return iequals(voice, "Originator-Spoken-Name") || iequals(voice, "Recipient-Spoken-Name") ||
         iequals(voice, "Spoken-Subject");
}

/// Whether some message/rfc822 lies around the part.
bool is_nested(const mail::Structure& structure, const mail::Part& part) {
  for (std::uint32_t at = part.parent; at != mail::kNoPart; at = structure.parts[at].parent) {
    if (structure.parts[at].message()) return true;
  }
  return false;
}

}  // namespace

std::uint32_t find_main_audio(const mail::Structure& structure) {
  std::uint32_t first = mail::kNoPart;
  for (std::uint32_t i = 0; i < structure.parts.size(); ++i) {
    const mail::Part& part = structure.parts[i];
    if (part.type != "audio" || is_spoken_label(voice_of(part)) || is_nested(structure, part)) continue;
    if (iequals(voice_of(part), "Voice-Message")) return i;
    if (first == mail::kNoPart) first = i;
  }
  return first;
}

std::optional<std::uint32_t> duration_of(const mail::Structure& structure, std::string_view header) {
  if (const auto field = find_field(header, "Content-Duration")) {
    if (const auto seconds = parse_duration(field->value)) return seconds;
  }
  const std::uint32_t audio = find_main_audio(structure);
  return audio == mail::kNoPart ? std::nullopt : structure.parts[audio].duration;
}

}  // namespace paraph::mime
