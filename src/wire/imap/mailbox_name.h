#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace paraph::imap {

/// How mailbox names are written on this connection: modified UTF-7 (RFC 3501 §5.1.3), or UTF-8 once enabled (RFC 6855,
/// RFC 9051).
enum class NameEncoding { Utf7, Utf8 };

inline constexpr std::size_t kMailboxNameBytesMax = 1000;
inline constexpr std::size_t kMailboxLevelsMax = 32;

/// Modified UTF-7 to UTF-8. BadInput for anything that utf7_name() would not write: raw 8-bit octets, encoded printable
/// ASCII, unended or padded runs, lone surrogates.
Result<std::string> parse_utf7_name(std::string_view name);
/// UTF-8 (well-formed: the caller has checked) to modified UTF-7.
std::string format_utf7_name(std::string_view name);

/// A name or pattern from the wire to UTF-8; INBOX, alone or as the first level, becomes upper case (RFC 9051 §5.1).
Result<std::string> parse_mailbox_name(std::string_view name, NameEncoding encoding);

/// May a mailbox be created under this UTF-8 name? BadInput (NO [CANNOT]): empty, an empty level, a control or a
/// wildcard, past kMailboxNameBytesMax or kMailboxLevelsMax.
Result<> check_mailbox_name(std::string_view name);

/// LIST's wildcards over UTF-8 names: `*` is anything, `%` anything but '/' (RFC 9051 §6.3.9). Bit-parallel: each name
/// costs its octets times (pattern octets / 64), whatever the pattern.
class NamePattern {
 public:
  /// `reference` is put before `pattern`.
  NamePattern(std::string_view reference, std::string_view pattern);
  bool matches(std::string_view name) const;

 private:
  using Words = std::vector<std::uint64_t>;
  bool run(std::string_view name, const std::string& literals) const;

  std::string literals_;        // the pattern's octets, '\0' where a wildcard stands
  std::string upper_literals_;  // the same in upper case, for INBOX
  Words star_, percent_;        // where the wildcards are
};

}  // namespace paraph::imap
