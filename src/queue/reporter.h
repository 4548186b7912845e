#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "crypto/random.h"
#include "queue/retry.h"
#include "report/report.h"
#include "service/accounts.h"
#include "service/mailboxes.h"
#include "service/messages.h"
#include "service/outbound.h"
#include "store/store.h"

namespace paraph::queue {

/// What the queue's parts are given. All of it outlives them.
struct Neighbours {
  store::Store& store;
  service::Accounts& accounts;
  service::Mailboxes& mailboxes;
  service::Messages& messages;
  service::Outbound& outbound;
  crypto::Random& random;
  const Clock& clock;
};

/// Adds to the batch what the report is about: the item after a try.
using WriteItem = std::function<Task<Result<void>>(store::Batch&)>;

/// Deposits reports to senders, in the commit that ends what they are about. Any event loop.
class Reporter {
 public:
  Reporter(const Neighbours& with, std::string server_name) : with_(with), server_name_(std::move(server_name)) {}

  /// One report about `before`, which `about` says (one at least), deposited together with what `write` adds: into the
  /// sender's INBOX when they are here, else as a new item with the null reverse-path. NotFound: there is nobody to
  /// tell (null reverse-path, no such user): nothing was written. Codes of `write` and of the store.
  Task<Result<void>> deposit(const record::Queued& before, const std::vector<report::About>& about, WriteItem write);

 private:
  Task<Result<std::vector<service::Target>>> targets_of(const mail::Address& sender, bool local);
  Task<Result<service::NewMessage>> make(const record::Queued& before, const std::vector<report::About>& about);

  Neighbours with_;
  std::string server_name_;
};

}  // namespace paraph::queue
