#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "relay/relay.h"
#include "service/queue_rows.h"

namespace paraph::queue {

/// A lane that is not kept waiting looks for more many times within it.
inline constexpr std::chrono::seconds kLooksWithin{1};

/// One destination while something is done for it. All under the mutex of Destinations.
struct Destination {
  std::string name;
  std::string way;                     ///< what its lanes are counted as (NextHops::way); never changes
  std::deque<service::ItemRow> ready;  ///< to be tried
  /// Bells that rang, and what each said when the last look that took all began; "": there was no such look yet.
  std::map<std::string, std::string> bells;
  std::string from;       ///< the next look begins behind this `w` key
  std::size_t lanes = 0;  ///< transactions that are going on
  std::size_t looks = 0;
  Time looked;             ///< when the last one began, or a lane that will
  bool again = false;      ///< a bell rang since the last look began
  bool silent = false;     ///< the last look took all that was due, or another node serves it
  bool starving = false;   ///< waits for a lane, in one line or the other
  Time paused_until;       ///< the store failed, or it is elsewhere: leave it alone
  Time leased_until;       ///< it is this node's
  std::string lease;       ///< the row that says so; "": none
  bool elsewhere = false;  ///< another node serves it
};
using DestinationPtr = std::shared_ptr<Destination>;

/// Who did not take the last connection.
struct Down {
  Time since, until;  ///< nobody else is to try between
  relay::Answer answer;
  std::string host;
};

/// What the queue has in memory: which destinations are being served, by how many lanes, and which do not answer. Those
/// that one host of a route serves share its lanes, and whether it answers. Bounded: by the lanes, and by what is
/// looked at at once. Any thread.
class Destinations {
 public:
  /// NextHops::way.
  using WayOf = std::function<std::string(const std::string& name)>;

  Destinations(std::size_t per_way, std::size_t lanes_max, WayOf way_of)
      : per_way_(per_way), lanes_max_(lanes_max), way_of_(std::move(way_of)) {}

  /// A bell rang, or still does: what a look has heard already is nothing new. Whoever serves the destination will hear
  /// it, if it looks soon enough; lanes that are all kept waiting by a slow server get one more. False: too many wait
  /// for a lane already, look again later.
  bool ring(const std::string& name, const store::KeyValue& bell, Time now);
  /// A bell rang at a destination whose lanes had looked just now: they may all be kept waiting, so it is to ring again
  /// when they should have looked (kLooksWithin). Says so once.
  bool must_ring_again();
  /// Destinations for which a lane may begin now, once for each lane: the caller begins it. Their lanes are counted
  /// already.
  std::vector<DestinationPtr> lanes_to_begin(Time now);
  /// More lanes for what is ready.
  std::size_t more_lanes(Destination& destination);
  /// A lane ends. `failed`: the store did, and the destination is left alone until then.
  void end_lane(const DestinationPtr& destination, std::optional<Time> failed);
  /// Shall a lane that tried `served` items end, so that others get one?
  bool must_yield(const Destination& destination, std::size_t served) const;
  bool busy() const;
  /// Few wait for a lane: there is room for more.
  bool has_room() const;

  /// Is it this node's at that time? Not by a lease that has more left than it ever had: the clock went back.
  bool is_leased(const Destination& destination, Time at, std::chrono::seconds left_at_most) const;
  void note_leased(Destination& destination, Time until, std::string row);
  /// It may be given back already, or another's.
  void forget_lease(Destination& destination);
  std::string lease_of(const Destination& destination) const;

  std::optional<service::ItemRow> next_ready(Destination& destination);
  bool has_ready(const Destination& destination) const;
  void add_ready(Destination& destination, std::vector<service::ItemRow> rows);
  /// May anything be due that is not taken? Not when the last look took all, and no bell rang since it began.
  bool must_look(const Destination& destination) const;
  /// What the next look needs to know; rings from now on count as new.
  struct Look {
    std::vector<std::string> bells;
    std::string from;
  };
  Look begin_look(Destination& destination, Time now);
  /// Where the next look begins: behind this `w` key; "": at the beginning.
  void note_looked(Destination& destination, std::string key);
  /// All that was due is taken. A bell may have rung meanwhile: then another look is needed.
  /// `bells`: what they said before the look.
  void end_look(Destination& destination, const std::vector<store::KeyValue>& bells);
  /// Another node serves it: nothing more is due here, until a bell rings again.
  void leave_to_others(Destination& destination);
  /// Something is due that the last look did not see.
  void look_again(Destination& destination);
  /// The bells of which all is done; nullopt: something is in hand yet, or there is more.
  std::optional<std::vector<store::KeyValue>> heard_bells(const Destination& destination) const;
  /// They are erased, and the lease is given back.
  void end_bells(Destination& destination, const std::vector<store::KeyValue>& bells);

  /// Its way took a connection. True: it had not before, and now there may be lanes to begin.
  bool note_up(const Destination& destination);
  void note_down(const Destination& destination, Down down);
  /// It may be tried again, by one.
  void end_down(const std::string& name);
  std::optional<Down> find_down(const Destination& destination, Time now) const;

  /// Items in hand: taken by this process and not finished, whatever their rows say.
  bool holds(const service::ItemRow& row) const;
  /// A look that comes to it passes it over. True: it is in hand.
  bool pass_over(const std::string& destination, record::ItemId id);
  /// Unless it has `ended`, what a look passed over is looked for again.
  void let_go(const std::string& destination, record::ItemId id, bool ended = false);

 private:
  /// A way while it has lanes, or somebody waits for one of them.
  struct Way {
    std::size_t lanes = 0;
    std::deque<DestinationPtr> waiting;  ///< until one of its own lanes ends
  };

  bool is_served(const Destination& destination, Time now) const;
  std::size_t lanes_for(const std::string& way) const;
  bool is_full(const std::string& way) const;
  void wait_for_lane(const DestinationPtr& destination);
  void begin(Destination& destination);
  void hold_locked(const std::string& destination, record::ItemId id) {
    held_[destination].try_emplace(id.value, false);
  }
  bool let_go_locked(const std::string& destination, record::ItemId id);
  /// Who waits for this way alone may wait for any lane now.
  void let_wait_on(const std::string& way);

  const std::size_t per_way_, lanes_max_;
  const WayOf way_of_;
  mutable std::mutex mutex_;  ///< of all that follows
  std::map<std::string, DestinationPtr, std::less<>> all_;
  std::map<std::string, Way, std::less<>> ways_;
  std::deque<DestinationPtr> starving_;  ///< for whom any lane will do
  std::size_t waiting_ = 0;              ///< in all lines together
  std::size_t lanes_ = 0;
  bool ring_again_ = false;
  std::map<std::string, Down, std::less<>> down_;  ///< ways, until they take a connection again
  std::unordered_map<std::string, std::unordered_map<std::uint64_t, bool>>
      held_;  ///< by destination; were they passed over?
};

}  // namespace paraph::queue
