#pragma once
#include <string>

#include "source/source.h"
#include "store/store.h"

namespace paraph::source::local {

/// The signatures that this server keeps itself. Any event loop; asks the store each time, which has them in memory.
/// NotFound: the owner has no account here. An owner who switched the signature off has an empty one, and is `off`.
class LocalSource final : public Source {
 public:
  explicit LocalSource(store::Store& store) : store_(store) {}
  const std::string& name() const& override { return name_; }
  Task<Result<Acquired>> acquire(std::string owner) override;
  Task<bool> prefetch(std::string owner) override;
  /// Nothing: its rows go with the account.
  Task<Result<void>> forget(std::string owner) override;

 private:
  store::Store& store_;
  std::string name_ = "local";
};

}  // namespace paraph::source::local
