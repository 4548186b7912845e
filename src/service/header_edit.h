#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "mail/rope.h"
#include "mail/structure.h"
#include "signature/attach.h"

namespace paraph::service {

/// Puts whole header fields on top of a message: its rope and all offsets of its structure.
void prepend_fields(mail::Rope& rope, mail::Structure& structure, std::string_view fields);

/// Takes the fields called by any of `names` out of the top header, and a first line "From ..." (mbox), and puts
/// `added` on top. The octets of the top header must be among `message.octets`, and are afterwards too; the envelope is
/// not touched. Pure.
void edit_top_header(signature::Message& message, const std::vector<std::string_view>& names, std::string_view added);

/// Takes `ranges` of whole fields, in order and apart, out of the top header block; otherwise the same. Pure.
void remove_from_top_header(signature::Message& message, const std::vector<mail::Range>& ranges);

}  // namespace paraph::service
