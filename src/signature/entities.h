#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "mail/rope.h"
#include "signature/content.h"

namespace paraph::signature {

// New parts. An entity is header, empty line and body, without the CRLF that belongs to the delimiter after it.

/// The signature's picture, or its voice (spec 2.1), after what `before` holds already: the octets are the signature's
/// own blob.
mail::Rope image_entity(const mail::SignatureMedia& image, std::string_view content_id, mail::Rope before = {});
mail::Rope voice_entity(const mail::SignatureMedia& voice, std::string_view content_id, std::string_view language,
                        mail::Rope before = {});

/// The text alone, after its separator line.
std::string text_entity(std::string_view text);

/// `<div>` as a page of its own.
std::string page_entity(std::string_view div);

/// Opens a container: its Content-Type field, the empty line and the first delimiter line. `type` is related's
/// parameter, "" for none.
std::string open_container(std::string_view subtype, std::string_view boundary, std::string_view type = "");

/// A generated picture for BODY and REL.
struct NewImage {
  const mail::SignatureMedia* media;
  std::string content_id;
};

/// BODY (spec 2.2): an alternative of text and page, either may be "", with the picture in a related around it.
mail::Rope body_entity(std::string_view text, std::string_view div, const std::optional<NewImage>& image,
                       std::string_view alternative_boundary, std::string_view related_boundary);

/// Appends all segments of `more` to `rope`.
void append_rope(mail::Rope& rope, const mail::Rope& more);

}  // namespace paraph::signature
