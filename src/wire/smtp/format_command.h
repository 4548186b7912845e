#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "mail/transaction.h"
#include "wire/smtp/extensions.h"

namespace paraph::smtp {

/// What of a message's octets MAIL declares.
struct Declared {
  std::uint64_t bytes = 0;
  mail::Body body = mail::Body::SevenBit;
  bool smtputf8 = false;
};

/// MAIL with its CRLF. A parameter is written only where the server offers its extension: SIZE, BODY, SMTPUTF8,
/// REQUIRETLS, RET, ENVID. Of `options`, RET, ENVID and REQUIRETLS are looked at.
void append_mail(std::string& out, const mail::Address& from, const mail::MailOptions& options,
                 const Declared& declared, const Extensions& offered);

/// RCPT with its CRLF; with DSN: NOTIFY and ORCPT. `utf8`: MAIL said SMTPUTF8, so ORCPT may hold UTF-8; where it may
/// not, it is written as RFC 6533 §3 has it, or, for an address type other than utf-8, left out.
void append_rcpt(std::string& out, const mail::Recipient& to, const Extensions& offered, bool utf8);

/// RFC 3461 §4: "+", "=", blanks, controls and octets above 126 as "+" and two hex digits.
std::string format_xtext(std::string_view octets);

/// Could this address break out of its command line? Controls do, even where they are quoted.
bool has_controls(const mail::Address& address);

}  // namespace paraph::smtp
