#pragma once
#include "base/result.h"
#include "mail/address.h"
#include "wire/smtp/cursor.h"

namespace paraph::smtp {

/// RFC 5321 §4.5.3.1 and RFC 6531 §3.1, octets.
inline constexpr std::size_t kLocalBytesMax = 64;
inline constexpr std::size_t kDomainBytesMax = 255;
inline constexpr std::size_t kPathBytesMax = 256;

/// The rules of RFC 5321 §4.1.2, with the UTF-8 of RFC 6531 §3.3: whether it is allowed here, the caller decides. Each
/// takes its rule from the cursor or fails with BadInput, saying what was expected and where.
Result<mail::Address> reverse_path(Cursor& cursor);  ///< <> or a path
Result<mail::Address> forward_path(
    Cursor& cursor);  ///< <postmaster>, any case, or a path; source routes are passed over
Result<mail::Address> mailbox(Cursor& cursor);

/// May this octet stand in an Atom (RFC 5322 §3.2.3; UTF-8 too)?
bool is_atext(char c);

}  // namespace paraph::smtp
