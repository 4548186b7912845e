#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "chance.h"

namespace paraph::corpus {

// An entity is header fields, an empty line and a body, with CRLF line ends, and without the CRLF before the next
// delimiter.

/// A text part: any charset, any transfer encoding, any style of line.
std::string plain(Chance& chance);
std::string html(Chance& chance);
/// Plain ASCII, for shapes where something else matters.
std::string simple_plain(std::string_view text);
std::string recording(Chance& chance);
std::string picture(Chance& chance, std::string_view content_id = "");
std::string attachment(Chance& chance);
std::string calendar(std::string_view method);

/// A multipart around entities. Boundaries, preambles, epilogues and blanks after delimiters as found in the wild.
std::string multipart(Chance& chance, std::string_view subtype, const std::vector<std::string>& entities,
                      std::string_view parameters = "");

/// `entity` as a whole message: a top header in front of the entity's own fields.
std::string message(Chance& chance, std::string_view entity, std::string_view more_fields = "");

}  // namespace paraph::corpus
