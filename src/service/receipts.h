#pragma once
#include <string>
#include <vector>

#include "crypto/random.h"
#include "service/accounts.h"
#include "service/deposit.h"
#include "service/limits.h"
#include "service/mailboxes.h"
#include "service/outbound.h"
#include "store/store.h"

namespace paraph::service {

/// Reports of success (RFC 3461 §4.1): whoever asked for them is told that a message lies in a mailbox here. Any event
/// loop.
class Receipts {
 public:
  /// All of it outlives the Receipts.
  struct Neighbours {
    store::Store& store;
    Accounts& accounts;
    Mailboxes& mailboxes;
    crypto::Random& random;
    const Clock& clock;
  };
  /// Without `outbound` reports to other servers are dropped.
  Receipts(const Neighbours& with, const Limits& limits, std::string server_name, Outbound* outbound)
      : with_(with), limits_(limits), server_name_(std::move(server_name)), outbound_(outbound) {}

  /// Is anybody to be told, if the message is delivered?
  static bool asked_for(const Transaction& transaction);

  /// Tells of those `deliveries` (one for each recipient, in order) that went into a mailbox and were asked about.
  /// `header` is the message's, `arrived` when it came. A report that cannot be kept is a log line: the message is
  /// delivered, whatever becomes of it.
  Task<void> send(const Transaction& transaction, const std::string& header, Time arrived,
                  const std::vector<Result<Appended>>& deliveries);

 private:
  Task<Result<void>> keep(std::string report, const mail::Address& to, bool smtputf8);
  Task<Result<void>> put_into_inbox(NewMessage& message, const mail::Address& to);
  Task<Result<void>> queue(NewMessage& message, const mail::Address& to, bool smtputf8);

  Neighbours with_;
  const Limits& limits_;
  const std::string server_name_;
  Outbound* outbound_;
};

}  // namespace paraph::service
