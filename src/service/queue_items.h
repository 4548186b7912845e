#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "crypto/random.h"
#include "service/queue_rows.h"
#include "service/refusals.h"
#include "store/store.h"

namespace paraph::service {

/// How long an ended item can be asked about.
inline constexpr std::chrono::hours kEndedKeptFor{24};

/// Items of the queue as an operator sees and changes them: with a server that runs, and without one. Any event loop.
class QueueItems {
 public:
  /// The queue of this process; both may be unset. Any thread.
  struct Running {
    std::function<void(const std::string& destination)> asked;  ///< an operator wants the destination tried now
    std::function<bool(const ItemRow& item)> trying;            ///< is it being tried, or about to be?
  };
  QueueItems(store::Store& store, crypto::Random& random, const Clock& clock, Running queue = {})
      : store_(store), random_(random), clock_(clock), queue_(std::move(queue)), refusals_(store, clock) {}

  /// What waits, in order of destination and time, at most `items_max` after the `w` key `after` ("": from the
  /// beginning); `destination` narrows it down when it is not empty.
  struct Page {
    std::vector<ItemRow> items;
    std::string after;  ///< for the next page; "": there is none
  };
  Task<Result<Page>> list(std::string destination, std::string after, std::size_t items_max);
  /// Those of the messages with this Message-ID, ended or not (load_items_of).
  Task<Result<std::vector<ItemRow>>> of_message(std::string message_id);
  /// One item, ended or not. NotFound.
  Task<Result<ItemRow>> find(record::ItemId id);

  /// What an operator does to one item. Release: an item that is held waits again, and is tried at once. Retry: it is
  /// tried at once, unless it is being tried, or held. Drop: it ends, and nobody is told.
  enum class Act { Hold, Release, Retry, Drop };
  /// True: done; false: it is so already, or has ended. NotFound; Unavailable: it changes too quickly.
  Task<Result<bool>> apply(record::ItemId id, Act act);

  /// What domains refused.
  Refusals& refusals() { return refusals_; }

  /// Erases items that ended more than a day ago, at most `items_max` of them. Returns how many.
  Task<Result<std::size_t>> forget_ended(std::size_t items_max);

 private:
  void note_trying(std::vector<ItemRow>& items) const;
  Task<Result<bool>> try_apply(record::ItemId id, Act act);

  store::Store& store_;
  crypto::Random& random_;
  const Clock& clock_;
  Running queue_;
  Refusals refusals_;
};

}  // namespace paraph::service
