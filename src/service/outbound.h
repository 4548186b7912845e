#pragma once
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/task.h"
#include "mail/transaction.h"
#include "record/codec.h"
#include "record/numbers.h"
#include "service/mailboxes.h"
#include "store/store.h"

namespace paraph::service {

class Messages;

/// A recipient who is not here.
struct Elsewhere {
  mail::Recipient recipient;
  std::size_t form = 0;  ///< which form of the message goes there
};

/// What all items of one message share.
struct Departure {
  mail::Address reverse_path;
  mail::MailOptions options;
  Time arrived;
  std::uint64_t skip = 0;  ///< octets at the beginning of each form that stay here (record::Queued)
};

/// An item that will be: its numbers are not known yet.
struct NewItem {
  record::Queued item;
  std::size_t form = 0;
};

/// One item for each form and destination, and for each 100 recipients; a recipient named twice is one. Counts in
/// `message` what uses its forms. Pure.
std::vector<NewItem> prepare_items(NewMessage& message, const std::vector<Elsewhere>& recipients,
                                   const Departure& departure);

/// Writes the rows with which mail for other servers begins (docs/decisions/0010): in the commit that keeps the
/// message. Any event loop; one for the process.
class Outbound {
 public:
  /// `metrics` counts, if there is one; `messages`: from where the queue reads.
  explicit Outbound(store::Store& store, Metrics* metrics = nullptr, Messages* messages = nullptr);

  /// For an Along of Mailboxes::append_or_keep(message): both outlive it. Codes of the store.
  Task<Result<void>> add(store::Batch& batch, const NewMessage& message, const std::vector<NewItem>& items);
  /// After the commit: the records of what leaves go from `message` to where the queue will look for them at once. The
  /// forms are empty after it.
  void hand_over(NewMessage& message, const std::vector<NewItem>& items);

 private:
  record::Numbers numbers_;
  Counter* items_ = nullptr;
  Messages* messages_ = nullptr;
};

}  // namespace paraph::service
