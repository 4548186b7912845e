#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "record/codec.h"
#include "service/messages.h"
#include "store/store.h"

namespace paraph::service {

/// The blobs that a message names, in its rope and in what it was before the signature, each once: its record holds one
/// reference to each of them.
std::vector<BlobId> blobs_of(const record::StoredMessage& message);

/// What a message's `u` row says: how often it is used. nullopt: it is no number (a damaged store).
std::optional<std::uint64_t> parse_uses(const std::optional<std::string>& row);
/// The row of a message that is used so often, at least once: that it has one user, as most have, needs no row.
std::optional<std::string> format_uses(std::uint64_t uses);

/// How many entries and items of the queue use which message, within one batch. A message goes with the last of them:
/// its record and its references too.
class UseEdits {
 public:
  void add(MessageId message) { ++changes_[message]; }
  void drop(MessageId message) { --changes_[message]; }
  /// It goes with the only thing that can use it: nothing is counted.
  void drop_alone(MessageId message) { alone_.push_back(message); }
  std::vector<MessageId> messages() const;

  /// Reads the counters and writes what they become, with Expects. The batch must also expect a row that uses each of
  /// the messages now (the entry that goes or is copied, or its mailbox; the item): one that is used once has no row of
  /// its own that would tell. A message whose counter is no number (a damaged store: `paraph check` tells) is left
  /// alone, since other entries may show it: NotFound for one that gets a new entry. `messages`: where the records of
  /// those that go may be in memory; nullptr: they are read.
  Task<Result<void>> apply(store::Store& store, store::Batch& batch, const Messages* messages = nullptr) const;

 private:
  Task<Result<void>> count(store::Store& store, store::Batch& batch, std::vector<MessageId>& unused) const;

  std::map<MessageId, std::int64_t> changes_;
  std::vector<MessageId> alone_;
};

}  // namespace paraph::service
