#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "mail/address.h"
#include "mail/transaction.h"
#include "service/mailboxes.h"
#include "store/store.h"

namespace paraph::service {

/// What makes one message from elsewhere the repeat of another.
struct Handed {
  BlobId content;    ///< of its octets as they came (Receiver)
  std::string peer;  ///< net::Endpoint::peer_key()
  mail::Address reverse_path;
  std::vector<mail::Recipient> recipients;  ///< in any order
};

/// Messages that other servers handed over in the last 24 hours. A server that lost the connection before it read our
/// 250 sends the message again (RFC 5321 §4.5.4.1): whoever has it already says 250 once more and keeps nothing. The
/// row is written in the commit that delivers, so it says neither more nor less than the mailboxes do. Rows go when
/// they are old: each delivery looks at two, so there are about as many as a day's deliveries. Any event loop; one for
/// a server.
class Repeats {
 public:
  Repeats(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  /// What was seen of a message before its delivery.
  struct Seen {
    bool here = false;  ///< it came before
    std::string key;
    std::optional<std::string> row;
  };
  Task<Result<Seen>> look(const Handed& handed);

  /// For the delivery of a message that was not here: adds its row to the batch, which expects what was seen. The
  /// delivery fails with Code::Exists when the message came twice at once and the other was quicker. Rests on nothing
  /// else in the batch.
  Along note(Seen seen);

  static constexpr std::chrono::hours kRemembered{24};

 private:
  Task<Result<void>> add(store::Batch& batch, Seen& seen, bool first);
  Task<Result<void>> add_stale(store::Batch& batch, const std::string& except);
  std::uint64_t now() const;

  store::Store& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::string hand_;  ///< where the next look for old rows begins; "": at the first one
  std::uint32_t noted_ = 0;
};

}  // namespace paraph::service
