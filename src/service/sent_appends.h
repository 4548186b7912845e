#pragma once
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace paraph::service {

/// What clients appended lately to mailboxes for sent mail: for the one that saves its copy before its submission is
/// through. In memory only, the newest `appends_max`: after a restart in between, both copies stay. Any thread.
class SentAppends {
 public:
  struct Append {
    MailboxId mailbox;
    std::string hash;  ///< message_id_hash()
    std::string from;  ///< its first From, lower case
    Uid uid;
    Time at;
  };
  explicit SentAppends(std::size_t appends_max) : appends_max_(appends_max) {}

  void put(Append append) {
    const std::lock_guard lock(mutex_);
    if (appends_.size() == appends_max_) appends_.pop_front();
    appends_.push_back(std::move(append));
  }
  /// Those since `since`, which are forgotten with this.
  std::vector<Uid> take(MailboxId mailbox, const std::string& hash, const std::string& from, Time since) {
    const std::lock_guard lock(mutex_);
    std::vector<Uid> found;
    std::erase_if(appends_, [&](const Append& one) {
      if (one.mailbox != mailbox || one.hash != hash || one.from != from) return false;
      if (one.at >= since) found.push_back(one.uid);
      return true;
    });
    return found;
  }

 private:
  std::size_t appends_max_;
  std::mutex mutex_;
  std::deque<Append> appends_;  ///< under mutex_
};

}  // namespace paraph::service
