#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "signature/attach.h"
#include "signature/view.h"

namespace paraph::signature {

/// The line start of the delimiter that ends `child`, a child of `container`; nullopt when it was cut off or is not at
/// hand.
std::optional<std::uint64_t> delimiter_after(const Message& message, const View& view, std::uint32_t container,
                                             std::uint32_t child);
/// What of the wire delimiter_after() looks at.
mail::Range delimiter_range(const mail::Structure& structure, std::uint32_t container, std::uint32_t child);

/// The line start of the closing delimiter of `container`; nullopt when it has no children or was not closed.
std::optional<std::uint64_t> closing_delimiter(const Message& message, const View& view, std::uint32_t container);
/// What of the wire closing_delimiter() looks at.
std::optional<mail::Range> closing_range(const mail::Structure& structure, std::uint32_t container);

/// The multipart/voice-message of a message (spec 2.4 J, J2).
struct VoiceContainer {
  std::uint32_t part = 0;
  std::optional<std::uint32_t> first_audio, last_audio;  ///< of its direct children
  bool spoken_name = false;                              ///< one of these is an Originator-Spoken-Name
};
/// The first of them that is the whole message or a child of its mixed; `own` as own_parts() has it.
std::optional<VoiceContainer> find_voice_container(const mail::Structure& structure,
                                                   const std::vector<std::uint32_t>& own);

/// Is there a multipart/voice-message anywhere?
bool has_voice_container(const mail::Structure& structure, const std::vector<std::uint32_t>& own);

}  // namespace paraph::signature
