#pragma once
#include <deque>
#include <iterator>
#include <mutex>
#include <string>
#include <unordered_map>
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
    if (order_.size() == appends_max_) {
      const auto oldest = appends_.find(order_.front());
      if (oldest != appends_.end()) appends_.erase(oldest);
      order_.pop_front();
    }
    order_.push_back(append.hash);
    appends_.emplace(order_.back(), std::move(append));
  }
  /// Those since `since`, which are forgotten with this.
  std::vector<Uid> take(MailboxId mailbox, const std::string& hash, const std::string& from, Time since) {
    const std::lock_guard lock(mutex_);
    std::vector<Uid> found;
    auto [at, end] = appends_.equal_range(hash);
    while (at != end) {
      const Append& one = at->second;
      const bool same = one.mailbox == mailbox && one.from == from;
      if (same && one.at >= since) found.push_back(one.uid);
      at = same ? appends_.erase(at) : std::next(at);
    }
    return found;
  }

 private:
  std::size_t appends_max_;
  std::mutex mutex_;
  std::unordered_multimap<std::string, Append> appends_;  ///< by hash; under mutex_
  std::deque<std::string> order_;  ///< hashes of what was put, oldest first, taken or not; under mutex_
};

}  // namespace paraph::service
