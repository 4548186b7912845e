#pragma once
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "service/mailbox_edit.h"

namespace paraph::service {

/// The records of mailboxes as their last commit wrote or will write them, so that a deposit need not read them. A
/// guess, not the truth: every batch Expects what it took from here, and a commit that fails drops it. Any thread; at
/// most `records_max`.
class MailboxCache {
 public:
  explicit MailboxCache(std::size_t records_max) : records_max_(records_max) {}

  std::optional<MailboxRecord> find(AccountId owner, MailboxId mailbox) const {
    const std::lock_guard lock(mutex_);
    const auto found = records_.find(mailbox);
    if (found == records_.end() || found->second.owner != owner) return std::nullopt;
    return found->second;
  }
  void put(MailboxRecord record) {
    const std::lock_guard lock(mutex_);
    if (records_.size() >= records_max_ && !records_.contains(record.box.id)) records_.erase(records_.begin());
    const MailboxId id = record.box.id;
    records_.insert_or_assign(id, std::move(record));
  }
  void drop(MailboxId mailbox) {
    const std::lock_guard lock(mutex_);
    records_.erase(mailbox);
  }

 private:
  std::size_t records_max_;
  mutable std::mutex mutex_;
  std::unordered_map<MailboxId, MailboxRecord> records_;  ///< under mutex_
};

}  // namespace paraph::service
