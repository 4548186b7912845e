#pragma once
#include <string>

namespace paraph {

/// Why an expected failure happened. A code exists only if some caller acts on it differently; each protocol has one table
/// from code to reply. Values are not stored on disk.
enum class Code {
  BadInput,         ///< what the caller gave is not of the form asked for
  NotFound,         ///< no such account, mailbox, message, blob
  Exists,           ///< it is there already
  Conflict,         ///< somebody else changed it first: read again and retry
  TooLarge,         ///< past a limit of `[limits]`
  OverQuota,        ///< the account's quota would be passed
  NoSpace,          ///< the disk is full; nothing was changed
  Denied,           ///< known, and not allowed
  Refused,          ///< allowed, and by the operator's policy not taken as it is
  Unauthenticated,  ///< credentials missing or wrong
  Unavailable,      ///< a neighbour does not answer now; the same call may work later
  Unsupported,      ///< well-formed, and not offered here
  Corrupt,          ///< what is stored contradicts itself
};

/// An expected failure: a code for the caller, a sentence for people (what, where, what to do; no trailing newline).
struct Error {
  Code code;
  std::string text;
};

}  // namespace paraph
