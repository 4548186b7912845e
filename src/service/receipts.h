#pragma once
#include <functional>
#include <string>
#include <vector>

#include "crypto/random.h"
#include "service/accounts.h"
#include "service/deposit.h"
#include "service/limits.h"
#include "service/mailboxes.h"
#include "store/store.h"

namespace paraph::service {

/// Reports of success (RFC 3461 §4.1): whoever asked for them is told that a message lies in a mailbox here. Any event
/// loop.
class Receipts {
 public:
  Receipts(store::Store& store, Accounts& accounts, Mailboxes& mailboxes, crypto::Random& random, const Clock& clock,
           const Limits& limits, std::string server_name)
      : store_(store),
        accounts_(accounts),
        mailboxes_(mailboxes),
        random_(random),
        clock_(clock),
        limits_(limits),
        server_name_(std::move(server_name)) {}

  /// Who takes reports for other servers; without one they are dropped. Set it before messages come.
  void set_elsewhere(Deposit::SendReport send) { elsewhere_ = std::move(send); }

  /// Is anybody to be told, if the message is delivered?
  static bool asked_for(const Transaction& transaction);

  /// Tells of those `deliveries` (one for each recipient, in order) that went into a mailbox and were asked about.
  /// `header` is the message's, `arrived` when it came. A report that cannot be kept is a log line: the message is
  /// delivered, whatever becomes of it.
  Task<void> send(const Transaction& transaction, const std::string& header, Time arrived,
                  const std::vector<Result<Appended>>& deliveries);

 private:
  Task<Result<void>> keep(std::string report, mail::Address to);

  store::Store& store_;
  Accounts& accounts_;
  Mailboxes& mailboxes_;
  crypto::Random& random_;
  const Clock& clock_;
  const Limits& limits_;
  const std::string server_name_;
  Deposit::SendReport elsewhere_;
};

}  // namespace paraph::service
