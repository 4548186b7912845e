#pragma once
#include <span>
#include <string>
#include <string_view>

#include "mail/address.h"
#include "wire/smtp/reply.h"

namespace paraph::smtp {

/// The reply in octets, CRLF at the end of each line. Text from outside cannot break out: controls and non-ASCII octets
/// become
/// '?', and a line longer than 512 octets (RFC 5321 §4.5.3.1.5) is cut.
void append_reply(std::string& out, const Reply& reply);

/// EHLO's 250: `name`, then one keyword line each ("SIZE 52428800", "PIPELINING").
void append_ehlo(std::string& out, std::string_view name, std::span<const std::string> keywords);

/// `<local@domain>` with the local part quoted where RFC 5321 §4.1.2 needs it, `<>` for the null path.
std::string format_path(const mail::Address& address);
/// The same without angle brackets.
std::string format_address(const mail::Address& address);

}  // namespace paraph::smtp
