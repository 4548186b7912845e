#pragma once
#include <functional>
#include <memory>

#include "base/ids.h"
#include "base/task.h"
#include "store/store.h"

namespace paraph::service {

/// Tells a session that a mailbox changed, on the session's own event loop. Wake-ups are joined: many changes before
/// the callback runs are one call. Destroying the handle ends it: the callback is not called again (destroy it on that
/// loop).
class ChangeWatch {
 public:
  ChangeWatch(store::Store& store, MailboxId mailbox, Executor executor, std::function<void()> changed);
  ~ChangeWatch();
  ChangeWatch(const ChangeWatch&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::unique_ptr<store::Subscription> subscription_;
};

/// Topics of the store's watch(): one per mailbox, and one per account (its list of mailboxes).
std::uint64_t mailbox_topic(MailboxId mailbox);
std::uint64_t account_topic(AccountId account);

}  // namespace paraph::service
