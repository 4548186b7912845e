#include <algorithm>

#include "session/imap/session.h"

namespace paraph::session_imap {

Task<void> Session::status(imap::Status command) {  // RFC 9051 §6.3.11
  auto mailbox = co_await server_.mailboxes.find(account_, std::move(command.mailbox));
  if (!mailbox) {
    refuse(mailbox.error());
    co_return;
  }
  auto told = co_await append_status_of(std::move(*mailbox), command.items);
  if (!told) {
    refuse(told.error());
    co_return;
  }
  co_await sync(Expunges::Tell);
  ok();
}

/// All but \Recent and \Deleted is in the mailbox's record; those two are counted.
Task<Result<void>> Session::append_status_of(mail::Mailbox mailbox, imap::StatusItem items) {
  imap::StatusValues values{.messages = mailbox.messages,
                            .uid_next = mailbox.uid_next.value,
                            .uid_validity = mailbox.uid_validity,
                            .unseen = mailbox.unseen,
                            .size = mailbox.bytes,
                            .highest_modseq = mailbox.highest_modseq.value};
  if (imap::has(items, imap::StatusItem::Recent) && mailbox.recent_from < mailbox.uid_next) {
    PARAPH_CO_TRY(const auto recent, co_await server_.mailboxes.entries(mailbox.id, mailbox.recent_from));
    values.recent = static_cast<std::uint32_t>(recent.size());
  }
  if (imap::has(items, imap::StatusItem::Deleted)) {
    PARAPH_CO_TRY(const auto all, co_await server_.mailboxes.entries(mailbox.id));
    const auto deleted = [](const mail::Entry& entry) { return entry.flags.has(mail::Flag::Deleted); };
    values.deleted = static_cast<std::uint32_t>(std::ranges::count_if(all, deleted));
  }
  imap::append_status(out(), mailbox.name, imap::NameEncoding::Utf7, items, values);
  co_return Result<void>{};
}

}  // namespace paraph::session_imap
