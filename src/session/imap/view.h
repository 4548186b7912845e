#pragma once
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "wire/imap/command.h"
#include "wire/imap/sequence.h"

namespace paraph::session_imap {

/// Messages of a view as index ranges [begin, end), ascending and disjoint. An index is a sequence number less 1.
struct IndexRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};
using Picked = std::vector<IndexRange>;

/// The selected mailbox as this client knows it: which UID has which sequence number. Pure: it changes only when told,
/// so a message that others expunged keeps its number until the client may hear of it (RFC 3501 §7.4.1). 4 octets a
/// message.
class View {
 public:
  View() = default;
  explicit View(std::vector<Uid> ascending) : uids_(std::move(ascending)) { uids_.shrink_to_fit(); }

  std::uint32_t size() const { return static_cast<std::uint32_t>(uids_.size()); }
  Uid at(std::uint32_t index) const { return uids_[index]; }
  Uid last() const { return uids_.empty() ? Uid{} : uids_.back(); }
  std::optional<std::uint32_t> find(Uid uid) const;

  /// The messages that `set` names. BadInput: a sequence number that no message has (BAD); UIDs that are not there are
  /// passed over.
  Result<Picked> pick(const imap::SequenceSet& set, imap::Numbers numbers) const;
  /// The UIDs of picked messages, ascending.
  std::vector<Uid> uids_of(const Picked& picked) const;

  /// A message came. UIDs that are not above the last are known already, and passed over.
  void add(Uid uid);
  /// These messages are gone from the mailbox, but not from the view before take_gone(). Any order; unknown UIDs are
  /// passed over.
  void mark_gone(const std::vector<Uid>& uids);
  /// The mailbox holds these messages only (ascending): all others are marked gone.
  void keep_only(const std::vector<Uid>& ascending);
  bool has_gone() const { return !gone_.empty(); }
  bool is_gone(Uid uid) const;
  /// Removes what is marked. Answers the sequence numbers of the EXPUNGE responses, in the order in which to send them.
  std::vector<std::uint32_t> take_gone();

  /// UIDs [first, end) are \Recent in this session.
  void add_recent(Uid first, Uid end);
  bool is_recent(Uid uid) const;
  std::uint32_t count_recent() const;

 private:
  std::vector<Uid> uids_;                    // ascending
  std::vector<Uid> gone_;                    // ascending, all in uids_
  std::vector<std::pair<Uid, Uid>> recent_;  // [first, end), ascending, not adjacent
};

/// Walks through picked messages in chunks of bounded size, so that no command holds more than a chunk of entries.
class Chunks {
 public:
  explicit Chunks(Picked picked) : picked_(std::move(picked)) {}
  /// The next indexes, ascending, at most `max`; empty: that was all.
  std::vector<std::uint32_t> next(std::size_t max);

 private:
  Picked picked_;
  std::size_t at_ = 0;
};

}  // namespace paraph::session_imap
