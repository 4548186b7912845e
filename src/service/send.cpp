#include "service/send.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace paraph::service {

bool is_full(const Mailboxes::Quota& quota, std::uint64_t bytes) {
  return (quota.bytes_max != 0 && quota.bytes + bytes > quota.bytes_max) ||
         (quota.messages_max != 0 && quota.messages + 1 > quota.messages_max);
}

Task<Result<Target>> Router::target_of(mail::Address recipient, std::uint64_t bytes) {
  PARAPH_CO_TRY(const auto account, co_await accounts_.find(recipient.key()));
  PARAPH_CO_TRY(const auto inbox, co_await mailboxes_.inbox(account.id));
  const bool quota_free = account.quota_bytes == 0 && account.quota_messages == 0;
  if (!quota_free) {
    PARAPH_CO_TRY(const auto quota, co_await mailboxes_.quota(account.id));
    if (is_full(quota, bytes))
      co_return fail(Code::OverQuota, fmt::format("the mailbox of {} is full", printable(recipient.text())));
  }
  co_return Target{.account = account.id, .mailbox = inbox, .internal_date = clock_.now(), .no_quota = quota_free};
}

Task<void> Router::add_sent(const record::Account& sender, std::uint64_t bytes, std::vector<Target>& targets) {
  const auto sent = co_await mailboxes_.special_id(sender.id, mail::SpecialUse::Sent);
  if (!sent) {
    log(Level::Info, "sent-copy account={} left out: {}", printable(sender.address), sent.error().text);
    co_return;
  }
  Target copy{.account = sender.id, .mailbox = *sent, .internal_date = clock_.now()};
  copy.no_quota = sender.quota_bytes == 0 && sender.quota_messages == 0;
  if (!copy.no_quota) {
    const auto quota = co_await mailboxes_.quota(sender.id);
    if (!quota || is_full(*quota, bytes)) {
      log(Level::Info, "sent-copy account={} left out: its quota is used up", printable(sender.address));
      co_return;
    }
  }
  copy.flags.set(mail::Flag::Seen);
  targets.push_back(std::move(copy));
}

Task<Result<std::vector<Result<Appended>>>> Router::deliver(NewMessage& message,
                                                            const std::vector<mail::Address>& recipients,
                                                            Answers answers, const record::Account* sender) {
  const std::uint64_t bytes = message.record.structure.size;
  std::vector<Target> targets;
  std::vector<Result<std::size_t>> places;  // of each recipient: index in targets
  for (const auto& recipient : recipients) {
    auto target = co_await target_of(recipient, bytes);
    if (!target && answers == Answers::OneForAll) co_return fail(std::move(target));
    if (!target) {
      places.push_back(fail(std::move(target)));
      continue;
    }
    const auto found = std::ranges::find(targets, target->mailbox, &Target::mailbox);
    places.push_back(static_cast<std::size_t>(found - targets.begin()));
    if (found == targets.end()) targets.push_back(std::move(*target));
  }
  if (sender != nullptr) co_await add_sent(*sender, bytes, targets);
  const auto& kinds = message.record.signature.kinds;
  if (!kinds.empty() && kinds != "none") {
    for (auto& target : targets) target.flags.keywords.emplace_back(mail::kSignedKeyword);
  }
  std::vector<Appended> appended;
  if (!targets.empty()) {
    PARAPH_CO_TRY(appended, co_await mailboxes_.append_or_keep(message, std::move(targets)));
  }
  std::vector<Result<Appended>> results;
  for (auto& place : places) {
    if (place) {
      results.push_back(appended[*place]);
    } else {
      results.push_back(fail(std::move(place)));
    }
  }
  co_return results;
}

}  // namespace paraph::service
