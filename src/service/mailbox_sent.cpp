#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "base/text.h"
#include "record/keys.h"
#include "service/mailboxes_inside.h"
#include "service/message_ids.h"
#include "service/uploads.h"

namespace paraph::service {
namespace {

constexpr std::chrono::hours kFoldsFor{24};
constexpr std::size_t kSameIdMax = 100;

/// Who it is from, as two copies of one message agree; "" when nobody can be named.
std::string first_from(const record::StoredMessage& message) {
  for (const auto& from : message.structure.root().envelope->from) {
    if (!from.group_start && !from.group_end) return lowered(from.address.text());
  }
  return "";
}

}  // namespace

Task<Result<std::vector<std::pair<MessageId, std::vector<record::Place>>>>> Mailboxes::find_message_id(
    std::string message_id) {
  std::vector<std::pair<MessageId, std::vector<record::Place>>> found;
  const auto hash = message_id_hash(message_id);
  if (!hash) co_return found;
  auto all = record::all_with(record::message_ids_prefix(*hash));
  all.entries_max = kSameIdMax;
  PARAPH_CO_TRY(const auto rows, co_await inside_->store.scan(std::move(all)));
  for (const auto& row : rows) {
    PARAPH_CO_TRY(auto places, record::parse_places(row.value));
    found.emplace_back(MessageId{record::last_number(row.key, 8)}, std::move(places));
  }
  co_return found;
}

Task<Result<std::optional<Uid>>> Mailboxes::Inside::find_as_sent(AccountId account, MailboxId mailbox,
                                                                 const record::StoredMessage& message) {
  const auto hash = message_id_hash(message.structure.root().envelope->message_id);
  const auto from = first_from(message);
  if (!hash || from.empty()) co_return std::optional<Uid>();
  auto all = record::all_with(record::message_ids_prefix(*hash));
  all.entries_max = kSameIdMax;
  PARAPH_CO_TRY(const auto rows, co_await store.scan(std::move(all)));
  for (const auto& row : rows) {
    PARAPH_CO_TRY(const auto first_places, record::parse_places(row.value));
    const auto place = std::ranges::find_if(
        first_places, [&](const record::Place& one) { return one.account == account && one.mailbox == mailbox; });
    if (place == first_places.end()) continue;
    const MessageId id{record::last_number(row.key, 8)};
    PARAPH_CO_TRY(const auto octets, co_await store.get(record::message_key(id)));
    if (!octets) continue;
    PARAPH_CO_TRY(const auto copy, record::parse_message(*octets));
    // Only a submission has an outcome; what a client appended earlier has none.
    if (copy.signature.how.empty() || clock.now() - copy.received >= kFoldsFor || first_from(copy) != from) continue;
    const std::vector<Uid> uid{place->uid};
    PARAPH_CO_TRY(const auto entries, co_await load_entries(store, mailbox, uid));
    if (!entries.empty() && entries.front().message == id) co_return std::optional(place->uid);
  }
  co_return std::optional<Uid>();
}

Task<Result<Appended>> Mailboxes::append_sent(NewMessage message, Target target) {
  const AccountId account = target.account;
  const MailboxId mailbox = target.mailbox;
  auto found = co_await inside_->find_as_sent(account, mailbox, message.record);
  if (!found) {
    co_await give_back_upload(inside_->store, message.upload, std::move(message.uploaded));
    co_return fail(std::move(found));
  }
  const auto as_sent = *found;
  Appended answer{.mailbox = mailbox};
  if (!as_sent) {
    const record::StoredMessage known{.structure = message.record.structure};
    const auto hash = message_id_hash(known.structure.root().envelope->message_id);
    const auto flags = target.flags;
    std::vector<Target> targets;
    targets.push_back(std::move(target));
    PARAPH_CO_TRY(const auto appended, co_await append(std::move(message), std::move(targets)));
    answer = appended.front();
    if (!hash) co_return answer;
    inside_->sent_appends.put(
        {.mailbox = mailbox, .hash = *hash, .from = first_from(known), .uid = answer.uid, .at = inside_->clock.now()});
    // The submission may have come to its end meanwhile, too early to see this one: then this one sees it. The copy is
    // kept already, so that a failure from here on is no failure of the APPEND.
    const auto now_sent = co_await inside_->find_as_sent(account, mailbox, known);
    if (!now_sent || !*now_sent) co_return answer;
    const Appended sent{.mailbox = mailbox, .uid_validity = answer.uid_validity, .uid = **now_sent};
    co_await fold_sent(account, sent, known);
    co_return sent;
  }
  co_await give_back_upload(inside_->store, message.upload, std::move(message.uploaded));
  if (target.flags != mail::Flags()) {
    const std::vector<Uid> uids{*as_sent};
    PARAPH_CO_CHECK(co_await store_flags(account, mailbox, uids, mail::FlagChange::Add, target.flags));
  }
  PARAPH_CO_TRY(const auto box, co_await load(account, mailbox));
  answer.uid_validity = box.uid_validity;
  answer.uid = *as_sent;
  co_return answer;
}

Task<void> Mailboxes::fold_sent(AccountId account, Appended sent, const record::StoredMessage& message) {
  const auto hash = message_id_hash(message.structure.root().envelope->message_id);
  if (!hash) co_return;
  auto uids = inside_->sent_appends.take(sent.mailbox, *hash, first_from(message), inside_->clock.now() - kFoldsFor);
  std::erase(uids, sent.uid);
  if (uids.empty()) co_return;
  const auto doubles = co_await entries_of(sent.mailbox, uids);
  if (!doubles) co_return;
  for (const auto& entry : *doubles) {
    mail::Flags deleted;
    deleted.set(mail::Flag::Deleted);
    const std::vector<Uid> kept{sent.uid};
    const std::vector<Uid> gone{entry.uid};
    const auto flagged = co_await store_flags(account, sent.mailbox, kept, mail::FlagChange::Add, entry.flags);
    const auto marked = co_await store_flags(account, sent.mailbox, gone, mail::FlagChange::Add, deleted);
    const auto expunged = co_await expunge(account, sent.mailbox, gone);
    if (!flagged || !marked || !expunged)
      log(Level::Warn, "sent-copy account={} uid={} is there twice: folding failed", account.value, sent.uid.value);
  }
}

}  // namespace paraph::service
