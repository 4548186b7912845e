#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "mail/address.h"
#include "mail/transaction.h"
#include "record/codec.h"
#include "service/accounts.h"
#include "service/mailboxes.h"

namespace paraph::service {

/// How many of a message's recipients may fail without the others failing.
enum class Answers { OneForAll, Each };

/// On what the receiver's policy put aside (IANA's registry of IMAP keywords).
inline constexpr std::string_view kJunkKeyword = "$Junk";

/// A recipient who is here, or whose mail goes to another server.
struct LocalRecipient {
  bool elsewhere = false;  ///< then there is no account and no inbox
  record::Account account;
  MailboxId inbox;
  std::size_t form = 0;  ///< which form of the message goes there
  bool junk = false;     ///< `inbox` is the one for junk, and the message is marked so
};
using LocalRecipients = std::vector<Result<LocalRecipient>>;

/// Whose Sent gets a copy, and of which form.
struct SentCopy {
  const record::Account& account;
  std::size_t form = 0;
};

/// May a message go to other servers?
enum class Relaying { No, Yes };

/// Step 4 of a deposit: the message goes where its recipients are: an account's INBOX, in one batch with the sender's
/// own copy and the queue's rows for other servers. Any event loop.
class Router {
 public:
  Router(Accounts& accounts, Mailboxes& mailboxes, const Clock& clock)
      : accounts_(accounts), mailboxes_(mailboxes), clock_(clock) {}

  /// One for each recipient, in order. With OneForAll the first failure is the result.
  Task<Result<LocalRecipients>> find(const std::vector<mail::Recipient>& recipients, Answers answers,
                                     Relaying relaying = Relaying::No);

  /// The message goes to the recipient's mailbox for junk, which is made if there is none.
  Task<Result<void>> send_to_junk(LocalRecipient& recipient);

  /// One result for each recipient, in order; recipients that are one account share one entry, those elsewhere have
  /// none: for them `along` writes what message.more_uses counts. With OneForAll nothing
  /// is kept when any recipient fails, and the failure is the result; with Each `along` is left out then. On failure `message` is as it was. The
  /// sender's copy is marked as seen; a full or missing Sent mailbox is logged and holds nothing up. `along` and
  /// `meets` are of Mailboxes::append_or_keep.
  Task<Result<std::vector<Result<Appended>>>> deliver(NewMessage& message, const LocalRecipients& recipients,
                                                      Answers answers, std::optional<SentCopy> sent, Along along = {},
                                                      Meets meets = Meets::Others);

 private:
  Task<Result<LocalRecipient>> find_one(mail::Address recipient, Relaying relaying);
  Task<Result<Target>> target_of(const LocalRecipient& recipient, std::uint64_t bytes);
  Task<bool> add_sent(SentCopy sent, std::uint64_t bytes, std::vector<Target>& targets);

  Accounts& accounts_;
  Mailboxes& mailboxes_;
  const Clock& clock_;
};

/// Would `bytes` more in one more message pass the quota?
bool is_full(const Mailboxes::Quota& quota, std::uint64_t bytes);

}  // namespace paraph::service
