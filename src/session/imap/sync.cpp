#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "session/imap/session.h"

namespace paraph::session_imap {

// The step in which a client learns what happened to its mailbox (RFC 9051 §5.2, §7.5.1). New messages and flags are
// told at once; what was expunged stays in the view, under its number, until EXPUNGE may be sent.

Task<void> Session::sync(Expunges expunges) {
  if (selected_ && selected_->changed) co_await read_changes();
  if (selected_ && expunges == Expunges::Tell) co_await tell_expunges();
}

Task<void> Session::sync_after_own_change(Expunges expunges, std::vector<Told> told) {
  if (!selected_) co_return;
  co_await read_changes(std::move(told));
  if (expunges == Expunges::Tell) co_await tell_expunges();
}

Task<void> Session::read_changes(std::vector<Told> told) {
  auto& selected = *selected_;
  selected.changed = false;
  auto changes = co_await server_.mailboxes.changes(account_, selected.mailbox, selected.seen);
  if (!changes) {
    if (changes.error().code != Code::NotFound) throw std::runtime_error(changes.error().text);
    untagged(imap::Condition::Bye, {}, "the mailbox was deleted");
    enter(Phase::Logout);
    co_return;
  }
  selected.seen = changes->highest_modseq;
  const Uid known = selected.view.last();
  co_await add_messages(changes->changed, changes->uid_next);
  if (changes->expunged_known) {
    selected.view.mark_gone(changes->expunged);
  } else {
    co_await find_missing();
  }
  std::ranges::sort(told, {}, &Told::uid);
  for (const auto& entry : changes->changed) {
    const auto own = std::ranges::lower_bound(told, entry.uid, {}, &Told::uid);
    const bool told_already = own != told.end() && own->uid == entry.uid && own->modseq >= entry.modseq;
    if (entry.uid > known || told_already) continue;
    tell_flags(entry, imap::Numbers::Sequence);
    if (out_.size() > net::kOutputBytesMax) co_await flush();
  }
}

Task<void> Session::add_messages(const std::vector<mail::Entry>& changed, Uid uid_next) {
  auto& view = selected_->view;
  std::vector<Uid> fresh;
  for (const auto& entry : changed) {
    if (entry.uid > view.last()) fresh.push_back(entry.uid);
  }
  if (fresh.empty()) co_return;
  std::ranges::sort(fresh);
  for (const Uid uid : fresh) view.add(uid);
  fmt::format_to(std::back_inserter(out()), "* {} EXISTS\r\n", view.size());
  if (selected_->readonly == imap::Readonly::No) {
    // Taking \Recent is written to disk: whoever idles need not wait for that to hear of the message.
    if (idling_) co_await flush();
    const auto first = co_await server_.mailboxes.take_recent(account_, selected_->mailbox);
    if (first) view.add_recent(*first, uid_next);
  }
  fmt::format_to(std::back_inserter(out()), "* {} RECENT\r\n", view.count_recent());
}

/// The change log does not reach back to what this session has seen: the mailbox itself tells what is gone.
Task<void> Session::find_missing() {
  const auto entries = co_await server_.mailboxes.entries(selected_->mailbox);
  if (!entries) throw std::runtime_error(entries.error().text);
  std::vector<Uid> there;
  there.reserve(entries->size());
  for (const auto& entry : *entries) there.push_back(entry.uid);
  selected_->view.keep_only(there);
}

void Session::tell_flags(const mail::Entry& entry, imap::Numbers numbers) {
  const auto index = selected_->view.find(entry.uid);
  if (!index) return;
  imap::append_fetch_start(out(), *index + 1);
  if (numbers == imap::Numbers::Uid) {
    out() += "UID ";
    imap::append_number(out(), entry.uid.value);
    out() += ' ';
  }
  out() += "FLAGS ";
  imap::append_flags(out(), entry.flags, recent(entry.uid));
  out() += ")\r\n";
}

Task<void> Session::tell_expunges() {
  for (const auto number : selected_->view.take_gone()) {
    fmt::format_to(std::back_inserter(out()), "* {} EXPUNGE\r\n", number);
    if (out_.size() > net::kOutputBytesMax) co_await flush();
  }
}

imap::Recent Session::recent(Uid uid) const {
  return selected_->view.is_recent(uid) ? imap::Recent::Yes : imap::Recent::No;
}

void Session::drop_mailbox() {
  selected_.reset();
  enter(Phase::Authenticated);
}

}  // namespace paraph::session_imap
