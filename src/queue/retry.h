#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"
#include "crypto/random.h"
#include "record/codec.h"
#include "relay/relay.h"
#include "report/report.h"

namespace paraph::queue {

/// When an item is tried again, and for how long. `[queue]` of the configuration.
struct RetryPolicy {
  std::chrono::seconds first{std::chrono::minutes(5)};       ///< after the first try; doubled after each other
  std::chrono::seconds most{std::chrono::hours(4)};          ///< but no longer than this
  std::chrono::seconds warn_after{std::chrono::hours(4)};    ///< the sender is told of the delay, once
  std::chrono::seconds give_up_after{std::chrono::days(5)};  ///< from when the message was accepted
};

/// Of an item; those that were tried longest ago are forgotten.
constexpr std::size_t kHostsKept = 10;

/// What one try said.
struct Tried {
  std::vector<relay::Answer> answers;    ///< of each recipient that waited, in order
  std::string host;                      ///< who answered; "": this server
  bool dsn = false;                      ///< that server sends reports of success by itself
  std::vector<record::HostTried> hosts;  ///< all that it was offered to, in order
  bool changed = false;                  ///< refuses_media(): with another form they are tried again at once
};

/// Does the server say that it cannot take what the message is made of (RFC 3463 §3.7: 5.6.1, 5.6.3)?
bool refuses_media(const relay::Answer& answer);

/// The item after a try, and what its sender is to hear. Whoever wants to hear nothing is left out.
struct After {
  record::Queued item;  ///< ended, or due again
  std::vector<report::About> about;
  std::size_t delivered = 0, failed = 0, waiting = 0;  ///< recipients of this try
};

/// `now`: when the try ended. Chance moves the next one by a fifth either way, so that what failed together does not
/// come back together. There is a try when the warning is due, and one at the very end. Pure but for `random`.
After apply_try(const RetryPolicy& policy, record::Queued item, const Tried& tried, Time now, crypto::Random& random);

/// "550 5.1.1 no such user".
std::string diagnostic_of(const record::QueuedRecipient& recipient);
std::string diagnostic_of(const relay::Answer& answer);

}  // namespace paraph::queue
