#include "queue/queue.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <functional>
#include <utility>

#include "base/log.h"
#include "queue/queue_inside.h"
#include "record/keys.h"

namespace paraph::queue {
namespace {

constexpr std::size_t kBellsPerPage = 1000;
constexpr std::chrono::seconds kForgetEvery{60};
constexpr std::size_t kForgetAtOnce = 500;
constexpr int kForgetPages = 20;
/// The longest sleep: other nodes ring too, and their bells wake nobody here.
constexpr std::chrono::seconds kSleepMax{30};
constexpr std::chrono::seconds kSleepMin{1};

}  // namespace

Counts::Counts(Metrics& metrics)
    : tries(metrics.counter("paraph_queue_tries_total", "Tries to deliver an item of the queue.")),
      delivered(metrics.counter("paraph_queue_recipients_total", "Recipients of tries, by what came of it.",
                                {{"result", "delivered"}})),
      failed(metrics.counter("paraph_queue_recipients_total", "Recipients of tries, by what came of it.",
                             {{"result", "failed"}})),
      put_off(metrics.counter("paraph_queue_recipients_total", "Recipients of tries, by what came of it.",
                              {{"result", "put-off"}})),
      reports(metrics.counter("paraph_queue_reports_total", "Reports to senders.")),
      lanes(metrics.gauge("paraph_queue_transactions", "Items of the queue that are being tried.")) {}

Queue::Queue(const Neighbours& with, NextHops& next_hops, relay::Relay& relay, net::Gate& gate, Options options,
             ChangeForm change_form, Metrics* metrics)
    : inside_(std::make_shared<Inside>(with, next_hops, relay, gate, std::move(options), std::move(change_form),
                                       metrics)) {}
Queue::~Queue() = default;

Task<Result<std::size_t>> Queue::recover() { return inside_->give_back_leases(); }

Task<void> Queue::run_due() {
  const auto inside = inside_;
  inside->loops = {co_await boost::asio::this_coro::executor};
  for (;;) {
    const auto passed = co_await inside->pass();
    if (!passed) log(Level::Error, "queue: {}", passed.error().text);
    if (!inside->destinations.busy() || inside->stopping()) break;
    while (inside->destinations.busy() && !inside->stopping()) {
      inside->begin_lanes();
      co_await inside->wake.wait(kSleepMax);
    }
  }
}

void Queue::start(std::vector<Executor> loops) {
  inside_->loops = std::move(loops);
  inside_->subscription = inside_->with.store.watch(service::kQueueTopic, [inside = std::weak_ptr(inside_)] {
    if (const auto there = inside.lock()) there->wake.ring();
  });
  net::spawn(inside_->gate, inside_->loops.front(), "queue", inside_->pump());
}

void Queue::try_again(const std::string& destination) { inside_->destinations.end_down(destination); }

bool Queue::is_trying(const service::ItemRow& item) const { return inside_->destinations.holds(item); }

void Queue::stop() {
  inside_->stopped = true;
  inside_->subscription.reset();
  inside_->wake.ring();
}

// --- when

Task<void> Queue::Inside::pump() {
  const auto self = shared_from_this();
  while (!stopping()) {
    const auto passed = co_await pass();
    if (!passed) log(Level::Error, "queue: {}", passed.error().text);
    auto sleep = co_await time_to_next_bell();
    if (destinations.must_ring_again()) sleep = std::min<std::chrono::milliseconds>(sleep, kLooksWithin);
    if (!stopping()) co_await wake.wait(sleep);
  }
}

/// Whatever is due now is begun, or waits for a lane.
Task<Result<void>> Queue::Inside::pass() {
  co_await finish_unfinished();
  co_await forget_ended();
  PARAPH_CO_CHECK(co_await go_round());
  PARAPH_CO_CHECK(co_await ring_due());
  begin_lanes();
  co_return Result<void>();
}

Task<Result<void>> Queue::Inside::ring_due() {
  const auto now = with.clock.now();
  auto scan = record::all_with(record::bells_prefix());
  scan.to = record::bell_key(service::queue_seconds(now) + 1, "");
  scan.entries_max = kBellsPerPage;
  for (;;) {
    PARAPH_CO_TRY(const auto bells, co_await with.store.scan(scan));
    for (const auto& bell : bells) {
      const auto said = record::parse_bell_key(bell.key);
      if (!said) continue;  // `paraph check` tells
      const bool room = destinations.ring(std::string(said->destination), bell, now);
      truncated = !room;
      if (!room) co_return Result<void>();
    }
    if (bells.size() < kBellsPerPage) co_return Result<void>();
    scan.from = bells.back().key + '\0';
  }
}

Task<void> Queue::Inside::forget_ended() {
  const auto now = with.clock.now();
  if (forgot && now >= *forgot && now - *forgot < kForgetEvery) co_return;
  forgot = now;
  for (int pages = 0; pages < kForgetPages; ++pages) {
    const auto gone = co_await items.forget_ended(kForgetAtOnce);
    if (!gone || *gone < kForgetAtOnce) co_return;  // what failed is done a minute later
  }
}

Task<std::chrono::milliseconds> Queue::Inside::time_to_next_bell() {
  if (!round_at.empty()) co_return kSleepMin;
  const auto now = service::queue_seconds(with.clock.now());
  auto scan = record::all_with(record::bells_prefix());
  scan.from = record::bell_key(now + 1, "");
  scan.entries_max = 1;
  const auto next = co_await with.store.scan(std::move(scan));
  const auto said = next && !next->empty() ? record::parse_bell_key(next->front().key) : std::nullopt;
  if (!said || said->due > now + kSleepMax.count()) co_return kSleepMax;
  co_return std::max(kSleepMin, std::chrono::seconds(said->due - now));
}

void Queue::Inside::begin_lanes() {
  if (stopping()) return;
  for (const auto& destination : destinations.lanes_to_begin(with.clock.now())) begin_lane(destination, 0);
}

/// The lanes of one destination are on several loops, each on the same one every time: there it finds its connection.
void Queue::Inside::begin_lane(const DestinationPtr& destination, std::size_t number) {
  if (counts) counts->lanes.add(1);
  const auto at = (std::hash<std::string>()(destination->name) + number) % loops.size();
  net::spawn(gate, loops[at], "queue-lane", lane(destination));
}

}  // namespace paraph::queue
