#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/signing_key.h"

namespace paraph::dkim {

/// With what a message is signed.
struct Signing {
  std::string domain;    ///< d=, lower case, A-labels
  std::string selector;  ///< s=
  std::uint64_t unix_seconds = 0;
};

/// A DKIM-Signature field to go on top of `header`, with its last CRLF, folded at 78 columns: c=relaxed/relaxed, h= of
/// fields_to_sign(), no l= (it would let others append), no x= (a stored voice message is read years later). `header`
/// is the block of fields below it, `body_sha256` the digest of BodyHasher(Canonical::Relaxed). Several signatures may
/// be made over the same header: none covers another. TooLarge: more than kSignedFieldsMax fields would be listed.
/// Otherwise as SigningKey::sign().
Result<std::string> sign(std::string_view header, std::string_view body_sha256, const crypto::SigningKey& key,
                         const Signing& signing);

inline constexpr std::size_t kSignedFieldsMax = 300;

/// h=: each name of spec 2.6 once more than `header` has it, so that none can be added; of List-* fields only those
/// that are there, for a mailing list adds its own. docs/decisions/0004-dkim.md.
std::vector<std::string> fields_to_sign(std::string_view header);

/// The value of the TXT record at SELECTOR._domainkey.DOMAIN (RFC 6376 §3.6.1).
Result<std::string> format_key_record(const crypto::SigningKey& key);

/// A TXT record as one line of a zone file (RFC 1035 §5.1), strings of at most 255 octets. `name` has no final dot.
std::string format_zone_line(std::string_view name, std::string_view value);

}  // namespace paraph::dkim
