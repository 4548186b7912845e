#include <algorithm>

#include "session/imap/fetch.h"
#include "session/imap/session.h"

namespace paraph::session_imap {
namespace {
constexpr std::size_t kFetchChunk = 256;
constexpr std::size_t kStoreChunk = 1000;
}  // namespace

// FETCH and UID FETCH (RFC 9051 §6.4.5). Chunk by chunk: entries, records, then one line after the other into the
// output, which leaves whenever it is full. A message that others expunged is passed over, and said so at the end.
Task<void> Session::fetch(imap::Fetch command) {
  auto picked = selected_->view.pick(command.set, command.numbers);
  if (!picked) {
    bad(picked.error().text);
    co_return;
  }
  FetchPlan plan(std::move(command.items), command.numbers, selected_->readonly);
  FetchOutcome outcome;
  Chunks chunks(std::move(*picked));
  for (auto indexes = chunks.next(kFetchChunk); !indexes.empty(); indexes = chunks.next(kFetchChunk)) {
    auto done = co_await fetch_chunk(plan, std::move(indexes), outcome);
    if (!done) {
      refuse(done.error());
      co_return;
    }
    co_await breathe();
  }
  auto told = co_await set_seen(command.numbers, std::move(outcome.to_see));
  if (told.empty()) {
    co_await sync(expunges_for(command.numbers));
  } else {
    co_await sync_after_own_change(expunges_for(command.numbers), std::move(told));
  }
  if (outcome.unknown_encoding) {
    no("UNKNOWN-CTE", "a part is encoded in a way that is not known here");
  } else if (outcome.missing && command.numbers == imap::Numbers::Sequence) {
    no("EXPUNGEISSUED", "some of the messages are gone");
  } else {
    ok();
  }
}

Task<Result<void>> Session::fetch_chunk(const FetchPlan& plan, std::vector<std::uint32_t> indexes,
                                        FetchOutcome& outcome) {
  PARAPH_CO_TRY(const auto entries, co_await server_.mailboxes.entries_of(selected_->mailbox, uids_at(indexes)));
  std::vector<service::MessagePtr> messages;
  if (plan.needs_message) {
    std::vector<MessageId> ids;
    ids.reserve(entries.size());
    for (const auto& entry : entries) ids.push_back(entry.message);
    PARAPH_CO_TRY(messages, co_await server_.messages.load_many(std::move(ids)));
  }
  if (entries.size() < indexes.size()) outcome.missing = true;
  auto index = indexes.begin();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    while (selected_->view.at(*index) != entry.uid) ++index;
    if (plan.needs_message && !messages[i]) {
      outcome.missing = true;
      continue;
    }
    imap::append_fetch_start(out(), *index + 1);
    if (plan.streams) {
      co_await fetch_streamed(plan, entry, messages[i], outcome);
    } else {
      append_simple_items(out(), plan, {entry, plan.needs_message ? messages[i].get() : nullptr, recent(entry.uid)});
    }
    out() += ")\r\n";
    if (plan.sets_seen && !entry.flags.has(mail::Flag::Seen)) outcome.to_see.push_back(entry.uid);
    if (out_.size() > net::kOutputBytesMax) co_await flush();
  }
  co_return Result<void>{};
}

/// One message with items whose octets are read from the store.
Task<void> Session::fetch_streamed(const FetchPlan& plan, const mail::Entry& entry, service::MessagePtr message,
                                   FetchOutcome& outcome) {
  bool first = true;
  for (const auto& item : plan.items) {
    if (!first) out() += ' ';
    first = false;
    if (!streams(item)) {
      append_simple_item(out(), item, {entry, message.get(), recent(entry.uid)});
    } else if (item.kind == imap::FetchItem::Kind::Binary || item.kind == imap::FetchItem::Kind::BinarySize) {
      const bool known = co_await fetch_binary(item, message);
      outcome.unknown_encoding = outcome.unknown_encoding || !known;
    } else {
      co_await fetch_section(item, message);
    }
  }
}

/// Sets \Seen on what BODY[] and its kin showed, once for the whole command, and tells it.
Task<std::vector<Told>> Session::set_seen(imap::Numbers numbers, std::vector<Uid> uids) {
  std::vector<Told> told;
  mail::Flags seen;
  seen.set(mail::Flag::Seen);
  for (std::size_t at = 0; at < uids.size(); at += kStoreChunk) {
    const auto end = std::min(uids.size(), at + kStoreChunk);
    std::vector<Uid> chunk(uids.begin() + static_cast<std::ptrdiff_t>(at),
                           uids.begin() + static_cast<std::ptrdiff_t>(end));
    auto stored = co_await server_.mailboxes.store_flags(account_, selected_->mailbox, std::move(chunk),
                                                         mail::FlagChange::Add, seen);
    if (!stored) co_return told;  // the octets were shown all the same
    for (const auto& entry : stored->entries) {
      told.push_back({entry.uid, entry.modseq});
      tell_flags(entry, numbers);
    }
    if (out_.size() > net::kOutputBytesMax) co_await flush();
  }
  co_return told;
}

}  // namespace paraph::session_imap
