#include "session/imap/session.h"

namespace paraph::session_imap {

Task<void> Session::copy(imap::Copy command) {  // RFC 9051 §6.4.7
  return copy_or_move(command.numbers, std::move(command.set), std::move(command.mailbox), Transfer::Copy);
}

Task<void> Session::move(imap::Move command) {  // §6.4.8
  return copy_or_move(command.numbers, std::move(command.set), std::move(command.mailbox), Transfer::Move);
}

Task<void> Session::copy_or_move(imap::Numbers numbers, imap::SequenceSet set, std::string mailbox, Transfer transfer) {
  const auto picked = selected_->view.pick(set, numbers);
  if (!picked) {
    bad(picked.error().text);
    co_return;
  }
  const bool moving = transfer == Transfer::Move;
  if (moving && selected_->readonly == imap::Readonly::Yes) {
    no("READ-ONLY", "the mailbox is open for reading only");
    co_return;
  }
  if (moving && selected_->greetings) {
    no("CANNOT", "greetings are not moved: copy them, and delete what is not wanted");
    co_return;
  }
  auto uids = selected_->view.uids_of(*picked);
  const std::size_t asked = uids.size();
  auto target = co_await server_.mailboxes.find(account_, std::move(mailbox));
  if (!target) {
    refuse(target.error(), imap::Target::Yes);
    co_return;
  }
  if (target->use == mail::SpecialUse::Greetings) {
    // It would come with its keyword and yet be no voice: one that is on is what was uploaded.
    no("CANNOT", "what goes into Greetings is uploaded, by APPEND");
    co_return;
  }
  Result<service::Copied> copied;
  if (moving) {
    copied = co_await server_.mailboxes.move(account_, selected_->mailbox, std::move(uids), target->id);
  } else {
    copied = co_await server_.mailboxes.copy(account_, selected_->mailbox, std::move(uids), target->id);
  }
  if (!copied) {
    co_await sync_after_own_change(Expunges::Tell);
    refuse(copied.error(), imap::Target::Yes);
    co_return;
  }
  if (!moving && numbers == imap::Numbers::Sequence && copied->uids.size() < asked) {  // RFC 2180 §4.4.1
    co_await sync_after_own_change(Expunges::Tell);
    no("EXPUNGEISSUED", "some of the messages are gone; the others were copied");
    co_return;
  }
  std::string code;
  if (!copied->uids.empty()) {
    std::vector<Uid> from, to;
    for (const auto& [source, destination] : copied->uids) {
      from.push_back(source);
      to.push_back(destination);
    }
    imap::append_copyuid(code, copied->uid_validity, from, to);
  }
  // MOVE tells the new UIDs before the EXPUNGE responses (RFC 6851 §4.3).
  if (moving && !code.empty()) untagged(imap::Condition::Ok, code, "moved");
  co_await sync_after_own_change(Expunges::Tell);
  ok(moving ? std::string_view() : std::string_view(code));
}

}  // namespace paraph::session_imap
