#pragma once
#include <cstddef>
#include <string_view>

#include "mail/structure.h"

namespace paraph::mime {

/// What a header block is the header of: a message has an envelope, and a MIME-Version.
enum class HeaderOf { Part, Message };

/// Fills what a header block says about its part: type, parameters, encoding, disposition, the other Content- fields,
/// and the defects BadContentType, BadEncoding, BadMimeVersion, EncodedComposite, EightBitHeader. Of fields that come
/// twice the first counts. `part.type` and `subtype` are kept when there is no Content-Type: the caller sets the
/// default. Of a message also the envelope (RFC 9051 §7.5.2): address fields that come twice are joined; of others the
/// first counts. Answers whether there is a MIME-Version. One walk over the block.
bool read_header(std::string_view block, HeaderOf of, mail::Part& part);

/// About how many octets the strings of `part` hold.
std::size_t kept_bytes(const mail::Part& part);

/// Forgets the strings that a hostile message could fill memory with; type, subtype and encoding stay.
void forget_strings(mail::Part& part);

}  // namespace paraph::mime
