// What came of a try is written, and reported (queue_inside.h).
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "queue/queue_inside.h"

namespace paraph::queue {
namespace {

constexpr std::size_t kUnfinishedMax = 10'000;
constexpr int kWritesMax = 100;

/// Somebody changed the item: an operator, or this very write when its answer was lost.
constexpr Code kChanged = Code::Exists;

bool is_changed(const Result<void>& done) {
  return !done && (done.error().code == kChanged || done.error().code == Code::Conflict);
}

}  // namespace

Task<bool> Queue::Inside::finish(service::ItemRow& row, Tried tried) {
  Result<void> done;
  for (int writes = 0; writes < kWritesMax; ++writes) {
    auto after = apply_try(options.retry, row.item, tried, with.clock.now(), with.random);
    done = co_await write(row, after);
    if (done) {
      note(row, tried, after);
      co_await learn(row.item, after.item);
      row.item = std::move(after.item);
    }
    if (!is_changed(done)) break;
    auto now = co_await service::load_item(with.store, row.id);
    if (!now) {
      done = fail(std::move(now));
      break;
    }
    // Ours no more: it was dropped, or it is written already, here or by another node when the lease was over.
    const auto tries = row.item.tries;
    if (*now) row = std::move(**now);
    if (!*now || row.item.ended || row.item.tries != tries) {
      done = {};
      break;
    }
  }
  if (done) co_return true;
  log(Level::Error, "queue item={} was tried, and the store does not take what came of it: {}", row.id.value,
      done.error().text);
  const std::lock_guard lock(mutex);
  if (unfinished.size() < kUnfinishedMax)
    unfinished.insert_or_assign(row.id.value, Unfinished{.row = row, .tried = std::move(tried)});
  co_return false;
}

/// What the store did not take is written as soon as it does; meanwhile this process holds on to the items.
Task<void> Queue::Inside::finish_unfinished() {
  std::map<std::uint64_t, Unfinished> all;
  {
    const std::lock_guard lock(mutex);
    all.swap(unfinished);
  }
  for (auto& [id, one] : all) {
    const bool finished = co_await finish(one.row, std::move(one.tried));
    if (finished) destinations.let_go(one.row.item.destination, one.row.id, one.row.item.ended.has_value());
  }
}

/// Exists, Conflict: the item is not what it was. Else codes of the store.
Task<Result<void>> Queue::Inside::write(const service::ItemRow& before, const After& after) {
  if (after.about.empty()) co_return co_await write_alone(before, after.item);
  const WriteItem along = [&](store::Batch& batch) { return add_change(batch, before, after.item); };
  auto done = co_await reporter.deposit(before.item, after.about, along);
  if (done && counts) counts->reports.add();
  if (done || done.error().code != Code::NotFound) co_return done;
  log(Level::Info, "queue item={} no report to <{}>: {}", before.id.value, printable(before.item.reverse_path.text()),
      printable(done.error().text));
  co_return co_await write_alone(before, after.item);
}

Task<Result<void>> Queue::Inside::write_alone(const service::ItemRow& before, const record::Queued& after) {
  // Ten items of one message may end at once: their uses are counted in one place.
  std::vector<std::uint64_t> messages{before.item.message.value << 1};
  service::Turn turn;
  if (after.ended) turn = co_await turns.take(std::move(messages), service::Turns::Kind::Alone);
  store::Batch batch;
  PARAPH_CO_CHECK(co_await put_change(batch, before, after));
  co_return co_await with.store.commit(std::move(batch));
}

Task<Result<void>> Queue::Inside::add_change(store::Batch& batch, const service::ItemRow& before,
                                             const record::Queued& after) {
  // Mailboxes tries again what met another's change; one of the item itself must come back here.
  PARAPH_CO_TRY(const auto now, co_await service::load_item(with.store, before.id));
  if (!now || now->octets != before.octets) co_return fail(kChanged, "the item was changed meanwhile");
  co_return co_await put_change(batch, before, after);
}

Task<Result<void>> Queue::Inside::put_change(store::Batch& batch, const service::ItemRow& before,
                                             const record::Queued& after) {
  service::UseEdits uses;
  service::change_item(batch, uses, before, after, with.clock.now(), token());
  co_return co_await uses.apply(with.store, batch, &with.messages);
}

void Queue::Inside::note(const service::ItemRow& row, const Tried& tried, const After& after) const {
  if (counts) {
    counts->delivered.add(after.delivered);
    counts->failed.add(after.failed);
    counts->put_off.add(after.waiting);
  }
  const relay::Answer none;
  const auto& last = tried.answers.empty() ? none : tried.answers.back();
  log(after.failed != 0 ? Level::Warn : Level::Info,
      "queue item={} message-id={} to={} host={} try={} delivered={} failed={} put-off={} due={} reply=\"{} {} {}\"",
      row.id.value, printable(row.item.message_id), printable(row.item.destination),
      tried.host.empty() ? "-" : printable(tried.host), after.item.tries, after.delivered, after.failed, after.waiting,
      after.item.ended ? 0 : service::queue_seconds(after.item.due), last.code, printable(last.enhanced),
      printable(last.text));
}

}  // namespace paraph::queue
