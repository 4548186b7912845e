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
    if (!destinations.must_look(*destination)) co_return false;  // another lane found the end
    const auto now = with.clock.now();
    auto known = destinations.begin_look(*destination, now);
    const auto now_bell = record::bell_key(0, destination->name);
    if (!std::ranges::binary_search(known.bells, now_bell)) known.bells.push_back(now_bell);
    // First what the bells say, then what there is: who rings after this is not overheard.
    PARAPH_CO_TRY(auto tokens, co_await with.store.get_many(known.bells));
    PARAPH_CO_TRY(auto rows, co_await look(destination, known.from, now));
    const bool to_the_end = rows.size() < kItemsAtOnce;
    destinations.note_looked(*destination, to_the_end ? "" : rows.back().key);
    bool taken = true;
    if (!rows.empty()) {
      PARAPH_CO_TRY(taken, co_await take(destination, std::move(rows)));
    }
    // Whoever rang before the tokens were read has been heard: nothing else is due.
    if (taken && to_the_end && known.from.empty()) {
      // A bell of a time to come: the clock went back since it rang, and it will ring again.
      const auto to_come = record::bell_key(service::queue_seconds(now) + 1, "");
      for (std::size_t k = 0; k < known.bells.size(); ++k) {
        if (known.bells[k] >= to_come) tokens[k].reset();
      }
      PARAPH_CO_CHECK(co_await silence(destination, std::move(known.bells), std::move(tokens)));
    }
  }
}

/// The `w` rows that are due, those of the most urgent first. What was taken leaves marks in the store's files for a
/// while, so a look does not begin where it did before.
Task<Result<std::vector<store::KeyValue>>> Queue::Inside::look(DestinationPtr destination, std::string from, Time now) {
  std::vector<store::KeyValue> rows;
  for (const auto priority : mail::kPriorities) {
    auto scan = record::all_with(record::waiting_prefix(destination->name, priority));
    scan.to = record::waiting_key(destination->name, service::queue_seconds(now) + 1, 0, priority);
    // What is more urgent is looked for from the beginning.
    if (from.starts_with(record::waiting_prefix(destination->name, priority))) scan.from = from + '\0';
    scan.entries_max = kItemsAtOnce - rows.size();
    PARAPH_CO_TRY(auto more, co_await with.store.scan(std::move(scan)));
    std::ranges::move(more, std::back_inserter(rows));
    if (rows.size() == kItemsAtOnce) break;
  }
  co_return rows;
}

/// Moves items to the end of their lease. False: somebody else changed one, nothing is taken, and the next look tells.
Task<Result<bool>> Queue::Inside::take(DestinationPtr destination, std::vector<store::KeyValue> rows) {
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
    destinations.note_looked(*destination, "");
    co_return false;
  }
  PARAPH_CO_CHECK(done);
  destinations.add_ready(*destination, std::move(taken));
  for (std::size_t more = destinations.more_lanes(*destination), i = 1; i <= more; ++i) begin_lane(destination, i);
  co_return true;
}

/// Takes the bells away, unless one was rung after its token was read: then the next look tells.
Task<Result<void>> Queue::Inside::silence(DestinationPtr destination, std::vector<std::string> bells,
                                          std::vector<std::optional<std::string>> tokens) {
  store::Batch batch;
  for (std::size_t i = 0; i < bells.size(); ++i) {
    if (!tokens[i]) continue;
    batch.expects.push_back({bells[i], std::move(tokens[i])});
    batch.writes.push_back({bells[i], std::nullopt});
  }
  if (!batch.writes.empty()) {
    const auto done = co_await with.store.commit(std::move(batch));
    if (!done && done.error().code == Code::Conflict) co_return Result<void>();
    PARAPH_CO_CHECK(done);
  }
  destinations.end_look(*destination, bells);
  co_return Result<void>();
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
