#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "mail/flags.h"
#include "mail/mailbox.h"
#include "wire/imap/framer.h"
#include "wire/imap/metadata.h"
#include "wire/imap/search.h"
#include "wire/imap/section.h"
#include "wire/imap/sequence.h"

namespace paraph::imap {

/// In this file: one struct per command (RFC 9051 §6), with the values its handler needs. Mailbox names are UTF-8,
/// INBOX in upper case, not yet checked for what a mailbox may be called (mailbox_name.h).

/// Do numbers mean sequence numbers or UIDs, in the command and in its replies?
enum class Numbers { Sequence, Uid };
enum class Readonly { No, Yes };

struct Capability {};
struct Noop {};
struct Logout {};
struct StartTls {};
struct Check {};
struct Close {};
struct Unselect {};   // RFC 3691
struct Idle {};       // RFC 2177
struct Namespace {};  // RFC 2342

struct Authenticate {                  // RFC 9051 §6.2.2, RFC 4959
  std::string mechanism;               ///< upper case
  std::optional<std::string> initial;  ///< base64 as sent; "" for "="
};
struct Login {
  std::string user, password;
};
struct Enable {
  std::vector<std::string> capabilities;
};  ///< upper case
struct Id {
  std::vector<std::pair<std::string, std::string>> fields;
};  ///< RFC 2971: names lower case, NIL values ""

struct Select {  ///< EXAMINE too
  std::string mailbox;
  Readonly readonly = Readonly::No;
};
struct Create {
  std::string mailbox;                ///< without the '/' at its end that RFC 9051 §6.3.4 allows
  std::vector<mail::SpecialUse> use;  ///< RFC 6154 §3
};
struct Delete {
  std::string mailbox;
};
struct Rename {
  std::string from, to;
};
struct Subscribe {
  std::string mailbox;
};
struct Unsubscribe {
  std::string mailbox;
};

/// STATUS items (RFC 9051 §6.3.11; RECENT of RFC 3501), a bit set.
enum class StatusItem : std::uint8_t {
  None = 0,
  Messages = 1,
  Recent = 2,
  UidNext = 4,
  UidValidity = 8,
  Unseen = 16,
  Size = 32,
  Deleted = 64,
  HighestModSeq = 128,
};
constexpr StatusItem operator|(StatusItem a, StatusItem b) {
  return static_cast<StatusItem>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(StatusItem set, StatusItem item) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(item)) != 0;
}

struct Status {
  std::string mailbox;
  StatusItem items = StatusItem::None;
};

struct List {             // RFC 9051 §6.3.9; the extended form too
  bool extended = false;  ///< selection options, several patterns or RETURN were given
  bool select_subscribed = false, select_remote = false, select_recursive = false, select_special_use = false;
  std::string reference;              ///< UTF-8
  std::vector<std::string> patterns;  ///< UTF-8 with * and %; a single empty one asks for the hierarchy separator
  bool return_subscribed = false, return_children = false, return_special_use = false;
  StatusItem return_status = StatusItem::None;
};
struct Lsub {
  std::string reference, pattern;
};

/// APPEND up to its literal: what Framer's Message event shows.
struct Append {
  std::string mailbox;
  mail::Flags flags;
  std::optional<Time> date;
  std::uint64_t bytes = 0;
  Sync sync = Sync::Yes;
  bool binary = false;  ///< literal8, ~{n}: may hold NUL (RFC 3516 §4.4)
  bool utf8 = false;    ///< UTF8 (~{n}: a ")" follows the octets (RFC 6855 §4)
};

struct Expunge {
  std::optional<SequenceSet> uids;
};  ///< with a set: UID EXPUNGE (RFC 4315)
struct Search {
  Numbers numbers = Numbers::Sequence;
  std::string charset;  ///< upper case; empty: not given
  SearchKey key;        ///< an And, even of one
};

/// One item of FETCH; macros are spelled out by the parser.
struct FetchItem {
  enum class Kind {
    Envelope,
    Flags,
    InternalDate,
    Rfc822,
    Rfc822Header,
    Rfc822Text,
    Rfc822Size,
    Body,
    BodyStructure,
    Uid,
    Section,  ///< BODY[section]<partial>, or BODY.PEEK
    Binary,
    BinarySize,  ///< RFC 3516
  };
  Kind kind = Kind::Flags;
  bool peek = false;  ///< Section, Binary: does not set \Seen
  imap::Section section;
  std::optional<Partial> partial;
  /// Does fetching it set \Seen (RFC822, RFC822.TEXT, BODY[], BINARY[] without peek)?
  bool sets_seen() const {
    return kind == Kind::Rfc822 || kind == Kind::Rfc822Text ||
           ((kind == Kind::Section || kind == Kind::Binary) && !peek);
  }
  friend bool operator==(const FetchItem&, const FetchItem&) = default;
};

struct Fetch {
  Numbers numbers = Numbers::Sequence;
  SequenceSet set;
  std::vector<FetchItem> items;  ///< at most kFetchItemsMax
};
inline constexpr std::size_t kFetchItemsMax = 500;

enum class Silent { No, Yes };
struct Store {
  Numbers numbers = Numbers::Sequence;
  SequenceSet set;
  mail::FlagChange change = mail::FlagChange::Replace;
  Silent silent = Silent::No;
  mail::Flags flags;
};
struct Copy {
  Numbers numbers = Numbers::Sequence;
  SequenceSet set;
  std::string mailbox;
};
struct Move {  // RFC 6851
  Numbers numbers = Numbers::Sequence;
  SequenceSet set;
  std::string mailbox;
};

using CommandBody =
    std::variant<Capability, Noop, Logout, StartTls, Check, Close, Unselect, Idle, Namespace, Authenticate, Login,
                 Enable, Id, Select, Create, Delete, Rename, Subscribe, Unsubscribe, Status, List, Lsub, Append,
                 GetMetadata, SetMetadata, Expunge, Search, Fetch, Store, Copy, Move>;

struct Command {
  std::string tag;
  std::string name;  ///< upper case, with "UID " before it where so sent: for replies and logs
  CommandBody body;
};

}  // namespace paraph::imap
