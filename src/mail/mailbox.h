#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "mail/flags.h"

namespace paraph::mail {

/// RFC 6154; Greetings is where a phone uploads its voice signature (no special-use attribute). Stored: never renumber.
enum class SpecialUse : std::uint8_t { None = 0, Sent = 1, Drafts = 2, Trash = 3, Junk = 4, Greetings = 5 };

/// A mailbox as LIST and STATUS see it. Names are UTF-8 with '/' between levels; INBOX in upper case.
struct Mailbox {
  MailboxId id;
  std::string name;
  SpecialUse use = SpecialUse::None;
  bool subscribed = false;
  std::uint32_t uid_validity = 0;
  Uid uid_next{1};
  ModSeq highest_modseq{1};
  Uid recent_from{1};            ///< messages from this UID on have not been \Recent to any session yet
  std::uint32_t messages = 0;
  std::uint32_t unseen = 0;
  std::uint64_t bytes = 0;       ///< sum of RFC822.SIZE
  ModSeq known_from;             ///< which UIDs were expunged at or before this modseq is no longer known
  std::uint32_t tombstones = 0;  ///< expunged UIDs that the change log still names
  friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

/// One message in one mailbox: what changes about it, and where the rest is.
struct Entry {
  Uid uid;
  MessageId message;
  Flags flags;
  ModSeq modseq;
  Time internal_date;
  std::uint64_t size = 0;        ///< RFC822.SIZE
  friend bool operator==(const Entry&, const Entry&) = default;
};

}  // namespace paraph::mail
