#include "service/queue_items.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "record/keys.h"
#include "service/mailboxes_inside.h"

namespace paraph::service {
namespace {

constexpr std::size_t kTokenBytes = 8;

using record::Queued;
using State = record::QueuedRecipient::State;

/// The item after the act; nullopt: nothing is to be done.
std::optional<Queued> acted(Queued item, QueueItems::Act act, Time now) {
  if (item.ended) return std::nullopt;
  switch (act) {
    case QueueItems::Act::Hold:
      if (item.held) return std::nullopt;
      item.held = true;
      return item;
    case QueueItems::Act::Release:
      if (!item.held) return std::nullopt;
      item.held = false;
      item.due = now;
      return item;
    case QueueItems::Act::Retry:
      if (item.held || item.due <= now) return std::nullopt;
      item.due = now;
      return item;
    case QueueItems::Act::Drop:
      for (auto& one : item.recipients) {
        if (waits(one)) one.state = State::Dropped;
      }
      end_if_done(item, now);
      return item;
  }
  return std::nullopt;
}

}  // namespace

Task<Result<QueueItems::Page>> QueueItems::list(std::string destination, std::string after, std::size_t items_max) {
  auto scan = record::all_with(destination.empty() ? record::waiting_prefix() : record::waiting_prefix(destination));
  if (!after.empty()) scan.from = after + '\0';
  scan.entries_max = items_max;
  PARAPH_CO_TRY(const auto rows, co_await store_.scan(std::move(scan)));
  std::vector<record::ItemId> ids;
  for (const auto& row : rows) ids.push_back({record::last_number(row.key, 8)});
  Page page;
  PARAPH_CO_TRY(page.items, co_await load_items(store_, std::move(ids)));
  note_trying(page.items);
  if (rows.size() == items_max) page.after = rows.back().key;
  co_return page;
}

Task<Result<std::vector<ItemRow>>> QueueItems::of_message(std::string message_id) {
  PARAPH_CO_TRY(auto items, co_await load_items_of(store_, std::move(message_id)));
  note_trying(items);
  co_return items;
}

void QueueItems::note_trying(std::vector<ItemRow>& items) const {
  if (!queue_.trying) return;
  for (auto& one : items) one.trying = queue_.trying(one);
}

Task<Result<ItemRow>> QueueItems::find(record::ItemId id) {
  PARAPH_CO_TRY(auto row, co_await load_item(store_, id));
  if (!row) co_return fail(Code::NotFound, fmt::format("the queue has no item {}", id.value));
  row->trying = queue_.trying && queue_.trying(*row);
  co_return std::move(*row);
}

Task<Result<bool>> QueueItems::try_apply(record::ItemId id, Act act) {
  PARAPH_CO_TRY(const auto row, co_await find(id));
  const auto now = clock_.now();
  auto after = acted(row.item, act, now);
  if (!after) co_return false;
  // Before the bell rings: what is known of the destination is not to stand in the way.
  if (queue_.asked && (act == Act::Release || act == Act::Retry)) queue_.asked(row.item.destination);
  store::Batch batch;
  UseEdits uses;
  change_item(batch, uses, row, std::move(*after), now, random_.octets(kTokenBytes));
  PARAPH_CO_CHECK(co_await uses.apply(store_, batch));
  PARAPH_CO_CHECK(co_await store_.commit(std::move(batch)));
  co_return true;
}

Task<Result<bool>> QueueItems::apply(record::ItemId id, Act act) {
  const auto once = [&] { return try_apply(id, act); };
  co_return co_await until_settled(once);
}

Task<Result<std::size_t>> QueueItems::forget_ended(std::size_t items_max) {
  auto scan = record::all_with(record::ended_prefix());
  scan.to = record::ended_key(queue_seconds(clock_.now() - kEndedKeptFor), 0);
  scan.entries_max = items_max;
  PARAPH_CO_TRY(const auto rows, co_await store_.scan(std::move(scan)));
  std::vector<record::ItemId> ids;
  for (const auto& row : rows) ids.push_back({record::last_number(row.key, 8)});
  PARAPH_CO_TRY(const auto items, co_await load_items(store_, std::move(ids)));
  store::Batch batch;
  for (const auto& row : items) forget_item(batch, row);
  if (batch.writes.empty()) co_return std::size_t{0};
  PARAPH_CO_CHECK(co_await store_.commit(std::move(batch)));
  co_return items.size();
}

}  // namespace paraph::service
