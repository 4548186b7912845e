#include "service/mailbox_edit.h"

#include <fmt/format.h>

#include <limits>
#include <map>

#include "base/text.h"
#include "record/codec.h"
#include "record/keys.h"
#include "service/change_feed.h"

namespace paraph::service {
namespace {

/// Rows of the change log that one pruning looks at: what it leaves is for the next one.
constexpr std::size_t kPrunedRowsMax = 4096;

struct Growth {
  std::int64_t bytes = 0;
  std::int64_t messages = 0;
};

std::map<AccountId, Growth> growth_of(const std::vector<MailboxEdit>& edits) {
  std::map<AccountId, Growth> growth;
  for (const auto& edit : edits) {
    Growth& of = growth[edit.owner()];
    of.bytes += static_cast<std::int64_t>(edit.now().bytes) - static_cast<std::int64_t>(edit.before().bytes);
    of.messages += static_cast<std::int64_t>(edit.now().messages) - static_cast<std::int64_t>(edit.before().messages);
  }
  return growth;
}

bool unseen(const mail::Flags& flags) { return !flags.has(mail::Flag::Seen); }

/// Counters of a damaged store may be too low; they stop at zero, and `paraph check` puts them right.
template <class T>
void subtract(T& counter, std::uint64_t amount) {
  counter = counter > amount ? static_cast<T>(counter - amount) : T{0};
}

/// A counter's decimal text; 0 when absent or damaged.
std::uint64_t counted(const std::optional<std::string>& value) { return value ? parse_decimal(*value).value_or(0) : 0; }

bool passes(std::uint64_t max, std::uint64_t used, std::int64_t growth) {
  return max != 0 && growth > 0 && used + static_cast<std::uint64_t>(growth) > max;
}

}  // namespace

Task<Result<MailboxRecord>> load_mailbox_record(store::Store& store, AccountId owner, MailboxId mailbox) {
  PARAPH_CO_TRY(auto octets, co_await store.get(record::mailbox_key(owner, mailbox)));
  if (!octets) co_return fail(Code::NotFound, "no such mailbox");
  PARAPH_CO_TRY(auto box, record::parse_mailbox(*octets));
  co_return MailboxRecord{.owner = owner, .box = std::move(box), .octets = std::move(*octets)};
}

Task<Result<std::vector<mail::Entry>>> load_entries(store::Store& store, MailboxId mailbox,
                                                    const std::vector<Uid>& uids) {
  std::vector<std::string> keys;
  keys.reserve(uids.size());
  for (const Uid uid : uids) keys.push_back(record::entry_key(mailbox, uid));
  PARAPH_CO_TRY(const auto values, co_await store.get_many(std::move(keys)));
  std::vector<mail::Entry> entries;
  entries.reserve(uids.size());
  for (std::size_t i = 0; i < uids.size(); ++i) {
    if (!values[i]) continue;
    PARAPH_CO_TRY(auto entry, record::parse_entry(*values[i], uids[i]));
    entries.push_back(std::move(entry));
  }
  co_return entries;
}

ModSeq MailboxEdit::next_modseq() {
  ++now_.highest_modseq.value;
  return now_.highest_modseq;
}

Result<mail::Entry> MailboxEdit::add(store::Batch& batch, MessageId message, mail::Flags flags, Time internal_date,
                                     std::uint64_t size) {
  if (now_.uid_next.value == std::numeric_limits<std::uint32_t>::max()) {
    return fail(Code::TooLarge, "the mailbox has no UIDs left: move its messages to a new one");
  }
  const mail::Entry entry{.uid = Uid{now_.uid_next.value++},
                          .message = message,
                          .flags = std::move(flags),
                          .modseq = next_modseq(),
                          .internal_date = internal_date,
                          .size = size};
  ++now_.messages;
  now_.unseen += unseen(entry.flags) ? 1 : 0;
  now_.bytes += size;
  batch.writes.push_back({record::entry_key(now_.id, entry.uid), record::format_entry(entry)});
  batch.writes.push_back({record::change_key(now_.id, entry.modseq), record::format_change({.uid = entry.uid})});
  return entry;
}

mail::Entry MailboxEdit::set_flags(store::Batch& batch, mail::Entry entry, mail::Flags flags) {
  batch.writes.push_back({record::change_key(now_.id, entry.modseq), std::nullopt});
  if (unseen(entry.flags)) subtract(now_.unseen, 1);
  now_.unseen += unseen(flags) ? 1 : 0;
  entry.flags = std::move(flags);
  entry.modseq = next_modseq();
  batch.writes.push_back({record::entry_key(now_.id, entry.uid), record::format_entry(entry)});
  batch.writes.push_back({record::change_key(now_.id, entry.modseq), record::format_change({.uid = entry.uid})});
  return entry;
}

void MailboxEdit::take_out(store::Batch& batch, const mail::Entry& entry) {
  subtract(now_.messages, 1);
  if (unseen(entry.flags)) subtract(now_.unseen, 1);
  subtract(now_.bytes, entry.size);
  batch.writes.push_back({record::entry_key(now_.id, entry.uid), std::nullopt});
  batch.writes.push_back({record::change_key(now_.id, entry.modseq), std::nullopt});
}

void MailboxEdit::expunge(store::Batch& batch, const mail::Entry& entry) {
  take_out(batch, entry);
  const ModSeq modseq = next_modseq();
  ++now_.tombstones;
  batch.writes.push_back(
      {record::change_key(now_.id, modseq), record::format_change({.uid = entry.uid, .expunged = true})});
}

void MailboxEdit::forget(store::Batch& batch, const mail::Entry& entry) {
  take_out(batch, entry);
  now_.known_from = next_modseq();
}

void MailboxEdit::forget_tombstones(std::uint32_t count) {
  subtract(now_.tombstones, count);
  now_.known_from = next_modseq();
}

Task<Result<void>> MailboxEdit::prune(store::Store& store, store::Batch& batch, std::uint32_t tombstones_max) {
  if (now_.tombstones <= tombstones_max) co_return Result<void>();
  store::Scan log = record::all_with(record::changes_prefix(now_.id));
  log.from = record::change_key(now_.id, ModSeq{now_.known_from.value + 1});
  log.entries_max = kPrunedRowsMax;
  PARAPH_CO_TRY(const auto rows, co_await store.scan(std::move(log)));
  for (const auto& row : rows) {
    if (now_.tombstones <= tombstones_max - tombstones_max / 5) break;
    PARAPH_CO_TRY(const auto change, record::parse_change(row.value));
    now_.known_from = ModSeq{record::last_number(row.key, 8)};
    if (!change.expunged) continue;
    batch.writes.push_back({row.key, std::nullopt});
    subtract(now_.tombstones, 1);
  }
  co_return Result<void>();
}

MailboxRecord MailboxEdit::finish(store::Batch& batch) const {
  const std::string key = record::mailbox_key(owner(), now_.id);
  MailboxRecord after{.owner = owner(), .box = now_, .octets = record::format_mailbox(now_, owner())};
  batch.expects.push_back({key, before_.octets});
  batch.writes.push_back({key, after.octets});
  batch.topics.push_back(mailbox_topic(now_.id));
  return after;
}

void add_quota(store::Batch& batch, const std::vector<MailboxEdit>& edits) {
  for (const auto& [account, growth] : growth_of(edits)) {
    if (growth.bytes != 0) batch.adds.push_back({record::quota_bytes_key(account), growth.bytes});
    if (growth.messages != 0) batch.adds.push_back({record::quota_messages_key(account), growth.messages});
  }
}

Task<Result<void>> check_quota(store::Store& store, const std::vector<MailboxEdit>& edits,
                               const std::vector<AccountId>& without) {
  auto growth = growth_of(edits);
  for (const AccountId account : without) growth.erase(account);
  if (growth.empty()) co_return Result<void>();
  std::vector<std::string> keys;
  for (const auto& [account, of] : growth) keys.push_back(record::account_key(account));
  PARAPH_CO_TRY(const auto accounts, co_await store.get_many(std::move(keys)));
  std::size_t index = 0;
  for (const auto& [id, of] : growth) {
    const auto& octets = accounts[index++];
    if (!octets) co_return fail(Code::NotFound, "no such account");
    PARAPH_CO_TRY(const auto account, record::parse_account(*octets));
    if (account.removing) co_return fail(Code::NotFound, "no such account");
    if (account.quota_bytes == 0 && account.quota_messages == 0) continue;
    std::vector<std::string> counters{record::quota_bytes_key(id), record::quota_messages_key(id)};
    PARAPH_CO_TRY(const auto used, co_await store.get_many(std::move(counters)));
    if (passes(account.quota_bytes, counted(used[0]), of.bytes) ||
        passes(account.quota_messages, counted(used[1]), of.messages)) {
      co_return fail(Code::OverQuota, fmt::format("the mailbox of {} is full", printable(account.address)));
    }
  }
  co_return Result<void>();
}

}  // namespace paraph::service
