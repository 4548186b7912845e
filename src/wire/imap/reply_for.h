#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "wire/imap/format.h"

namespace paraph::imap {

/// Is the mailbox that an error speaks of the target of COPY, MOVE or APPEND? Then NotFound is [TRYCREATE] (RFC 9051
/// §6.4.7).
enum class Target { No, Yes };

/// How a failed command is answered.
struct Refusal {
  Condition condition = Condition::No;
  std::string_view code;  ///< response code without brackets (RFC 5530, RFC 9051 §7.1), static; may be empty
};

/// The one table from Code to NO or BAD and its response code.
Refusal reply_for(Code code, Target target = Target::No);

/// The whole tagged line, with the error's sentence; for what is only our trouble (Corrupt, Unavailable, NoSpace) a
/// general one.
void append_refusal(std::string& out, std::string_view tag, const Error& error, Target target = Target::No);

}  // namespace paraph::imap
