#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "mail/flags.h"
#include "wire/imap/sequence.h"

namespace paraph::imap {

/// Bounds of one SEARCH: hostile trees must not exhaust the stack or the processor.
inline constexpr unsigned kSearchDepthMax = 100;
inline constexpr unsigned kSearchKeysMax = 1000;

/// One node of SEARCH's tree (RFC 9051 §6.4.4 and RFC 3501 §6.4.4: keys of both). Evaluation is the session's matter.
struct SearchKey {
  enum class Kind {
    All,
    And,      ///< all of `children`: a list in parentheses, and the command's own list
    Or,       ///< either of two `children`
    Not,      ///< not the one of `children`
    Flag,     ///< `flag` is set: ANSWERED, DELETED, DRAFT, FLAGGED, SEEN
    Unflag,   ///< `flag` is not set: UNSEEN ...
    Keyword,  ///< `text` is a keyword of the message, any case
    Unkeyword,
    New,  ///< RECENT UNSEEN (RFC 3501)
    Old,  ///< not RECENT
    Recent,
    Bcc,
    Cc,
    From,
    Subject,
    To,      ///< `text` within that field
    Header,  ///< `text` within the field `field`; empty `text`: the field is there
    Body,    ///< `text` within the body
    Text,    ///< `text` within header or body
    Before,
    On,
    Since,  ///< internal date against `date`
    SentBefore,
    SentOn,
    SentSince,  ///< Date field against `date`
    Larger,
    Smaller,   ///< RFC822.SIZE against `number`
    Sequence,  ///< sequence number in `set`
    Uid,       ///< UID in `set`
  };

  Kind kind = Kind::All;
  std::vector<SearchKey> children;
  mail::Flag flag = mail::Flag::Seen;
  std::string text;              ///< octets in the command's charset
  std::string field;             ///< as written
  std::chrono::sys_days date{};  ///< the day, zone disregarded
  std::uint64_t number = 0;      ///< octets
  SequenceSet set;
  friend bool operator==(const SearchKey&, const SearchKey&) = default;
};

}  // namespace paraph::imap
