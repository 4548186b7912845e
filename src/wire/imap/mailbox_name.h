#pragma once
#include <array>
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

/// LIST's wildcards over UTF-8 names: `*` is anything, `%` anything but '/' (RFC 9051 §6.3.9); INBOX matches in any
/// case. Bit-parallel: a name costs its octets times (pattern octets / 64), whatever the pattern. A pattern longer than
/// any name can be matches nothing.
class NamePattern {
 public:
  /// `reference` is put before `pattern`.
  NamePattern(std::string_view reference, std::string_view pattern);
  bool matches(std::string_view name) const;

 private:
  /// The pattern's octets as states in a row: a set bit says that the name so far may have come this far.
  class Automaton {
   public:
    explicit Automaton(std::string_view pattern);
    bool matches(std::string_view name) const;

   private:
    using Words = std::vector<std::uint64_t>;
    void pass_wildcards(Words& states) const;

    std::size_t length_ = 0;  // of the pattern, runs of wildcards counted once
    std::array<std::uint16_t, 256> mask_index_{};
    std::vector<Words> masks_;  // [0] is empty; which states the octet leads on from
    Words star_, wild_;         // states at a `*`, at any wildcard
  };

  Automaton pattern_;
  Automaton inbox_;  // the same with its first level in upper case
  bool matches_inbox_ = false;
};

}  // namespace paraph::imap
