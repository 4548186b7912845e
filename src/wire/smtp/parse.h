#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "mail/address.h"
#include "mail/transaction.h"
#include "wire/smtp/reply.h"

namespace paraph::smtp {

/// HELO, EHLO (RFC 5321 §4.1.1.1) or LHLO (RFC 2033 §4.1). The name is what the client said: printable ASCII, not
/// checked further, because honest clients send host names of every kind.
struct Hello {
  enum class Verb { Helo, Ehlo, Lhlo } verb = Verb::Ehlo;
  std::string name;
};

struct MailFrom {
  mail::Address from;                 ///< null() for <>
  std::optional<std::uint64_t> size;  ///< RFC 1870: octets announced
  mail::MailOptions options;
  std::optional<std::string> auth;  ///< RFC 4954 §5, xtext decoded; "" for AUTH=<>
};

struct RcptTo {
  mail::Recipient to;  ///< <postmaster> (RFC 5321 §4.5.1) has local "postmaster" and no domain
};

struct Data {};
struct Bdat {
  std::uint64_t bytes = 0;
  bool last = false;
};
struct Rset {};
struct Noop {};
struct Quit {};
struct Vrfy {
  std::string text;
};
struct Expn {
  std::string text;
};
struct Help {
  std::string text;
};
struct StartTls {};
struct Auth {
  std::string mechanism;               ///< upper case
  std::optional<std::string> initial;  ///< base64 as sent; "" for "=" (RFC 4954 §4: an empty response)
};

using Command = std::variant<Hello, MailFrom, RcptTo, Data, Bdat, Rset, Noop, Quit, Vrfy, Expn, Help, StartTls, Auth>;

/// May the command's addresses hold UTF-8? RCPT and VRFY: what MAIL of this transaction said; MAIL decides by its own
/// parameter.
enum class Utf8 { No, Yes };

/// One command line without its CRLF (RFC 5321 §4.1). The failure is the reply to send: 500 5.5.1 for an unknown verb,
/// 501 for bad syntax (5.5.4; 5.1.7 or 5.1.3 in a path), 555 5.5.4 for an unknown MAIL or RCPT parameter, 553 5.6.7 for
/// UTF-8 without SMTPUTF8; its text says what was expected at which octet (from 1).
std::expected<Command, Reply> parse_command(std::string_view line, Utf8 utf8);

/// A Mailbox of RFC 5321 §4.1.2 without angle brackets, the whole of `text`: `a.b@example.org`, `"a b"@[192.0.2.1]`.
/// For configuration and command lines. The error says what was expected and where.
Result<mail::Address> parse_address(std::string_view text, Utf8 utf8);

}  // namespace paraph::smtp
