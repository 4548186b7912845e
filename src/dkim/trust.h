#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dkim/verify.h"

namespace paraph::dkim {

/// May the Paraph-Signature field of another server be believed (spec 2.6, last point)? Only when there is exactly one,
/// and one From field with one mailbox, whose domain equals the tag d=, and some outcome is a pass of a key that is not
/// in test mode, with the same d=, that covers Paraph-Signature. "Aligned" is equality: a server of this kind signs
/// with the domain of From itself, and without a list of public suffixes nothing wider is safe
/// (docs/decisions/0004-dkim.md). The answer is that domain. That bh= fits the content is for the caller to see
/// (signature/field.h, content_hash). NotFound: there is no such field. BadInput: more than one, or it cannot be read.
/// Denied: nothing vouches for it; the text says what is missing.
Result<std::string> check_foreign_signature(std::string_view header, const std::vector<Outcome>& outcomes);

}  // namespace paraph::dkim
