#pragma once
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "source/source.h"

namespace paraph::service {

/// What is known of one owner at one source, ready to be used. Never altered.
struct Known {
  source::Acquired acquired;
  Time fresh_until;
  Time stale_until;
  /// The source knows neither a signature nor anything else of the owner.
  bool none() const { return acquired.signature.empty() && acquired.fields.empty(); }
};

/// The owners asked for lately, in memory: bounded by the octets they take, the least recently used go first. Any
/// thread.
class RemoteCache {
 public:
  explicit RemoteCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  std::shared_ptr<const Known> find(const std::string& owner);  ///< nullptr: not here
  void put(const std::string& owner, std::shared_ptr<const Known> known);
  void erase(const std::string& owner);
  std::size_t bytes() const;

 private:
  struct Entry {
    std::string owner;
    std::shared_ptr<const Known> known;
    std::size_t bytes = 0;
  };
  void drop(std::list<Entry>::iterator entry);

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;  ///< over all below
  std::list<Entry> entries_;  ///< the one used last comes first
  std::unordered_map<std::string, std::list<Entry>::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace paraph::service
