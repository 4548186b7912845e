#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "store/store.h"

namespace paraph::store {

/// Who waits for which topic: the half of Store::watch() that every adapter shares. Any thread. Subscriptions may
/// outlive it.
class Watchers {
 public:
  Watchers();
  std::unique_ptr<Subscription> watch(std::uint64_t topic, std::function<void()> wake);
  /// Calls every watcher of each topic, on this thread.
  void wake(std::span<const std::uint64_t> topics);

 private:
  struct Watcher;
  struct Table;
  class Handle;
  std::shared_ptr<Table> table_;
};

}  // namespace paraph::store
