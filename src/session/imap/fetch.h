#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/mailbox.h"
#include "record/codec.h"
#include "wire/imap/command.h"
#include "wire/imap/format.h"

namespace paraph::session_imap {

/// Does the item show octets of the message, which are read piece by piece?
bool streams(const imap::FetchItem& item);

/// What a FETCH asks for, looked at once for all its messages.
struct FetchPlan {
  FetchPlan(std::vector<imap::FetchItem> asked, imap::Numbers numbers, imap::Readonly readonly);
  std::vector<imap::FetchItem> items;  ///< with UID where UID FETCH adds it
  bool needs_message = false;          ///< more than the mailbox's entry
  bool streams = false;
  bool sets_seen = false;
};

/// What a FETCH has to say at its end.
struct FetchOutcome {
  std::vector<Uid> to_see;
  bool missing = false;
  bool unknown_encoding = false;
};

/// What simple items are made of. `message` may be null when the plan needs none.
struct FetchSubject {
  const mail::Entry& entry;
  const record::StoredMessage* message;
  imap::Recent recent;
};

/// An item that does not stream, with its name. Pure.
void append_simple_item(std::string& out, const imap::FetchItem& item, const FetchSubject& subject);
/// All items of a plan that does not stream, SP between them.
void append_simple_items(std::string& out, const FetchPlan& plan, const FetchSubject& subject);

/// Octets [range) of a message where they lie in the record itself, so that nothing need be read; nullopt otherwise.
/// Points into `rope`.
std::optional<std::string_view> inline_octets(const mail::Rope& rope, mail::Range range);

}  // namespace paraph::session_imap
