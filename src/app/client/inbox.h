#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/client/imap.h"
#include "base/result.h"

namespace paraph::client {

/// One message of the voice mailbox, as a list shows it. Texts are decoded UTF-8.
struct Listed {
  std::uint32_t uid = 0;
  std::string from, to, subject;
  std::string date;                       ///< "2026-11-23T02:24:00Z": of the Date field, else when it arrived
  std::optional<std::uint32_t> duration;  ///< seconds of the recording
  bool seen = false;
  bool is_signed = false;  ///< it carries a signature that its sender's server attached
};

/// Lists INBOX in order of UID, without changing a flag. Blocks.
Result<std::vector<Listed>> list_inbox(Imap& imap);

/// For people: a line of captions, and a line for each message; controls are blanked.
std::string format_table(const std::vector<Listed>& messages);
/// A JSON array of objects with exactly uid, from, to, subject, date, duration (null: unknown), seen, signed.
std::string format_json(const std::vector<Listed>& messages);

}  // namespace paraph::client
