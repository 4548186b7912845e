#include "store/watchers.h"

#include <utility>

namespace paraph::store {

struct Watchers::Watcher {
  std::mutex mutex;
  std::function<void()> wake;  ///< under mutex; empty once its subscription is gone
};

struct Watchers::Table {
  std::mutex mutex;
  std::unordered_multimap<std::uint64_t, std::shared_ptr<Watcher>> watchers;  ///< under mutex
};

class Watchers::Handle final : public Subscription {
 public:
  Handle(std::shared_ptr<Table> table, std::uint64_t topic, std::shared_ptr<Watcher> watcher)
      : table_(std::move(table)), topic_(topic), watcher_(std::move(watcher)) {}

  ~Handle() override {
    {
      const std::lock_guard lock(table_->mutex);
      const auto [begin, end] = table_->watchers.equal_range(topic_);
      for (auto at = begin; at != end; ++at) {
        if (at->second != watcher_) continue;
        table_->watchers.erase(at);
        break;
      }
    }
    const std::lock_guard lock(watcher_->mutex);
    watcher_->wake = nullptr;
  }

 private:
  std::shared_ptr<Table> table_;
  std::uint64_t topic_;
  std::shared_ptr<Watcher> watcher_;
};

Watchers::Watchers() : table_(std::make_shared<Table>()) {}

std::unique_ptr<Subscription> Watchers::watch(std::uint64_t topic, std::function<void()> wake) {
  auto watcher = std::make_shared<Watcher>();
  watcher->wake = std::move(wake);
  {
    const std::lock_guard lock(table_->mutex);
    table_->watchers.emplace(topic, watcher);
  }
  return std::make_unique<Handle>(table_, topic, std::move(watcher));
}

void Watchers::wake(std::span<const std::uint64_t> topics) {
  if (topics.empty()) return;
  std::vector<std::shared_ptr<Watcher>> woken;
  {
    const std::lock_guard lock(table_->mutex);
    for (const auto topic : topics) {
      const auto [begin, end] = table_->watchers.equal_range(topic);
      for (auto at = begin; at != end; ++at) woken.push_back(at->second);
    }
  }
  // Outside the table's lock, so that a watcher may be slow to lock something that another thread holds while it
  // unsubscribes.
  for (const auto& watcher : woken) {
    const std::lock_guard lock(watcher->mutex);
    if (watcher->wake) watcher->wake();
  }
}

}  // namespace paraph::store
