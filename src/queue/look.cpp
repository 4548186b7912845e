// What is taken of the queue: bells, looks and leases (queue_inside.h).
#include <algorithm>
#include <functional>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "queue/queue_inside.h"
#include "record/keys.h"

namespace paraph::queue {
namespace {

/// Taken in one commit.
constexpr std::size_t kItemsAtOnce = 20;
/// Longer than any transaction; what another node took is left alone so long. What is longer under way here is taken
/// on, not again.
constexpr std::chrono::hours kLease{1};
constexpr std::size_t kLeasesPerPage = 200;

std::uint64_t turn_of(const std::string& destination) { return std::hash<std::string>()(destination) << 1 | 1; }

}  // namespace

Task<Result<bool>> Queue::Inside::refill(DestinationPtr destination) {
  std::vector<std::uint64_t> mine{turn_of(destination->name)};
  const auto turn = co_await turns.take(std::move(mine), service::Turns::Kind::Alone);
  for (;;) {
    if (destinations.has_ready(*destination)) co_return true;  // another lane looked meanwhile
    if (stopping()) co_return false;
    const auto now = with.clock.now();
    auto known = destinations.begin_look(*destination, now);
    const auto now_bell = record::bell_key(0, destination->name);
    if (!std::ranges::binary_search(known.bells, now_bell)) known.bells.push_back(now_bell);
    // First what the bells say, then what there is: who rings after this is not overheard.
    PARAPH_CO_TRY(auto tokens, co_await with.store.get_many(known.bells));
    PARAPH_CO_TRY(auto rows, co_await look(destination, known.from, now));
    if (rows.empty() && !known.from.empty()) {
      PARAPH_CO_TRY(rows, co_await look(destination, "", now));
    }
    if (rows.empty()) {
      // A bell of a time to come: the clock went back since it rang, and it will ring again.
      const auto to_come = record::bell_key(service::queue_seconds(now) + 1, "");
      for (std::size_t i = 0; i < known.bells.size(); ++i) {
        if (known.bells[i] >= to_come) tokens[i].reset();
      }
      PARAPH_CO_TRY(const bool silent, co_await silence(destination, std::move(known.bells), std::move(tokens)));
      if (silent) co_return false;
      continue;
    }
    PARAPH_CO_CHECK(co_await take(destination, std::move(rows)));
  }
}

/// The `w` rows that are due. What was taken leaves marks in the store's files for a while, so a look does not begin
/// where it did before.
Task<Result<std::vector<store::KeyValue>>> Queue::Inside::look(DestinationPtr destination, std::string from, Time now) {
  auto scan = record::all_with(record::waiting_prefix(destination->name));
  scan.to = record::waiting_key(destination->name, service::queue_seconds(now) + 1, 0);
  if (!from.empty()) scan.from = from + '\0';
  scan.entries_max = kItemsAtOnce;
  return with.store.scan(std::move(scan));
}

/// Moves items to the end of their lease. Somebody else may have changed one: then nothing is taken, and the next look
/// tells.
Task<Result<void>> Queue::Inside::take(DestinationPtr destination, std::vector<store::KeyValue> rows) {
  std::vector<record::ItemId> ids;
  for (const auto& row : rows) ids.push_back({record::last_number(row.key, 8)});
  PARAPH_CO_TRY(auto found, co_await service::load_items(with.store, ids));
  const auto now = with.clock.now();
  store::Batch batch;
  service::UseEdits uses;  // taking changes none
  std::vector<service::ItemRow> taken;
  for (const auto& row : rows) {
    const record::ItemId id{record::last_number(row.key, 8)};
    const auto item = std::ranges::find(found, id, &service::ItemRow::id);
    const auto right = item == found.end() ? std::vector<std::string>() : service::finding_keys(id, item->item);
    if (std::ranges::find(right, row.key) == right.end()) {
      // A damaged store, or it went just now: then the batch fails.
      batch.expects.push_back({row.key, row.value});
      batch.writes.push_back({row.key, std::nullopt});
      continue;
    }
    auto after = item->item;
    const bool held = after.held && !destinations.holds(id);  // while another node had it, which died
    after.node = held ? "" : options.node;
    after.due = held ? now : now + kLease;
    service::change_item(batch, uses, *item, after, now, token());
    if (held || destinations.holds(id)) continue;
    auto octets = record::format_queued(after);
    taken.push_back({.id = id, .item = std::move(after), .octets = std::move(octets)});
  }
  const auto done = co_await with.store.commit(std::move(batch));
  if (!done && done.error().code == Code::Conflict) {
    destinations.note_taken(*destination, "");
    co_return Result<void>();
  }
  PARAPH_CO_CHECK(done);
  destinations.note_taken(*destination, rows.back().key);
  destinations.add_ready(*destination, std::move(taken));
  for (std::size_t more = destinations.more_lanes(*destination), i = 1; i <= more; ++i) begin_lane(destination, i);
  co_return Result<void>();
}

/// Takes the bells away, unless one was rung after its token was read. True: all is silent.
Task<Result<bool>> Queue::Inside::silence(DestinationPtr destination, std::vector<std::string> bells,
                                          std::vector<std::optional<std::string>> tokens) {
  store::Batch batch;
  for (std::size_t i = 0; i < bells.size(); ++i) {
    if (!tokens[i]) continue;
    batch.expects.push_back({bells[i], std::move(tokens[i])});
    batch.writes.push_back({bells[i], std::nullopt});
  }
  if (!batch.writes.empty()) {
    const auto done = co_await with.store.commit(std::move(batch));
    if (!done && done.error().code == Code::Conflict) co_return false;
    PARAPH_CO_CHECK(done);
  }
  co_return destinations.end_look(*destination, bells);
}

/// A start finds what the node had taken when it ended.
Task<Result<std::size_t>> Queue::Inside::put_back() {
  auto scan = record::all_with(record::leases_prefix(options.node));
  scan.entries_max = kLeasesPerPage;
  std::size_t count = 0;
  for (;;) {
    PARAPH_CO_TRY(const auto leases, co_await with.store.scan(scan));
    std::vector<record::ItemId> ids;
    for (const auto& lease : leases) ids.push_back({record::last_number(lease.key, 8)});
    PARAPH_CO_TRY(const auto rows, co_await service::load_items(with.store, std::move(ids)));
    store::Batch batch;
    service::UseEdits uses;
    const auto now = with.clock.now();
    for (const auto& row : rows) {
      if (row.item.node != options.node) continue;
      auto after = row.item;
      after.node.clear();
      after.due = now;
      service::change_item(batch, uses, row, std::move(after), now, token());
      ++count;
    }
    if (!batch.writes.empty()) {
      PARAPH_CO_CHECK(co_await with.store.commit(std::move(batch)));
    }
    if (leases.size() < kLeasesPerPage) break;
    scan.from = leases.back().key + '\0';
  }
  if (count != 0)
    log(Level::Info, "queue items={} were being tried when the server ended: they are tried again", count);
  co_return count;
}

}  // namespace paraph::queue
