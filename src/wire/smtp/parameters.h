#pragma once
#include <expected>

#include "wire/smtp/cursor.h"
#include "wire/smtp/parse.h"
#include "wire/smtp/reply.h"

namespace paraph::smtp {

/// RFC 3461 §4.2 and §4.4, as written on the line.
inline constexpr std::size_t kEnvidBytesMax = 100;
inline constexpr std::size_t kOriginalBytesMax = 500;

/// What follows the path of MAIL, to the end of the line: SIZE (RFC 1870), BODY (RFC 6152, 3030), SMTPUTF8 (RFC 6531),
/// AUTH (RFC 4954), RET and ENVID (RFC 3461), REQUIRETLS (RFC 8689). The failure is the reply: 501 5.5.4 for a bad
/// value or a parameter given twice, 555 5.5.4 for an unknown one.
std::expected<void, Reply> mail_parameters(Cursor& cursor, MailFrom& mail);

/// The same of RCPT: NOTIFY and ORCPT (RFC 3461). An ORCPT of type utf-8 comes in any form of RFC 6533 §3, its
/// characters as such only with Utf8::Yes, and is kept with all of them decoded.
std::expected<void, Reply> rcpt_parameters(Cursor& cursor, RcptTo& rcpt, Utf8 utf8);

}  // namespace paraph::smtp
