#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "signature/attach.h"

namespace paraph::signature {

/// A key of this server for a= hmac-sha256.
struct FieldKey {
  std::string id;      ///< s=: letters, digits, '-', '_', '.'
  std::string secret;  ///< at least 32 octets
};

/// The Paraph-Signature field that goes on top of a signed message (spec 2.6), with its last CRLF, folded at 78
/// columns. How the message was signed is `report`'s, what of is `signature`'s; `from` is the authorised From
/// addr-spec, `message_id` with angle brackets, `domain` the d= tag. Not for How::Untouched: such a message has no
/// field.
std::string format_paraph_signature(const Report& report, const mail::Signature& signature, std::string_view from,
                                    std::string_view message_id, std::string_view domain, const FieldKey& key,
                                    std::uint64_t unix_seconds);

/// What a verified field says.
struct ParaphSignature {
  std::string domain;                    ///< d=
  std::string key_id;                    ///< s=
  std::string owner;                     ///< i=
  std::string revision;                  ///< r=
  std::vector<std::string> kinds;        ///< m=; empty for "none"
  std::string how;                       ///< w=
  std::string reason;                    ///< x=
  std::vector<std::string> content_ids;  ///< p=, without angle brackets
  std::string content_hash;              ///< bh=, 32 octets: see check_content()
  std::uint64_t unix_seconds = 0;        ///< t=
};

/// Reads a field's value (folded or not), and believes it: its MAC is not checked, for that is the sender's server's
/// alone. Whoever has DKIM's word for the field may go by it (spec 2.6). BadInput: not of the form, or v= or a= of
/// another kind.
Result<ParaphSignature> parse_paraph_signature(std::string_view value);

/// Reads and checks a field's value (folded or not). `find_secret` gives the secret of a domain's key. BadInput: not of
/// the form, or v= or a= of another kind. NotFound: no such key. Denied: the MAC does not fit the field, From and
/// Message-ID. Whether the content is the one signed, check_content() tells (verify.h).
Result<ParaphSignature> verify_paraph_signature(
    std::string_view value, std::string_view from, std::string_view message_id,
    const std::function<std::optional<std::string>(std::string_view domain, std::string_view key_id)>& find_secret);

/// bh=: SHA-256 over the SHA-256 of each kind's canonical content, in the order text, html, image, voice: 32 octets. Of
/// the kinds that m= names: those of the report, less an HTML that is not `html_as_written`.
std::string content_hash(const Report& report, const mail::Signature& signature);

}  // namespace paraph::signature
