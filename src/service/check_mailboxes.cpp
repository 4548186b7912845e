// The passes of check_walk.h over mailboxes, their names, entries and change logs.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "record/keys.h"
#include "service/check_walk.h"
#include "service/mailbox_names.h"

namespace paraph::service {
namespace {

constexpr std::size_t kMailboxKeyBytes = 17;  ///< letter, account, mailbox
constexpr std::size_t kEntryKeyBytes = 13;    ///< letter, mailbox, uid
constexpr std::size_t kChangeKeyBytes = 17;   ///< letter, mailbox, modseq

std::uint64_t mailbox_of(const store::KeyValue& row) {
  return record::last_number(std::string_view(row.key).substr(0, 9), 8);
}

store::Batch erase_row(const std::string& key, const std::string& value) {
  store::Batch repair;
  repair.expects.push_back({key, value});
  repair.writes.push_back({key, std::nullopt});
  return repair;
}

template <class T>
void raise(T& value, T at_least) {
  value = std::max(value, at_least);
}

}  // namespace

Task<Result<void>> CheckWalk::check_mailboxes(const Rows& rows) {
  for (const auto& row : rows) {
    auto box = record::parse_mailbox(row.value);
    if (!box || row.key.size() != kMailboxKeyBytes || box->id.value != record::last_number(row.key, 8)) {
      note_unreadable("mailbox", row);
      continue;
    }
    const AccountId owner{mailbox_of(row)};
    saw_number("mailbox", box->id.value);
    if (!accounts_.contains(owner.value)) {
      PARAPH_CO_CHECK(co_await note("mailbox.account", fmt::format("mailbox {} is of account {}, which is not there",
                                                                   box->id.value, owner.value)));
    }
    const std::string name_key = record::mailbox_name_key(owner, box->name);
    PARAPH_CO_TRY(const auto named, co_await store_.get(name_key));
    if (!named || record::parse_number_value(*named) != box->id.value) {
      store::Batch repair;
      if (!named) {
        repair.expects.push_back({name_key, std::nullopt});
        repair.writes.push_back({name_key, record::number_value(box->id.value)});
      }
      PARAPH_CO_CHECK(co_await note(
          "name.missing", fmt::format("the name {} does not lead to mailbox {}", printable(box->name), box->id.value),
          std::move(repair)));
    }
    Tally& tally = mailboxes_[box->id.value];
    tally = {.owner = owner, .said = std::move(*box), .octets = row.value};
  }
  co_return Result<void>();
}

Task<Result<void>> CheckWalk::check_names(const Rows& rows) {
  for (const auto& row : rows) {
    const auto id = record::parse_number_value(row.value);
    const auto found = id ? mailboxes_.find(*id) : mailboxes_.end();
    if (found != mailboxes_.end() && record::mailbox_name_key(found->second.owner, found->second.said.name) == row.key)
      continue;
    PARAPH_CO_CHECK(co_await note("name.dangling",
                                  fmt::format("the name at key {} leads to no mailbox that has it", printable(row.key)),
                                  erase_row(row.key, row.value)));
  }
  co_return Result<void>();
}

// --- entries, each with its message and its row of the change log

Task<Result<void>> CheckWalk::check_entries(const Rows& rows) {
  std::vector<mail::Entry> entries;
  std::vector<MailboxId> boxes;
  for (const auto& row : rows) {
    const Uid uid{static_cast<std::uint32_t>(record::last_number(row.key, 4))};
    auto entry = record::parse_entry(row.value, uid);
    if (!entry || row.key.size() != kEntryKeyBytes) {
      note_unreadable("entry", row);
      continue;
    }
    if (!mailboxes_.contains(mailbox_of(row))) {
      PARAPH_CO_CHECK(co_await note(
          "entry.mailbox", fmt::format("entry {} is of mailbox {}, which is not there", uid.value, mailbox_of(row))));
    }
    entries.push_back(std::move(*entry));
    boxes.push_back(MailboxId{mailbox_of(row)});
  }
  co_return co_await check_entry_page(std::move(entries), std::move(boxes));
}

Task<Result<void>> CheckWalk::check_entry_page(std::vector<mail::Entry> entries, std::vector<MailboxId> boxes) {
  std::vector<std::string> change_keys;
  for (std::size_t i = 0; i < entries.size(); ++i)
    change_keys.push_back(record::change_key(boxes[i], entries[i].modseq));
  PARAPH_CO_TRY(const auto changes, co_await store_.get_many(change_keys));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const mail::Entry& entry = entries[i];
    const auto box = mailboxes_.find(boxes[i].value);
    PARAPH_CO_TRY(const auto record, co_await store_.get(record::message_key(entry.message)));
    if (!record) {
      store::Batch repair;
      repair.expects.push_back({record::entry_key(boxes[i], entry.uid), record::format_entry(entry)});
      repair.writes.push_back({record::entry_key(boxes[i], entry.uid), std::nullopt});
      if (changes[i]) repair.writes.push_back({change_keys[i], std::nullopt});
      PARAPH_CO_CHECK(co_await note("entry.message",
                                    fmt::format("UID {} of mailbox {} shows message {}, which is not there",
                                                entry.uid.value, boxes[i].value, entry.message.value),
                                    std::move(repair)));
      if (repair_ == Repair::Yes && box != mailboxes_.end()) box->second.touched = true;
      if (repair_ == Repair::Yes) continue;
    }
    ++messages_.at(entry.message.value).count;
    if (box == mailboxes_.end()) continue;
    mail::Mailbox& found = box->second.found;
    ++found.messages;
    found.unseen += entry.flags.has(mail::Flag::Seen) ? 0 : 1;
    found.bytes += entry.size;
    raise(found.uid_next, Uid{entry.uid.value + 1});
    raise(found.highest_modseq, entry.modseq);
    const auto change =
        changes[i] ? record::parse_change(*changes[i]) : Result<record::Change>(fail(Code::NotFound, ""));
    if (change && change->uid == entry.uid && !change->expunged) continue;
    store::Batch repair;
    if (!changes[i]) {
      repair.expects.push_back({change_keys[i], std::nullopt});
      repair.writes.push_back({change_keys[i], record::format_change({.uid = entry.uid})});
    }
    PARAPH_CO_CHECK(co_await note("change.missing",
                                  fmt::format("the change log of mailbox {} does not name UID {} at modseq {}",
                                              boxes[i].value, entry.uid.value, entry.modseq.value),
                                  std::move(repair)));
  }
  co_return Result<void>();
}

