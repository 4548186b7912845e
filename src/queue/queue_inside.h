#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "queue/destinations.h"
#include "queue/queue.h"
#include "queue/wake.h"
#include "service/queue_items.h"
#include "service/turns.h"

namespace paraph::queue {

/// A lease is longer than any transaction; what another node serves is left alone so long. What is longer under way
/// here is taken on, not again.
inline constexpr std::chrono::hours kLease{1};

/// What is counted (docs/API.md: metrics).
struct Counts {
  explicit Counts(Metrics& metrics);
  Counter &tries, &delivered, &failed, &put_off, &reports;
  Gauge& lanes;
};

/// What the files of this room share: queue.cpp (when), round.cpp (that nobody is forgotten), look.cpp (what is taken),
/// lane.cpp (one try after the other), refused.cpp (with less of a signature), finish.cpp (what came of it).
struct Queue::Inside : std::enable_shared_from_this<Queue::Inside> {
  Inside(const Neighbours& n, NextHops& h, relay::Relay& r, net::Gate& g, Options o, ChangeForm c, Metrics* m)
      : with(n),
        next_hops(h),
        relay(r),
        gate(g),
        options(std::move(o)),
        change_form(std::move(c)),
        reporter(n, options.node),
        items(n.store, n.random, n.clock),
        destinations(options.connections_per_destination, options.connections_max,
                     [this](const std::string& name) { return next_hops.way(name); }) {
    if (m != nullptr) counts.emplace(*m);
  }

  /// A try whose result could not be written yet: it is kept, so that nobody gets the message twice.
  struct Unfinished {
    service::ItemRow row;
    Tried tried;
  };

  // queue.cpp
  Task<void> pump();
  Task<Result<void>> pass();
  Task<Result<void>> ring_due();
  Task<void> forget_ended();
  Task<std::chrono::milliseconds> time_to_next_bell();
  void begin_lanes();
  void begin_lane(const DestinationPtr& destination, std::size_t number);
  bool stopping() const { return stopped || gate.stopping(); }
  std::string token() const { return with.random.octets(8); }

  // round.cpp
  /// Now and then looks whether every destination that has items has a bell too.
  Task<Result<void>> go_round();
  Task<Result<void>> ring_if_silent(std::string destination, std::uint64_t due);

  // look.cpp
  /// Takes what is due. False: nothing is, or all is taken.
  Task<Result<bool>> refill(DestinationPtr destination);
  Task<Result<bool>> lease(DestinationPtr destination);
  Task<Result<void>> look(DestinationPtr destination);
  Task<Result<std::vector<store::KeyValue>>> due_rows(DestinationPtr destination, std::string from, Time now);
  Task<Result<bool>> take(DestinationPtr destination, std::vector<store::KeyValue> rows);
  Task<Result<bool>> leave(DestinationPtr destination);
  Task<Result<std::size_t>> give_back_leases();

  // lane.cpp
  Task<void> lane(DestinationPtr destination);
  Task<Result<void>> serve(DestinationPtr destination);
  Task<void> deliver(DestinationPtr destination, service::ItemRow row);
  Task<Tried> try_item(DestinationPtr destination, service::ItemRow& row);
  /// `hosts` hears of each that was tried. All outlive the call.
  Task<Tried> try_hosts(DestinationPtr destination, const NextHop& hop, service::ItemRow& row,
                        std::vector<record::HostTried>& hosts);
  void note_down(const Destination& destination, const Tried& tried);
  Task<Result<relay::Outcome>> send(const relay::Host& host, const record::Queued& item);
  Task<Result<bool>> refit(service::ItemRow& row, const service::Fit& fit);

  // refused.cpp
  Task<Result<void>> spare(service::ItemRow& row);
  Task<void> degrade(service::ItemRow& row, const relay::Outcome& outcome, Tried& tried);
  Task<void> learn(const record::Queued& before, const record::Queued& after);

  // finish.cpp
  /// Writes what came of a try; `row` is the item then. False: the store refuses, and it is done later.
  Task<bool> finish(service::ItemRow& row, Tried tried);
  Task<Result<void>> write(const service::ItemRow& before, const After& after);
  Task<Result<void>> write_alone(const service::ItemRow& before, const record::Queued& after);
  /// Exists: the item is not what it was.
  Task<Result<void>> add_change(store::Batch& batch, const service::ItemRow& before, const record::Queued& after);
  /// The same without a look: the batch fails where the item is not what it was.
  Task<Result<void>> put_change(store::Batch& batch, const service::ItemRow& before, const record::Queued& after);
  Task<void> finish_unfinished();
  void note(const service::ItemRow& row, const Tried& tried, const After& after) const;

  Neighbours with;
  NextHops& next_hops;
  relay::Relay& relay;
  net::Gate& gate;
  Options options;
  ChangeForm change_form;
  Reporter reporter;
  service::QueueItems items;
  Destinations destinations;
  service::Turns turns;  ///< of destinations (odd) while one looks, and of messages (even) while their uses change
  std::optional<Counts> counts;
  Wake wake;
  std::vector<Executor> loops;
  std::unique_ptr<store::Subscription> subscription;
  std::atomic<bool> stopped{false};
  std::atomic<bool> truncated{false};  ///< more bells ring than were heard
  std::mutex mutex;
  std::map<std::uint64_t, Unfinished> unfinished;  ///< under mutex
  std::optional<Time> forgot;                      ///< when forget_ended() ran; the pump's own, as is what follows
  std::optional<Time> round_begun;
  std::string round_at;  ///< where the round goes on; "": it is over
};

/// A try's answers when no server gave any: the same for every recipient who waits.
Tried same_for_all(const record::Queued& item, relay::Answer answer, std::string host = "");

}  // namespace paraph::queue
