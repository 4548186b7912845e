#include "service/queue_rows.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "record/keys.h"
#include "service/message_ids.h"

namespace paraph::service {
namespace {

using record::Queued;

/// Bells ring at whole minutes: however many items a destination has, its bells are few.
constexpr std::uint64_t kBellSeconds = 60;
/// But exactly for what was accepted so short a time ago: its first delays may be seconds.
constexpr std::uint64_t kExactSeconds = 120;
constexpr std::size_t kItemsOfMessageMax = 1000;

/// When the item's `w` row is due; nullopt: it has none.
std::optional<std::uint64_t> waits_until(const Queued& item) {
  if (item.ended) return std::nullopt;
  if (item.held) return record::kNever;
  return queue_seconds(item.due);
}

template <class T>
bool has(const std::vector<T>& all, const T& one) {
  return std::ranges::find(all, one) != all.end();
}

void ring(store::Batch& batch, std::string key, const std::string& token) {
  // Items of one destination in one batch share the bell.
  const bool rings = std::ranges::find(batch.writes, key, &store::Write::key) != batch.writes.end();
  if (!rings) batch.writes.push_back({std::move(key), token});
}

void ring_at_once(store::Batch& batch, const std::string& destination, const std::string& token) {
  ring(batch, record::bell_key(0, destination), token);
  if (!has(batch.topics, kQueueTopic)) batch.topics.push_back(kQueueTopic);
}

}  // namespace

std::vector<std::string> finding_keys(record::ItemId id, const Queued& item) {
  std::vector<std::string> keys;
  if (const auto due = waits_until(item))
    keys.push_back(record::waiting_key(item.destination, *due, id.value, item.priority));
  if (item.ended) keys.push_back(record::ended_key(queue_seconds(*item.ended), id.value));
  if (const auto hash = message_id_hash(item.message_id)) keys.push_back(record::queued_of_key(*hash, id.value));
  return keys;
}

std::optional<std::uint64_t> bell_due(const Queued& item) {
  const auto due = waits_until(item);
  if (!due || *due == record::kNever) return std::nullopt;
  if (*due < queue_seconds(item.arrived) + kExactSeconds) return due;
  return (*due + kBellSeconds - 1) / kBellSeconds * kBellSeconds;
}

std::uint64_t queue_seconds(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, seconds));
}

bool waits(const record::QueuedRecipient& recipient) {
  return recipient.state == record::QueuedRecipient::State::Waiting;
}

void end_if_done(Queued& item, Time now) {
  if (item.ended || std::ranges::any_of(item.recipients, waits)) return;
  item.ended = now;
  item.held = false;
}

Task<Result<std::optional<ItemRow>>> load_item(store::Store& store, record::ItemId id) {
  PARAPH_CO_TRY(auto octets, co_await store.get(record::queued_key(id.value)));
  if (!octets) co_return std::optional<ItemRow>();
  PARAPH_CO_TRY(auto item, record::parse_queued(*octets));
  co_return ItemRow{.id = id, .item = std::move(item), .octets = std::move(*octets)};
}

Task<Result<std::vector<ItemRow>>> load_items(store::Store& store, std::vector<record::ItemId> ids) {
  std::vector<std::string> keys;
  for (const auto id : ids) keys.push_back(record::queued_key(id.value));
  PARAPH_CO_TRY(auto values, co_await store.get_many(std::move(keys)));
  std::vector<ItemRow> rows;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!values[i]) continue;
    PARAPH_CO_TRY(auto item, record::parse_queued(*values[i]));
    rows.push_back({.id = ids[i], .item = std::move(item), .octets = std::move(*values[i])});
  }
  co_return rows;
}

Task<Result<std::vector<ItemRow>>> load_items_of(store::Store& store, std::string message_id) {
  const auto hash = message_id_hash(message_id);
  if (!hash) co_return std::vector<ItemRow>();
  auto scan = record::all_with(record::queued_of_prefix(*hash));
  scan.entries_max = kItemsOfMessageMax;
  PARAPH_CO_TRY(const auto rows, co_await store.scan(std::move(scan)));
  std::vector<record::ItemId> ids;
  for (const auto& row : rows) ids.push_back({record::last_number(row.key, 8)});
  co_return co_await load_items(store, std::move(ids));
}

void add_item(store::Batch& batch, record::ItemId id, const Queued& item) {
  batch.writes.push_back({record::queued_key(id.value), record::format_queued(item)});
  for (auto& key : finding_keys(id, item)) batch.writes.push_back({std::move(key), ""});
  // Its own number is a token that nobody else writes.
  ring_at_once(batch, item.destination, record::number_value(id.value));
}

void change_item(store::Batch& batch, UseEdits& uses, const ItemRow& before, Queued after, Time now,
                 const std::string& token) {
  const auto& was = before.item;
  const bool lets_go = was.message != after.message || after.ended;
  if (lets_go && was.alone) {
    uses.drop_alone(was.message);
  } else if (lets_go) {
    uses.drop(was.message);
  }
  if (after.ended) {
    after.message = {};
    after.alone = false;
  }
  const auto key = record::queued_key(before.id.value);
  batch.expects.push_back({key, before.octets});
  batch.writes.push_back({key, record::format_queued(after)});
  const auto old_keys = finding_keys(before.id, was);
  auto new_keys = finding_keys(before.id, after);
  for (const auto& old : old_keys) {
    if (!has(new_keys, old)) batch.writes.push_back({old, std::nullopt});
  }
  for (auto& fresh : new_keys) {
    if (!has(old_keys, fresh)) batch.writes.push_back({std::move(fresh), ""});
  }
  const auto minute = bell_due(after);
  if (!minute || waits_until(after) == waits_until(was)) return;
  if (*waits_until(after) <= queue_seconds(now)) return ring_at_once(batch, after.destination, token);
  ring(batch, record::bell_key(*minute, after.destination), token);
}

void forget_item(store::Batch& batch, const ItemRow& row) {
  const auto key = record::queued_key(row.id.value);
  batch.expects.push_back({key, row.octets});
  batch.writes.push_back({key, std::nullopt});
  for (auto& old : finding_keys(row.id, row.item)) batch.writes.push_back({std::move(old), std::nullopt});
}

}  // namespace paraph::service
