#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace paraph::service {

inline constexpr std::string_view kInbox = "INBOX";
/// Telephones write it in any case (visual voice mail). It stays: a voice signature in it is part of the account's.
inline constexpr std::string_view kGreetings = "Greetings";
inline constexpr char kLevels = '/';
/// Octets of a whole name; a key of the store holds it with room to spare.
inline constexpr std::size_t kMailboxNameBytesMax = 768;

/// "inbox" in any case as the first level becomes "INBOX" (RFC 9051 §5.1), and "greetings" becomes "Greetings"; one
/// trailing '/' is dropped (§6.3.4).
std::string normal_mailbox_name(std::string_view name);

/// UTF-8, no controls, no `*` or `%` (LIST could not name it), no empty level, not over kMailboxNameBytesMax.
bool is_mailbox_name(std::string_view name);

/// "a/b/c" gives "a" and "a/b".
std::vector<std::string> parents_of(std::string_view name);

/// True when `name` is below `parent`.
bool is_below(std::string_view name, std::string_view parent);

}  // namespace paraph::service
