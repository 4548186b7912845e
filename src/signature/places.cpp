#include "signature/places.h"

#include <algorithm>

#include "base/text.h"

namespace paraph::signature {
namespace {

using mail::Defect;
using mail::Part;
constexpr std::uint64_t kDelimiterBytesMax = 1100;

bool is_voice_container(const Part& part) { return part.is("multipart", "voice-message"); }

bool is_spoken_name(const Part& part) {
  const auto* voice = mail::find_parameter(part.disposition_parameters, "voice");
  return voice != nullptr && iequals(*voice, "originator-spoken-name");
}

}  // namespace

mail::Range delimiter_range(const mail::Structure& structure, std::uint32_t container, std::uint32_t child) {
  const std::uint64_t from = structure.parts[child].body.end;
  return {from, std::min(from + kDelimiterBytesMax, structure.parts[container].body.end)};
}

std::optional<std::uint64_t> delimiter_after(const Message& message, const View& view, std::uint32_t container,
                                             std::uint32_t child) {
  const auto range = delimiter_range(message.structure, container, child);
  const auto* boundary = mail::find_parameter(message.structure.parts[container].parameters, "boundary");
  const auto octets = view.octets(range);
  if (boundary == nullptr || !octets) return std::nullopt;
  const std::string delimiter = "--" + *boundary;
  if (octets->starts_with(delimiter)) return range.begin;
  if (octets->starts_with("\r\n") && octets->substr(2).starts_with(delimiter)) return range.begin + 2;
  return std::nullopt;
}

std::optional<mail::Range> closing_range(const mail::Structure& structure, std::uint32_t container) {
  const Part& part = structure.parts[container];
  if (part.children.empty() || mail::has(part.defects, Defect::NoCloseDelimiter)) return std::nullopt;
  return delimiter_range(structure, container, part.children.back());
}

std::optional<std::uint64_t> closing_delimiter(const Message& message, const View& view, std::uint32_t container) {
  if (!closing_range(message.structure, container)) return std::nullopt;
  const auto& part = message.structure.parts[container];
  const auto at = delimiter_after(message, view, container, part.children.back());
  const auto range = delimiter_range(message.structure, container, part.children.back());
  const auto mark = mail::find_parameter(part.parameters, "boundary")->size() + 2;  // "--" and the boundary
  if (!at || view.octets(range)->substr(*at - range.begin + mark, 2) != "--") return std::nullopt;
  return at;
}

std::optional<VoiceContainer> find_voice_container(const mail::Structure& structure,
                                                   const std::vector<std::uint32_t>& own) {
  const auto& parts = structure.parts;
  for (const auto index : own) {
    const bool shallow = index == 0 || (parts[index].parent == 0 && parts[0].is("multipart", "mixed"));
    if (!shallow || !is_voice_container(parts[index])) continue;
    VoiceContainer found{.part = index};
    for (const auto child : parts[index].children) {
      if (parts[child].type != "audio") continue;
      if (!found.first_audio) found.first_audio = child;
      found.last_audio = child;
      found.spoken_name |= is_spoken_name(parts[child]);
    }
    return found;
  }
  return std::nullopt;
}

bool has_voice_container(const mail::Structure& structure, const std::vector<std::uint32_t>& own) {
  return std::ranges::any_of(own, [&](auto index) { return is_voice_container(structure.parts[index]); });
}

}  // namespace paraph::signature
