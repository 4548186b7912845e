#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "relay/relay.h"
#include "service/queue_rows.h"

namespace paraph::queue {

/// One destination while something is done for it. All under the mutex of Destinations.
struct Destination {
  std::string name;
  std::deque<service::ItemRow> ready;  ///< taken, and to be tried
  std::set<std::string> bells;         ///< keys of bells that rang
  std::string from;                    ///< the `w` key that was taken last: the next look begins there
  std::size_t lanes = 0;               ///< transactions that are going on
  std::size_t looks = 0;
  Time looked;            ///< when the last one began, or a lane that will
  bool again = false;     ///< a bell rang during the last look
  bool starving = false;  ///< waits for a lane
  Time paused_until;      ///< the store failed: leave it alone
};
using DestinationPtr = std::shared_ptr<Destination>;

/// Who did not take the last connection.
struct Down {
  Time since, until;  ///< nobody else is to try between
  relay::Answer answer;
  std::string host;
};

/// What the queue has in memory: which destinations are being served, by how many lanes, and which do not answer.
/// Bounded: by the lanes, and by what is looked at at once. Any thread.
class Destinations {
 public:
  Destinations(std::size_t per_destination, std::size_t lanes_max)
      : per_destination_(per_destination), lanes_max_(lanes_max) {}

  /// A bell rang. Whoever serves the destination will hear it, if it looks soon enough; lanes that are all kept waiting
  /// by a slow server get one more. False: too many wait for a lane already, look again later.
  bool ring(const std::string& name, std::string bell_key, Time now);
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

  std::optional<service::ItemRow> next_ready(Destination& destination);
  bool has_ready(const Destination& destination) const;
  void add_ready(Destination& destination, std::vector<service::ItemRow> rows);
  /// What the next look needs to know; rings from now on count as new.
  struct Look {
    std::vector<std::string> bells;
    std::string from;
  };
  Look begin_look(Destination& destination, Time now);
  void note_taken(Destination& destination, std::string key);
  /// Nothing is due and the bells are erased. False: one rang meanwhile.
  bool end_look(Destination& destination, const std::vector<std::string>& bells);

  void note_up(const std::string& name);
  void note_down(const std::string& name, Down down);
  /// It may be tried again, by one.
  void end_down(const std::string& name);
  std::optional<Down> find_down(const std::string& name, Time now) const;

  /// Items that this process has taken and not finished: their leases are its own, whatever the time.
  bool holds(record::ItemId id) const;
  void let_go(record::ItemId id);

 private:
  std::size_t lanes_for(const Destination& destination) const;
  bool may_begin(const Destination& destination) const;
  bool is_served(const Destination& destination, Time now) const;

  const std::size_t per_destination_, lanes_max_;
  mutable std::mutex mutex_;  ///< of all that follows
  std::map<std::string, DestinationPtr, std::less<>> all_;
  std::deque<DestinationPtr> starving_;
  std::size_t lanes_ = 0;
  std::map<std::string, Down, std::less<>> down_;  ///< until it takes a connection again
  std::unordered_set<std::uint64_t> held_;
};

}  // namespace paraph::queue
