#pragma once
#include <string_view>

#include "mail/transaction.h"

namespace paraph::mime {

/// Who goes first, as the author wished: Priority and Importance (RFC 2156, RFC 4021 §2.1), else X-Priority, else
/// Precedence, the first of them that says something known. `header` is a header block.
mail::Priority priority_of(std::string_view header);

}  // namespace paraph::mime
