#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "mail/structure.h"

namespace paraph::mime {

/// The message's own recording (RFC 3801): the first audio leaf with `voice=Voice-Message`, else the first audio leaf
/// that is not tagged as a spoken name or subject. Nested messages are not looked into. kNoPart when there is none.
std::uint32_t find_main_audio(const mail::Structure& structure);

/// Seconds: the message-level Content-Duration, else that of the main audio (RFC 3803). `header` is the top header
/// block.
std::optional<std::uint32_t> duration_of(const mail::Structure& structure, std::string_view header);

}  // namespace paraph::mime
