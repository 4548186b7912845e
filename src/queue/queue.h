#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/task.h"
#include "net/gate.h"
#include "queue/next_hop.h"
#include "queue/reporter.h"
#include "queue/retry.h"
#include "relay/relay.h"
#include "service/fit.h"
#include "service/mailboxes.h"
#include "service/queue_rows.h"

namespace paraph::queue {

struct Options {
  std::string node;  ///< this server's name: in leases, and in reports
  RetryPolicy retry;
  std::size_t connections_per_destination = 20;
  std::size_t connections_max = 200;
};

/// Makes the message of an item anew, in a form that fits the server it goes to (spec 2.8). Its header is what leaves:
/// no Return-Path. Unsupported: there is no such form, and the recipients fail; other codes: try again later.
using ChangeForm =
    std::function<Task<Result<service::NewMessage>>(const record::Queued& item, const service::Fit& fit)>;

/// The queue of mail for other servers (docs/decisions/0010): takes what is due, tries it, writes what came of it, and
/// reports. One for the process. Any thread may call it; destroy it when no task of its own runs any more (the gate).
class Queue {
 public:
  /// `change_form` may be unset: then a message that does not fit fails. `metrics` may be nullptr.
  Queue(const Neighbours& with, NextHops& next_hops, relay::Relay& relay, net::Gate& gate, Options options,
        ChangeForm change_form = {}, Metrics* metrics = nullptr);
  ~Queue();

  /// Gives back the leases that this node had when it ended: once, before anything else. Returns how many.
  Task<Result<std::size_t>> recover();

  /// Does all that is due now, on the caller's loop, and returns when it is done. For tests; not beside start().
  Task<void> run_due();

  /// From now on does what is due when it is due, on `loops`, until stop(). Once.
  void start(std::vector<Executor> loops);
  /// Somebody wants the destination tried, although it did not answer just now. Any thread.
  void try_again(const std::string& destination);
  /// Is it being tried, or about to be? Any thread.
  bool is_trying(const service::ItemRow& item) const;
  /// What is under way ends; nothing new begins. Any thread; safe to repeat.
  void stop();

 private:
  struct Inside;
  std::shared_ptr<Inside> inside_;
};

}  // namespace paraph::queue
