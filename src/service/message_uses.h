#pragma once
#include <cstdint>
#include <map>
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

/// How many entries show which message, within one batch. A message goes with its last entry: its record and its
/// references too.
class UseEdits {
 public:
  void add(MessageId message) { ++changes_[message]; }
  void drop(MessageId message) { --changes_[message]; }
  std::vector<MessageId> messages() const;

  /// Reads the counters and writes what they become, with Expects. A message whose counter is missing (a damaged store:
  /// `paraph check` tells) is left alone, since other entries may show it: NotFound for one that gets a new entry.
  /// `messages`: where the records of those that go may be in memory; nullptr: they are read.
  Task<Result<void>> apply(store::Store& store, store::Batch& batch, const Messages* messages = nullptr) const;

 private:
  std::map<MessageId, std::int64_t> changes_;
};

}  // namespace paraph::service
