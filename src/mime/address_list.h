#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mail/address.h"

namespace paraph::mime {

/// From, Sender, Reply-To, To, Cc, Bcc (RFC 5322 §3.4, obsolete forms and routes too; UTF-8 as in RFC 6532). Takes a
/// raw or unfolded value. Display names are unquoted, encoded words in them not decoded (decode_words() does); an
/// address without a display name takes a comment beside it for one. What has no "@" becomes an address with a local
/// part only. Never fails: what cannot be read is passed over up to the next comma. At most `max` entries; linear.
std::vector<mail::NamedAddress> parse_address_list(std::string_view raw, std::size_t max = 10'000);

/// One `local@domain` and nothing else (no display name, no comment), for addresses given by people and configuration.
/// False when `text` is anything else, or over 254 octets.
bool parse_address(std::string_view text, mail::Address& address);

/// `local@domain` with the local part quoted where RFC 5322 needs it.
std::string format_addr_spec(const mail::Address& address);

/// `Name <local@domain>` for a header field: the name as an atom run, quoted, or in encoded words. Never holds a line
/// end other than a fold between encoded words.
std::string format_address(const mail::NamedAddress& address);

}  // namespace paraph::mime
