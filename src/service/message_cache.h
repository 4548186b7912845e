#pragma once
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/ids.h"
#include "record/codec.h"

namespace paraph::service {

/// The messages that were read last, at most `bytes_max` octets of them. They are immutable and their ids are never
/// used again, so nothing ever has to be dropped but for room. Any thread.
class MessageCache {
 public:
  using Ptr = std::shared_ptr<const record::StoredMessage>;
  explicit MessageCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// nullptr when it is not there.
  Ptr find(MessageId id) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(id);
    if (found == places_.end()) return nullptr;
    items_.splice(items_.begin(), items_, found->second);
    return found->second->message;
  }
  /// `bytes`: about what it takes in memory.
  void put(MessageId id, Ptr message, std::size_t bytes) {
    std::list<Item> dropped;  // destroyed after the lock is given up
    const std::lock_guard lock(mutex_);
    if (bytes > bytes_max_ || places_.contains(id)) return;
    items_.push_front({id, std::move(message), bytes});
    places_.emplace(id, items_.begin());
    bytes_ += bytes;
    while (bytes_ > bytes_max_) {
      bytes_ -= items_.back().bytes;
      places_.erase(items_.back().id);
      dropped.splice(dropped.begin(), items_, std::prev(items_.end()));
    }
  }
  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Item {
    MessageId id;
    Ptr message;
    std::size_t bytes;
  };
  std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::size_t bytes_ = 0;  ///< all under mutex_
  std::list<Item> items_;  ///< the last used first
  std::unordered_map<MessageId, std::list<Item>::iterator> places_;
};

}  // namespace paraph::service
