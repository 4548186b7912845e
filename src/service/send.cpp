#include "service/send.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace paraph::service {

bool is_full(const Mailboxes::Quota& quota, std::uint64_t bytes) {
  const bool bytes_full =
      quota.bytes_max != 0 && (quota.bytes > quota.bytes_max || bytes > quota.bytes_max - quota.bytes);
  return bytes_full || (quota.messages_max != 0 && quota.messages + 1 > quota.messages_max);
}

namespace {

bool is_signed(const record::StoredMessage& message) {
  return !message.signature.kinds.empty() && message.signature.kinds != "none";
}

}  // namespace

Task<Result<LocalRecipient>> Router::find_one(mail::Address recipient, Relaying relaying) {
  if (relaying == Relaying::Yes) {
    PARAPH_CO_TRY(const bool local, co_await accounts_.is_local(recipient.domain));
    if (!local) co_return LocalRecipient{.elsewhere = true};
  }
  PARAPH_CO_TRY(auto account, co_await accounts_.find(recipient.key()));
  PARAPH_CO_TRY(const auto inbox, co_await mailboxes_.inbox(account.id));
  co_return LocalRecipient{.account = std::move(account), .inbox = inbox};
}

Task<Result<LocalRecipients>> Router::find(const std::vector<mail::Recipient>& recipients, Answers answers,
                                           Relaying relaying) {
  LocalRecipients found;
  for (const auto& recipient : recipients) {
    auto one = co_await find_one(recipient.address, relaying);
    if (!one && answers == Answers::OneForAll) co_return fail(std::move(one));
    found.push_back(std::move(one));
  }
  co_return found;
}

Task<Result<void>> Router::send_to_junk(LocalRecipient& recipient) {
  const auto account = recipient.account.id;
  auto found = co_await mailboxes_.find_special(account, mail::SpecialUse::Junk);
  if (!found && found.error().code == Code::NotFound)
    found = co_await mailboxes_.create(account, "Junk", mail::SpecialUse::Junk);
  // There is one of that name, for another use or made by another session just now: it will do.
  if (!found && found.error().code == Code::Exists) found = co_await mailboxes_.find(account, "Junk");
  if (!found) co_return fail(std::move(found));
  recipient.inbox = found->id;
  recipient.junk = true;
  co_return Result<void>();
}

Task<Result<Target>> Router::target_of(const LocalRecipient& recipient, std::uint64_t bytes) {
  const auto& account = recipient.account;
  const bool quota_free = account.quota_bytes == 0 && account.quota_messages == 0;
  if (!quota_free) {
    PARAPH_CO_TRY(const auto quota, co_await mailboxes_.quota(account.id));
    if (is_full(quota, bytes))
      co_return fail(Code::OverQuota, fmt::format("the mailbox of {} is full", printable(account.address)));
  }
  Target target{.account = account.id,
                .mailbox = recipient.inbox,
                .internal_date = clock_.now(),
                .no_quota = quota_free,
                .form = recipient.form};
  if (recipient.junk) target.flags.keywords.emplace_back(kJunkKeyword);
  co_return target;
}

Task<bool> Router::add_sent(SentCopy sent, std::uint64_t bytes, std::vector<Target>& targets) {
  const auto& sender = sent.account;
  const auto mailbox = co_await mailboxes_.special_id(sender.id, mail::SpecialUse::Sent);
  if (!mailbox) {
    log(Level::Info, "sent-copy account={} left out: {}", printable(sender.address), mailbox.error().text);
    co_return false;
  }
  Target copy{.account = sender.id, .mailbox = *mailbox, .internal_date = clock_.now(), .form = sent.form};
  copy.no_quota = sender.quota_bytes == 0 && sender.quota_messages == 0;
  if (!copy.no_quota) {
    const auto quota = co_await mailboxes_.quota(sender.id);
    if (!quota || is_full(*quota, bytes)) {
      log(Level::Info, "sent-copy account={} left out: its quota is used up", printable(sender.address));
      co_return false;
    }
  }
  copy.flags.set(mail::Flag::Seen);
  targets.push_back(std::move(copy));
  co_return true;
}

Task<Result<std::vector<Result<Appended>>>> Router::deliver(NewMessage& message, const LocalRecipients& recipients,
                                                            Answers answers, std::optional<SentCopy> sent, Along along,
                                                            Meets meets) {
  std::vector<Target> targets;
  std::vector<Result<std::optional<std::size_t>>> places;  // of each recipient: index in targets; elsewhere: none
  for (const auto& recipient : recipients) {
    if (!recipient) {
      places.push_back(std::unexpected(recipient.error()));
      continue;
    }
    if (recipient->elsewhere) {
      places.push_back(std::nullopt);
      continue;
    }
    auto target = co_await target_of(*recipient, message.form(recipient->form).structure.size);
    if (!target && answers == Answers::OneForAll) co_return fail(std::move(target));
    if (!target) {
      places.push_back(fail(std::move(target)));
      continue;
    }
    const auto found = std::ranges::find(targets, target->mailbox, &Target::mailbox);
    places.push_back(static_cast<std::size_t>(found - targets.begin()));
    if (found == targets.end()) targets.push_back(std::move(*target));
  }
  bool has_sent = false;
  if (sent) has_sent = co_await add_sent(*sent, message.form(sent->form).structure.size, targets);
  for (auto& target : targets) {
    if (is_signed(message.form(target.form))) target.flags.keywords.emplace_back(mail::kSignedKeyword);
  }
  const bool all_get_it = std::ranges::all_of(places, [](const auto& place) { return place.has_value(); });
  if (!all_get_it) along = {};
  std::vector<Appended> appended;
  if (!targets.empty() || along) {
    PARAPH_CO_TRY(appended, co_await mailboxes_.append_or_keep(message, std::move(targets), std::move(along), meets));
  }
  if (has_sent) co_await mailboxes_.fold_sent(sent->account.id, appended.back(), message.form(sent->form));
  std::vector<Result<Appended>> results;
  for (auto& place : places) {
    if (place) {
      results.push_back(*place ? appended[**place] : Appended{});
    } else {
      results.push_back(fail(std::move(place)));
    }
  }
  co_return results;
}

}  // namespace paraph::service
