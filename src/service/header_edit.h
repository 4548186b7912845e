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

/// Has the top header no empty line at its end, although a body follows? A line that is no field ended it for us, and
/// not for others: what they read on may be fields to them, or go on with the last field that is put on top.
bool runs_into_body(const mail::Structure& structure, std::string_view header);

/// Puts the empty line at the end of such a header. Otherwise as edit_top_header().
void end_top_header(signature::Message& message);

}  // namespace paraph::service
