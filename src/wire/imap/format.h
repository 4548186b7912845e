#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "mail/envelope.h"
#include "mail/flags.h"
#include "mail/mailbox.h"
#include "mail/structure.h"
#include "wire/imap/command.h"
#include "wire/imap/mailbox_name.h"
#include "wire/imap/sequence.h"

namespace paraph::imap {

/// Appenders of responses (RFC 9051 §7 and §9). Each writes at the end of `out`, no line end unless it says so, and
/// makes no temporary. Strings from messages and users may hold anything: they come out quoted, or as literals, and
/// break nothing.

void append_number(std::string& out, std::uint64_t number);

/// `string`: quoted where ASCII without CR, LF allows it, else a literal (NUL becomes '?').
void append_string(std::string& out, std::string_view text);
/// `nstring`: NIL when empty.
void append_nstring(std::string& out, std::string_view text);
/// `astring`: an atom where it can be.
void append_astring(std::string& out, std::string_view text);
/// A literal's announcement, `{70000}CRLF`; `~{70000}CRLF` for BINARY that holds NUL (RFC 3516 §4.2).
void append_literal_start(std::string& out, std::uint64_t bytes);
void append_literal8_start(std::string& out, std::uint64_t bytes);
/// A UTF-8 mailbox name as this connection writes it.
void append_mailbox(std::string& out, std::string_view name, NameEncoding encoding);

enum class Recent { No, Yes };
/// `(\Seen $Forwarded)`, with \Recent first when the session says so.
void append_flags(std::string& out, const mail::Flags& flags, Recent recent = Recent::No);
/// `"17-Jul-1996 02:44:25 +0000"`, in UTC.
void append_internal_date(std::string& out, Time date);
/// `(date subject from sender ...)`; sender and reply-to are from's where the message has none (RFC 9051 §7.5.2).
void append_envelope(std::string& out, const mail::Envelope& envelope);
/// BODYSTRUCTURE, with all extension data, of the whole message.
void append_body_structure(std::string& out, const mail::Structure& structure);
/// BODY: the same without extension data.
void append_body(std::string& out, const mail::Structure& structure);

/// The name under which an item is answered: `BODY[1.HEADER.FIELDS (From)]<0>`, `BINARY.SIZE[2]`, `UID`.
void append_fetch_name(std::string& out, const FetchItem& item);
/// `* 12 FETCH (`: the items follow, SP between them, then `)CRLF`.
void append_fetch_start(std::string& out, std::uint32_t sequence_number);

/// `1:3,5,9:10`.
void append_ranges(std::string& out, std::span<const NumberRange> ranges);
void append_uids(std::string& out, const std::vector<Uid>& ascending);

/// What STATUS can tell; only the items asked for are read.
struct StatusValues {
  std::uint32_t messages = 0, recent = 0, uid_next = 1, uid_validity = 0, unseen = 0, deleted = 0;
  std::uint64_t size = 0, highest_modseq = 0;
};
/// `* STATUS Sent (MESSAGES 3 UNSEEN 0)CRLF`
void append_status(std::string& out, std::string_view mailbox, NameEncoding encoding, StatusItem items,
                   const StatusValues& values);

/// Mailbox attributes of LIST (RFC 9051 §7.3.1, RFC 6154), a bit set; the special use comes from the mailbox.
enum class ListAttribute : std::uint16_t {
  None = 0,
  NoInferiors = 1,
  NoSelect = 2,
  HasChildren = 4,
  HasNoChildren = 8,
  Marked = 16,
  Unmarked = 32,
  Subscribed = 64,
  NonExistent = 128,
};
constexpr ListAttribute operator|(ListAttribute a, ListAttribute b) {
  return static_cast<ListAttribute>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(ListAttribute set, ListAttribute one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

enum class ListVerb { List, Lsub };
/// `* LIST (\HasNoChildren \Sent) "/" SentCRLF`. An empty name is the answer to an empty pattern: `* LIST (\Noselect)
/// "/" ""`.
void append_list(std::string& out, ListVerb verb, ListAttribute attributes, mail::SpecialUse use,
                 std::string_view mailbox, NameEncoding encoding);

enum class Condition { Ok, No, Bad, Bye, PreAuth };
/// `TAG OK [CODE] textCRLF`; `tag` "*" for an untagged one; an empty `code` is left out. Text is made one line of
/// ASCII.
void append_condition(std::string& out, std::string_view tag, Condition condition, std::string_view code,
                      std::string_view text);
/// Response codes of RFC 4315 for append_condition(): `APPENDUID 38505 3955`, `COPYUID 38505 304,319:320 3956:3958`.
void append_appenduid(std::string& out, std::uint32_t uid_validity, Uid uid);
void append_copyuid(std::string& out, std::uint32_t uid_validity, const std::vector<Uid>& from,
                    const std::vector<Uid>& to);

}  // namespace paraph::imap
