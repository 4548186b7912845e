#pragma once
#include <string>
#include <string_view>

namespace paraph::session_imap {

/// UTF-8 in lower case, for comparing without regard to case: ASCII, Latin, Greek and Cyrillic letters, one to one.
/// Octets that are no UTF-8 stay as they are.
std::string fold(std::string_view text);

}  // namespace paraph::session_imap
