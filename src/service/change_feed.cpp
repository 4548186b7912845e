#include "service/change_feed.h"

#include <atomic>
#include <boost/asio/post.hpp>
#include <utility>

namespace paraph::service {

struct ChangeWatch::State {
  State(Executor on, std::function<void()> call) : executor(std::move(on)), changed(std::move(call)) {}
  Executor executor;
  std::function<void()> changed;
  std::atomic<bool> posted = false;  ///< a call is on its way: further wake-ups join it
  bool ended = false;                ///< on the executor's thread only
};

ChangeWatch::ChangeWatch(store::Store& store, MailboxId mailbox, Executor executor, std::function<void()> changed)
    : state_(std::make_shared<State>(std::move(executor), std::move(changed))) {
  subscription_ = store.watch(mailbox_topic(mailbox), [state = state_] {
    if (state->posted.exchange(true)) return;
    boost::asio::post(state->executor, [state] {
      state->posted.store(false);
      if (!state->ended) state->changed();
    });
  });
}

ChangeWatch::~ChangeWatch() { state_->ended = true; }

// Ids of mailboxes and of accounts are counted apart: the lowest bit tells them apart.
std::uint64_t mailbox_topic(MailboxId mailbox) { return mailbox.value << 1; }
std::uint64_t account_topic(AccountId account) { return account.value << 1 | 1; }

}  // namespace paraph::service
