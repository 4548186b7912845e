#pragma once
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "mail/mailbox.h"
#include "store/store.h"

namespace paraph::service {

/// A new, empty mailbox. UIDVALIDITY is the time in seconds plus the mailbox's own number: later mailboxes of a name
/// have greater ones.
mail::Mailbox new_mailbox(MailboxId id, std::string name, mail::SpecialUse use, bool subscribed, Time now);

/// The rows of a mailbox that is new to `account`; the batch Expects that the name is free.
void write_new_mailbox(store::Batch& batch, AccountId account, const mail::Mailbox& box);

/// Removes a mailbox with all that is in it, in batches of bounded size; each leaves the store whole, and calling it
/// again goes on where a crash stopped it. Safe against others at once, also without the mailbox's turn. Done already
/// counts as done.
Task<Result<void>> remove_mailbox(store::Store& store, AccountId account, MailboxId mailbox);

}  // namespace paraph::service
