#pragma once
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/task.h"
#include "mail/flags.h"
#include "service/mailboxes.h"

namespace paraph::service {

/// Its message is the greeting, or the voice signature, that counts.
inline constexpr std::string_view kGreetingOnKeyword = "$CNS-Greeting-On";

bool is_on(const mail::Flags& flags);

/// Takes the keyword off messages that are not the voice any more, in a commit of its own. After a failure, or a crash
/// before this, they look as if they were on, and nothing else depends on it. `mailboxes` outlives the call.
Task<void> switch_off(Mailboxes& mailboxes, AccountId account, MailboxId mailbox, std::vector<Uid> superseded);

}  // namespace paraph::service
