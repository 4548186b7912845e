#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "record/codec.h"
#include "service/message_uses.h"
#include "store/store.h"

namespace paraph::service {

/// Woken when a destination may have something to do at once.
inline constexpr std::uint64_t kQueueTopic = UINT64_MAX - 1;
/// Recipients of one item at most (RFC 5321 §4.5.3.1.8).
inline constexpr std::size_t kItemRecipientsMax = 100;

/// An item of the queue with the very octets it was read as: what a batch expects to find again.
struct ItemRow {
  record::ItemId id;
  record::Queued item;
  std::string octets;
  bool trying = false;  ///< this server is at it now, or about to be (QueueItems says so)
};

/// nullopt: there is none, or none any more. Corrupt.
Task<Result<std::optional<ItemRow>>> load_item(store::Store& store, record::ItemId id);
/// Those of `ids` that are there, in order. Corrupt.
Task<Result<std::vector<ItemRow>>> load_items(store::Store& store, std::vector<record::ItemId> ids);
/// The items of the messages with this Message-ID, ended or not, in order of number; at most 1,000.
Task<Result<std::vector<ItemRow>>> load_items_of(store::Store& store, std::string message_id);

/// The one place that writes the rows of items (record/keys.h), so that a record and the rows by which it is found
/// agree. All that a record does not decide by itself is the token of a bell: 8 octets that nobody wrote before.
///
/// A new item, to be tried at once. It is one use of its message, which the caller counts.
void add_item(store::Batch& batch, record::ItemId id, const record::Queued& item);
/// Another state of an item as it was read, which the batch expects. Rings for it, from `now` on. When it ends, its
/// message is cleared from the record; a use of a message that it has no more is dropped in `uses`, which the caller
/// applies.
void change_item(store::Batch& batch, UseEdits& uses, const ItemRow& before, record::Queued after, Time now,
                 const std::string& token);
/// The keys of the rows by which an item is found; they have no value.
std::vector<std::string> finding_keys(record::ItemId id, const record::Queued& item);
/// By when a bell has to ring for an item: Unix seconds, a whole minute unless the item is
/// new; nullopt: it has ended, or is held.
std::optional<std::uint64_t> bell_due(const record::Queued& item);
/// An ended item, gone for good.
void forget_item(store::Batch& batch, const ItemRow& row);

/// Ends an item in which nobody waits any more.
void end_if_done(record::Queued& item, Time now);
bool waits(const record::QueuedRecipient& recipient);

/// Whole Unix seconds; times before 1970 count as 1970.
std::uint64_t queue_seconds(Time time);

}  // namespace paraph::service
