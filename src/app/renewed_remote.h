#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "source/remote.h"

namespace paraph::app {

/// A place whose secrets can be read anew while it is being asked: stands before the remote that has them. A fetch that
/// is on its way ends with the secrets that it began with. Any thread.
class RenewedRemote final : public source::Remote {
 public:
  explicit RenewedRemote(std::unique_ptr<source::Remote> first) : name_(first->name()), remote_(std::move(first)) {}

  const std::string& name() const& override { return name_; }
  Result<source::Fetched> fetch(const std::string& owner, const std::string& tag) override {
    const auto remote = current();
    return remote->fetch(owner, tag);
  }
  /// `next` is the same place.
  void renew(std::unique_ptr<source::Remote> next) {
    std::shared_ptr<source::Remote> before = std::move(next);
    const std::lock_guard lock(mutex_);
    remote_.swap(before);
  }

 private:
  std::shared_ptr<source::Remote> current() {
    const std::lock_guard lock(mutex_);
    return remote_;
  }

  const std::string name_;
  std::mutex mutex_;
  std::shared_ptr<source::Remote> remote_;  ///< under mutex_
};

}  // namespace paraph::app
