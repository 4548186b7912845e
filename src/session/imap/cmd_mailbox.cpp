#include "session/imap/session.h"
#include "wire/imap/mailbox_name.h"

namespace paraph::session_imap {

// CREATE (RFC 9051 §6.3.4), with a use (RFC 6154 §3): at most one, and at most one mailbox of it.
Task<void> Session::create(imap::Create command) {
  const auto allowed = imap::check_mailbox_name(command.mailbox);
  if (!allowed) {
    no("CANNOT", allowed.error().text);
    co_return;
  }
  const auto use = command.use.empty() ? mail::SpecialUse::None : command.use.front();
  if (use != mail::SpecialUse::None) {
    const auto there = co_await server_.mailboxes.find_special(account_, use);
    if (there || command.use.size() > 1) {
      no("USEATTR", "another mailbox has that use, or it is more than one");
      co_return;
    }
  }
  auto created = co_await server_.mailboxes.create(account_, std::move(command.mailbox), use);
  if (created) {
    ok();
  } else {
    refuse(created.error());
  }
}

// DELETE (§6.3.5). Children stay; LIST then shows the name as \NonExistent.
Task<void> Session::delete_mailbox(imap::Delete command) {
  auto mailbox = co_await server_.mailboxes.find(account_, command.mailbox);
  if (!mailbox) {
    refuse(mailbox.error());
    co_return;
  }
  auto removed = co_await server_.mailboxes.remove(account_, std::move(command.mailbox));
  if (!removed) {
    refuse(removed.error());
    co_return;
  }
  if (selected_ && selected_->mailbox == mailbox->id) drop_mailbox();
  ok();
}

Task<void> Session::rename(imap::Rename command) {  // §6.3.6
  const auto allowed = imap::check_mailbox_name(command.to);
  if (!allowed) {
    no("CANNOT", allowed.error().text);
    co_return;
  }
  auto renamed = co_await server_.mailboxes.rename(account_, std::move(command.from), std::move(command.to));
  if (!renamed) {
    refuse(renamed.error());
    co_return;
  }
  co_await sync(Expunges::Tell);
  ok();
}

Task<void> Session::subscribe(imap::Subscribe command) {  // §6.3.7
  auto done = co_await server_.mailboxes.set_subscribed(account_, std::move(command.mailbox), true);
  if (done) {
    ok();
  } else {
    refuse(done.error());
  }
}

Task<void> Session::unsubscribe(imap::Unsubscribe command) {  // §6.3.8
  auto done = co_await server_.mailboxes.set_subscribed(account_, std::move(command.mailbox), false);
  if (done) {
    ok();
  } else {
    refuse(done.error());
  }
}

}  // namespace paraph::session_imap
