#include "service/mailboxes.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "base/text.h"
#include "record/keys.h"
#include "service/mailbox_names.h"
#include "service/mailboxes_inside.h"

namespace paraph::service {
namespace {

/// In the table of places, beside the special uses.
constexpr std::uint8_t kInboxPlace = 0xFF;
/// Rows of one scan.
constexpr std::size_t kRowsPerScan = 8192;

/// Forgets what the cache was told unless the commit went well, however this ends.
class CacheGuard {
 public:
  CacheGuard(MailboxCache& cache, const std::vector<MailboxEdit>& edits) : cache_(cache), edits_(&edits) {}
  CacheGuard(const CacheGuard&) = delete;
  ~CacheGuard() {
    if (edits_ == nullptr) return;
    for (const auto& edit : *edits_) cache_.drop(edit.now().id);
  }
  void keep() { edits_ = nullptr; }

 private:
  MailboxCache& cache_;
  const std::vector<MailboxEdit>* edits_;
};

}  // namespace

Mailboxes::Mailboxes(store::Store& store, const Clock& clock, const Limits& limits)
    : inside_(std::make_unique<Inside>(store, clock, limits)) {}
Mailboxes::~Mailboxes() = default;

std::vector<std::span<const Uid>> in_pieces(const std::vector<Uid>& uids, std::size_t size) {
  std::vector<std::span<const Uid>> pieces;
  for (std::span<const Uid> rest(uids); !rest.empty();) {
    pieces.push_back(rest.first(std::min(size, rest.size())));
    rest = rest.subspan(pieces.back().size());
  }
  return pieces;
}

// Turns of mailboxes and of messages share one table: the lowest bit tells them apart.
Task<Turn> Mailboxes::Inside::take_mailboxes(std::vector<MailboxId> mailboxes, Turns::Kind kind) {
  std::vector<std::uint64_t> ids;
  ids.reserve(mailboxes.size());
  for (const auto id : mailboxes) ids.push_back(id.value << 1);
  return turns.take(std::move(ids), kind);
}

Task<Turn> Mailboxes::Inside::take_messages(const UseEdits& uses) {
  std::vector<std::uint64_t> ids;
  for (const auto id : uses.messages()) ids.push_back(id.value << 1 | 1);
  return turns.take(std::move(ids), Turns::Kind::Alone);
}

Task<Result<MailboxEdit>> Mailboxes::Inside::edit(AccountId account, MailboxId mailbox) {
  if (auto cached = cache.find(account, mailbox)) co_return MailboxEdit(std::move(*cached));
  PARAPH_CO_TRY(auto record, co_await load_mailbox_record(store, account, mailbox));
  co_return MailboxEdit(std::move(record));
}

Task<Result<void>> Mailboxes::Inside::commit(store::Batch batch, const std::vector<MailboxEdit>& edits,
                                             std::shared_ptr<Turn> turn) {
  CacheGuard guard(cache, edits);
  add_quota(batch, edits);
  for (const auto& edit : edits) cache.put(edit.finish(batch));
  if (turn) {
    // Runs when this coroutine has given up the thread, which commit() does once the batch has its place in the order.
    const Executor executor = co_await boost::asio::this_coro::executor;
    boost::asio::post(executor, [turn] { turn->submitted(); });
  }
  auto done = co_await store.commit(std::move(batch));
  if (done) guard.keep();
  co_return done;
}

// --- reading

Task<Result<mail::Mailbox>> Mailboxes::load(AccountId account, MailboxId mailbox) {
  PARAPH_CO_TRY(auto record, co_await load_mailbox_record(inside_->store, account, mailbox));
  co_return std::move(record.box);
}

Task<Result<MailboxId>> Mailboxes::Inside::find_id(AccountId account, const std::string& name) {
  const std::string normal = normal_mailbox_name(name);
  if (!is_mailbox_name(normal)) co_return fail(Code::NotFound, "no such mailbox");
  PARAPH_CO_TRY(const auto value, co_await store.get(record::mailbox_name_key(account, normal)));
  if (!value) co_return fail(Code::NotFound, "no such mailbox");
  const auto id = record::parse_number_value(*value);
  if (!id) co_return fail(Code::Corrupt, "the name of a mailbox leads nowhere: run `paraph check`");
  co_return MailboxId{*id};
}

Task<Result<mail::Mailbox>> Mailboxes::find(AccountId account, std::string name) {
  PARAPH_CO_TRY(const auto id, co_await inside_->find_id(account, name));
  co_return co_await load(account, id);
}

Task<Result<MailboxId>> Mailboxes::inbox(AccountId account) {
  // An account's INBOX is the same mailbox as long as the account lives.
  if (const auto known = inside_->places.find(account, kInboxPlace)) co_return *known;
  PARAPH_CO_TRY(const auto id, co_await inside_->find_id(account, std::string(kInbox)));
  inside_->places.put(account, kInboxPlace, id);
  co_return id;
}

Task<Result<MailboxId>> Mailboxes::special_id(AccountId account, mail::SpecialUse use) {
  const auto place = static_cast<std::uint8_t>(use);
  const auto known = inside_->places.find(account, place);
  const auto record = known ? inside_->cache.find(account, *known) : std::nullopt;
  if (record && record->box.use == use) co_return *known;
  PARAPH_CO_TRY(const auto found, co_await find_special(account, use));
  inside_->places.put(account, place, found.id);
  co_return found.id;
}

Task<Result<std::vector<MailboxRecord>>> Mailboxes::Inside::load_all(AccountId account) {
  store::Scan scan = record::all_with(record::mailboxes_prefix(account));
  scan.entries_max = limits.mailboxes_max + std::size_t{1};
  PARAPH_CO_TRY(auto rows, co_await store.scan(std::move(scan)));
  std::vector<MailboxRecord> records;
  records.reserve(rows.size());
  for (auto& row : rows) {
    PARAPH_CO_TRY(auto box, record::parse_mailbox(row.value));
    records.push_back({.owner = account, .box = std::move(box), .octets = std::move(row.value)});
  }
  co_return records;
}

Task<Result<std::vector<mail::Mailbox>>> Mailboxes::list(AccountId account) {
  PARAPH_CO_TRY(auto records, co_await inside_->load_all(account));
  std::vector<mail::Mailbox> boxes;
  boxes.reserve(records.size());
  for (auto& record : records) boxes.push_back(std::move(record.box));
  std::ranges::sort(boxes, [](const auto& a, const auto& b) {
    return std::pair(a.name != kInbox, std::string_view(a.name)) <
           std::pair(b.name != kInbox, std::string_view(b.name));
  });
  co_return boxes;
}

Task<Result<mail::Mailbox>> Mailboxes::find_special(AccountId account, mail::SpecialUse use) {
  PARAPH_CO_TRY(auto records, co_await inside_->load_all(account));
  const auto found = std::ranges::find(records, use, [](const auto& record) { return record.box.use; });
  if (found == records.end()) co_return fail(Code::NotFound, "no mailbox for this use");
  co_return std::move(found->box);
}

Task<Result<std::vector<mail::Entry>>> Mailboxes::entries(MailboxId mailbox, Uid from) {
  std::vector<mail::Entry> entries;
  store::Scan all = record::all_with(record::entries_prefix(mailbox));
  all.from = record::entry_key(mailbox, from);
  all.entries_max = kRowsPerScan;
  for (;;) {
    PARAPH_CO_TRY(const auto rows, co_await inside_->store.scan(all));
    for (const auto& row : rows) {
      const Uid uid{static_cast<std::uint32_t>(record::last_number(row.key, 4))};
      PARAPH_CO_TRY(auto entry, record::parse_entry(row.value, uid));
      entries.push_back(std::move(entry));
    }
    if (rows.size() < kRowsPerScan) co_return entries;
    all.from = rows.back().key + '\0';
  }
}

Task<Result<std::vector<mail::Entry>>> Mailboxes::entries_of(MailboxId mailbox, std::vector<Uid> uids) {
  co_return co_await load_entries(inside_->store, mailbox, uids);
}

Task<Result<Changes>> Mailboxes::changes(AccountId account, MailboxId mailbox, ModSeq since) {
  PARAPH_CO_TRY(const auto record, co_await load_mailbox_record(inside_->store, account, mailbox));
  const mail::Mailbox& box = record.box;
  Changes changes{
      .highest_modseq = box.highest_modseq, .uid_next = box.uid_next, .expunged_known = since >= box.known_from};
  // The log is read up to the record's modseq only: what happens meanwhile is for the next call. A row that moves on
  // meanwhile moves past that end, and its entry is found again then.
  store::Scan log{.from = record::change_key(mailbox, ModSeq{since.value + 1}),
                  .to = record::change_key(mailbox, ModSeq{box.highest_modseq.value + 1}),
                  .entries_max = kRowsPerScan};
  while (since < box.highest_modseq) {
    PARAPH_CO_TRY(const auto rows, co_await inside_->store.scan(log));
    std::vector<Uid> uids;
    for (const auto& row : rows) {
      PARAPH_CO_TRY(const auto change, record::parse_change(row.value));
      (change.expunged ? changes.expunged : uids).push_back(change.uid);
    }
    PARAPH_CO_TRY(auto entries, co_await load_entries(inside_->store, mailbox, uids));
    std::ranges::move(entries, std::back_inserter(changes.changed));
    if (rows.size() < kRowsPerScan) break;
    log.from = rows.back().key + '\0';
  }
  co_return changes;
}

Task<Result<Mailboxes::Quota>> Mailboxes::quota(AccountId account) {
  std::vector<std::string> keys{record::account_key(account), record::quota_bytes_key(account),
                                record::quota_messages_key(account)};
  PARAPH_CO_TRY(const auto values, co_await inside_->store.get_many(std::move(keys)));
  if (!values[0]) co_return fail(Code::NotFound, "no such account");
  PARAPH_CO_TRY(const auto owner, record::parse_account(*values[0]));
  const auto counted = [](const auto& value) { return value ? parse_decimal(*value).value_or(0) : 0; };
  co_return Quota{.bytes = counted(values[1]),
                  .bytes_max = owner.quota_bytes,
                  .messages = counted(values[2]),
                  .messages_max = owner.quota_messages};
}

// --- \Recent

Task<Result<Uid>> Mailboxes::Inside::try_take_recent(AccountId account, MailboxId mailbox) {
  const auto turn = co_await take_mailbox(mailbox);
  PARAPH_CO_TRY(auto edited, co_await edit(account, mailbox));
  const Uid first = edited.now().recent_from;
  if (first >= edited.now().uid_next) co_return edited.now().uid_next;
  std::vector<MailboxEdit> edits;
  edits.push_back(std::move(edited));
  edits.front().take_recent();
  store::Batch batch;
  PARAPH_CO_CHECK(co_await commit(std::move(batch), edits));
  co_return first;
}

Task<Result<Uid>> Mailboxes::take_recent(AccountId account, MailboxId mailbox) {
  const auto once = [&] { return inside_->try_take_recent(account, mailbox); };
  co_return co_await until_settled(once);
}

}  // namespace paraph::service
