#pragma once
#include <string>
#include <string_view>

#include "mail/address.h"

namespace paraph::report {

/// May non-ASCII text stand here as it is (RFC 6533), or only in 7-bit forms?
enum class Charset { Ascii, Utf8 };

/// Text from elsewhere on one line: controls become spaces, what the charset does not allow becomes '?', and no more
/// than `bytes_max` octets.
std::string cleaned(std::string_view text, Charset charset, std::size_t bytes_max = 1000);

/// Appends `name: value` CRLF, folded at blanks; no line is over 998 octets, whatever the value.
void append_field(std::string& out, std::string_view name, std::string_view value);

/// Appends a paragraph in lines of at most 76 octets where there are blanks, each after `indent`.
void append_wrapped(std::string& out, std::string_view paragraph, std::string_view indent = "");

/// An address with its type (RFC 3464 §2.1.2): "rfc822; a@b", or "utf-8; ä@b", in 7 bits "utf-8; \x{E4}@b" (RFC 6533
/// §3, utf-8-addr-xtext).
std::string typed_address(const mail::Address& address, Charset charset);
/// The same for an ORCPT as mail::Recipient::original holds it; "" when it has no type.
std::string typed_original(std::string_view original, Charset charset);

}  // namespace paraph::report
