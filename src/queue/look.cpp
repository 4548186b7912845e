// What is taken of the queue: bells, looks and leases (queue_inside.h).
#include <algorithm>
#include <functional>
#include <utility>

#include "queue/queue_inside.h"
#include "record/keys.h"

namespace paraph::queue {
namespace {

/// Taken at once.
constexpr std::size_t kItemsAtOnce = 20;
constexpr std::size_t kLeasesPerPage = 200;

std::uint64_t turn_of(const std::string& destination) { return std::hash<std::string>()(destination) << 1 | 1; }

}  // namespace

Task<Result<bool>> Queue::Inside::refill(DestinationPtr destination) {
  std::vector<std::uint64_t> mine{turn_of(destination->name)};
  const auto turn = co_await turns.take(std::move(mine), service::Turns::Kind::Alone);
  for (;;) {
    if (destinations.has_ready(*destination)) co_return true;  // another lane looked meanwhile
    if (stopping()) co_return false;
    if (!destinations.must_look(*destination)) {  // another lane found the end
      PARAPH_CO_TRY(const bool left, co_await leave(destination));
      if (left) co_return false;
      continue;
    }
    PARAPH_CO_TRY(const bool ours, co_await lease(destination));
    if (ours) {
      PARAPH_CO_CHECK(co_await look(destination));
    } else {
      destinations.leave_to_others(*destination);
    }
  }
}

/// Makes the destination this node's for a while. False: it is another's.
Task<Result<bool>> Queue::Inside::lease(DestinationPtr destination) {
  const auto now = with.clock.now();
  if (destinations.is_leased(*destination, now + kLease / 2, kLease / 2)) co_return true;
  const auto key = record::lease_key(destination->name);
  PARAPH_CO_TRY(auto found, co_await with.store.get(key));
  const auto said = found ? record::parse_lease(*found) : fail(Code::NotFound, "");
  if (said && said->node != options.node && said->until > now) co_return false;
  const auto until = now + kLease;
  auto row = record::format_lease({.node = options.node, .until = until});
  store::Batch batch;
  batch.expects.push_back({key, std::move(found)});
  batch.writes.push_back({key, row});
  const auto done = co_await with.store.commit(std::move(batch));
  if (!done && done.error().code == Code::Conflict) co_return false;
  PARAPH_CO_CHECK(done);
  destinations.note_leased(*destination, until, std::move(row));
  co_return true;
}

/// Takes what is due, and learns whether that is all.
Task<Result<void>> Queue::Inside::look(DestinationPtr destination) {
  const auto now = with.clock.now();
  auto known = destinations.begin_look(*destination, now);
  const auto now_bell = record::bell_key(0, destination->name);
  if (!std::ranges::binary_search(known.bells, now_bell)) known.bells.push_back(now_bell);
  // First what the bells say, then what there is: who rings after this is not overheard.
  PARAPH_CO_TRY(auto said, co_await with.store.get_many(known.bells));
  PARAPH_CO_TRY(auto rows, co_await due_rows(destination, known.from, now));
  const bool to_the_end = rows.size() < kItemsAtOnce;
  destinations.note_looked(*destination, to_the_end ? "" : rows.back().key);
  if (!rows.empty()) {
    PARAPH_CO_TRY(const bool taken, co_await take(destination, std::move(rows)));
    if (!taken) co_return Result<void>();
  }
  if (!to_the_end || !known.from.empty()) co_return Result<void>();
  // A bell of a time to come: the clock went back since it rang, and it will ring again.
  const auto to_come = record::bell_key(service::queue_seconds(now) + 1, "");
  std::vector<store::KeyValue> heard;
  for (std::size_t k = 0; k < known.bells.size(); ++k) {
    if (said[k] && known.bells[k] < to_come) heard.push_back({std::move(known.bells[k]), *std::move(said[k])});
  }
  destinations.end_look(*destination, heard);
  co_return Result<void>();
}

/// The `w` rows that are due and not in hand, those of the most urgent first. What is done leaves marks in the store's
/// files for a while, so a look does not begin where it did before.
Task<Result<std::vector<store::KeyValue>>> Queue::Inside::due_rows(DestinationPtr destination, std::string from,
                                                                   Time now) {
  std::vector<store::KeyValue> rows;
  for (const auto priority : mail::kPriorities) {
    auto scan = record::all_with(record::waiting_prefix(destination->name, priority));
    scan.to = record::waiting_key(destination->name, service::queue_seconds(now) + 1, 0, priority);
    // What is more urgent is looked for from the beginning.
    if (from.starts_with(record::waiting_prefix(destination->name, priority))) scan.from = from + '\0';
    scan.entries_max = kItemsAtOnce;
    for (bool more = true; more && rows.size() < kItemsAtOnce;) {
      PARAPH_CO_TRY(auto page, co_await with.store.scan(scan));
      more = page.size() == kItemsAtOnce;
      if (more) scan.from = page.back().key + '\0';
      for (auto& row : page) {
        const bool in_hand = destinations.pass_over(destination->name, {record::last_number(row.key, 8)});
        if (!in_hand && rows.size() < kItemsAtOnce) rows.push_back(std::move(row));
      }
    }
  }
  co_return rows;
}

/// False: somebody else changed a row, nothing is taken, and the next look tells.
Task<Result<bool>> Queue::Inside::take(DestinationPtr destination, std::vector<store::KeyValue> rows) {
  std::vector<record::ItemId> ids;
  for (const auto& row : rows) ids.push_back({record::last_number(row.key, 8)});
  PARAPH_CO_TRY(auto found, co_await service::load_items(with.store, ids));
  store::Batch astray;
  std::vector<service::ItemRow> taken;
  for (const auto& row : rows) {
    const record::ItemId id{record::last_number(row.key, 8)};
    const auto item = std::ranges::find(found, id, &service::ItemRow::id);
    const auto right = item == found.end() ? std::vector<std::string>() : service::finding_keys(id, item->item);
    if (std::ranges::find(right, row.key) != right.end()) {
      taken.push_back(std::move(*item));
      continue;
    }
    // A damaged store, or it went just now: then the batch fails.
    astray.expects.push_back({row.key, row.value});
    astray.writes.push_back({row.key, std::nullopt});
  }
  if (!astray.writes.empty()) {
    const auto done = co_await with.store.commit(std::move(astray));
    if (!done && done.error().code == Code::Conflict) {
      destinations.note_looked(*destination, "");
      co_return false;
    }
    PARAPH_CO_CHECK(done);
  }
  // All messages with one look-up: they lie side by side in the store's files. What fails here is told when it is sent.
  std::vector<MessageId> messages;
  for (const auto& row : taken) messages.push_back(row.item.message);
  std::ranges::sort(messages);
  const auto doubled = std::ranges::unique(messages);  // more than 100 recipients of one domain
  messages.erase(doubled.begin(), doubled.end());
  [[maybe_unused]] const auto loaded = co_await with.messages.load_many(std::move(messages));
  destinations.add_ready(*destination, std::move(taken));
  for (std::size_t more = destinations.more_lanes(*destination), i = 1; i <= more; ++i) begin_lane(destination, i);
  co_return true;
}

/// When all that was due is done, the bells are taken away and the lease is given back. A bell that rang after the last
/// look, or a lease that ended: false, and the next look tells.
Task<Result<bool>> Queue::Inside::leave(DestinationPtr destination) {
  const auto bells = destinations.heard_bells(*destination);
  if (!bells) co_return !destinations.must_look(*destination);
  store::Batch batch;
  for (const auto& [key, said] : *bells) {
    batch.expects.push_back({key, said});
    batch.writes.push_back({key, std::nullopt});
  }
  if (const auto lease = destinations.lease_of(*destination); !lease.empty()) {
    const auto key = record::lease_key(destination->name);
    batch.expects.push_back({key, lease});
    batch.writes.push_back({key, std::nullopt});
  }
  if (batch.writes.empty()) co_return true;
  const auto done = co_await with.store.commit(std::move(batch));
  if (!done) destinations.forget_lease(*destination);
  if (!done && done.error().code == Code::Conflict) {
    destinations.look_again(*destination);
    co_return false;
  }
  PARAPH_CO_CHECK(done);
  destinations.end_bells(*destination, *bells);
  co_return true;
}

/// A start finds the leases that the node had when it ended. Bells still ring for what was not done.
Task<Result<std::size_t>> Queue::Inside::give_back_leases() {
  auto scan = record::all_with(record::leases_prefix());
  scan.entries_max = kLeasesPerPage;
  std::size_t count = 0;
  for (;;) {
    PARAPH_CO_TRY(const auto leases, co_await with.store.scan(scan));
    store::Batch batch;
    for (const auto& row : leases) {
      const auto lease = record::parse_lease(row.value);
      if (lease && lease->node != options.node) continue;
      batch.expects.push_back({row.key, row.value});
      batch.writes.push_back({row.key, std::nullopt});
    }
    count += batch.writes.size();
    if (!batch.writes.empty()) {
      PARAPH_CO_CHECK(co_await with.store.commit(std::move(batch)));
    }
    if (leases.size() < kLeasesPerPage) break;
    scan.from = leases.back().key + '\0';
  }
  co_return count;
}

}  // namespace paraph::queue
