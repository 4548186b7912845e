#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/address.h"
#include "mail/transaction.h"

namespace paraph::milter {

/// A message while an MTA hands it over, in pieces: its envelope, header fields and body. One connection's thread.
struct Message {
  std::string login;  ///< who the MTA says it is
  mail::Address reverse_path;
  std::vector<mail::Recipient> recipients;
  std::string header;  ///< whole fields with CRLF line ends, without the empty line
  std::string body;
  bool too_large = false;

  std::uint64_t bytes() const { return header.size() + 2 + body.size(); }
};

/// A field as milters give it: `value` has its first blank, and LF between its lines. NUL and stray CR become blanks.
std::string format_field(std::string_view name, std::string_view value);

/// "<a@b>", or "a@b", as MTAs give paths to milters. BadInput: no path.
Result<mail::Address> parse_path(std::string_view text);

/// Whose signature a login stands for: its own address; without a domain it is the reverse-path's, if that has the
/// same local part. BadInput: nobody's.
Result<mail::Address> owner_of(std::string_view login, const mail::Address& reverse_path);

/// What the MTA tells its client of a message that does not go: for good when the operator's policy, or the user's,
/// says so; later when we are to blame. The text is for libmilter, which formats it: without a percent sign.
struct Refusal {
  bool later = false;
  std::string code, enhanced, text;  ///< "550", "5.7.1", "..."
};
Refusal refusal_of(const Error& error);

/// "127.0.0.1:9900", "[::1]:9900" or "unix:/run/paraph/milter.sock" as libmilter names sockets. BadInput: one sentence.
Result<std::string> socket_name(std::string_view listen);

}  // namespace paraph::milter
