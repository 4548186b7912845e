#pragma once
#include <cstddef>
#include <cstdint>
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

/// Which mailbox of an account is for what, as it was found once: a guess too. Any thread; at most `places_max`.
class MailboxPlaces {
 public:
  explicit MailboxPlaces(std::size_t places_max) : places_max_(places_max) {}

  std::optional<MailboxId> find(AccountId account, std::uint8_t place) const {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(key(account, place));
    return found == places_.end() ? std::nullopt : std::optional(found->second);
  }
  void put(AccountId account, std::uint8_t place, MailboxId mailbox) {
    const std::lock_guard lock(mutex_);
    if (places_.size() >= places_max_) places_.erase(places_.begin());
    places_.insert_or_assign(key(account, place), mailbox);
  }

 private:
  static std::uint64_t key(AccountId account, std::uint8_t place) { return account.value << 8 | place; }
  std::size_t places_max_;
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, MailboxId> places_;  ///< under mutex_
};

}  // namespace paraph::service
