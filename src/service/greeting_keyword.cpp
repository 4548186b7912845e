#include "service/greeting_keyword.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace paraph::service {

bool is_on(const mail::Flags& flags) {
  return std::ranges::any_of(flags.keywords, [](const auto& keyword) { return iequals(keyword, kGreetingOnKeyword); });
}

Task<void> switch_off(Mailboxes& mailboxes, AccountId account, MailboxId mailbox, std::vector<Uid> superseded) {
  if (superseded.empty()) co_return;
  std::ranges::sort(superseded);
  const auto doubles = std::ranges::unique(superseded);
  superseded.erase(doubles.begin(), doubles.end());
  mail::Flags keyword;
  keyword.keywords.emplace_back(kGreetingOnKeyword);
  const auto done = co_await mailboxes.store_flags(account, mailbox, std::move(superseded), mail::FlagChange::Remove,
                                                   std::move(keyword));
  if (!done) log(Level::Warn, "greetings keyword-left account={} error={}", account.value, done.error().text);
}

}  // namespace paraph::service