// --- the change log, each row with its entry

Task<Result<void>> CheckWalk::check_changes(const Rows& rows) {
  std::vector<std::string> keys;
  for (const auto& row : rows) {
    const auto change = record::parse_change(row.value);
    keys.push_back(record::entry_key(MailboxId{mailbox_of(row)}, change ? change->uid : Uid{}));
  }
  PARAPH_CO_TRY(const auto entries, co_await store_.get_many(std::move(keys)));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    const auto change = record::parse_change(row.value);
    if (!change || row.key.size() != kChangeKeyBytes) {
      note_unreadable("change", row);
      continue;
    }
    const ModSeq modseq{record::last_number(row.key, 8)};
    const auto box = mailboxes_.find(mailbox_of(row));
    const auto entry =
        entries[i] ? record::parse_entry(*entries[i], change->uid) : Result<mail::Entry>(fail(Code::NotFound, ""));
    const bool good =
        box != mailboxes_.end() && (change->expunged ? !entries[i].has_value() : entry && entry->modseq == modseq);
    if (good) {
      raise(box->second.found.highest_modseq, modseq);
      raise(box->second.found.uid_next, Uid{change->uid.value + 1});
      box->second.found.tombstones += change->expunged ? 1 : 0;
      continue;
    }
    PARAPH_CO_CHECK(co_await note("change.extra",
                                  fmt::format("the change log of mailbox {} is wrong about UID {} at modseq {}",
                                              mailbox_of(row), change->uid.value, modseq.value),
                                  erase_row(row.key, row.value)));
  }
  co_return Result<void>();
}

// --- what the rows add up to

Task<Result<void>> CheckWalk::check_tallies() {
  for (auto& [id, tally] : mailboxes_) {
    const mail::Mailbox& said = tally.said;
    const mail::Mailbox& found = tally.found;
    auto& account = accounts_[tally.owner.value];
    account.bytes += found.bytes;
    account.messages += found.messages;
    mail::Mailbox right = said;
    right.messages = found.messages;
    right.unseen = found.unseen;
    right.bytes = found.bytes;
    right.tombstones = found.tombstones;
    raise(right.uid_next, found.uid_next);
    raise(right.highest_modseq, found.highest_modseq);
    if (tally.touched) right.known_from = right.highest_modseq = ModSeq{right.highest_modseq.value + 1};
    if (right == said) continue;
    const struct {
      const char* name;
      std::uint64_t said, found;
    } all[] = {{"mailbox.count", said.messages, right.messages},
               {"mailbox.unseen", said.unseen, right.unseen},
               {"mailbox.bytes", said.bytes, right.bytes},
               {"mailbox.tombstones", said.tombstones, right.tombstones},
               {"mailbox.uid_next", said.uid_next.value, right.uid_next.value},
               {"mailbox.modseq", said.highest_modseq.value, right.highest_modseq.value}};
    const std::string key = record::mailbox_key(tally.owner, said.id);
    store::Batch repair;
    repair.expects.push_back({key, tally.octets});
    repair.writes.push_back({key, record::format_mailbox(right, tally.owner)});
    // One write puts all of them right.
    PARAPH_CO_TRY(const bool repaired, co_await apply(if_sure(std::move(repair))));
    for (const auto& one : all) {
      if (one.said == one.found) continue;
      auto text = fmt::format("mailbox {} ({}) says {} and has {}", id, printable(said.name), one.said, one.found);
      report_({.name = one.name, .text = std::move(text), .repaired = repaired});
    }
  }
  co_return Result<void>();
}

}  // namespace paraph::service
