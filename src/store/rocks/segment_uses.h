#pragma once
#include <map>
#include <mutex>

#include "store/rocks/database.h"
#include "store/rocks/index.h"

namespace paraph::store::rocks {

/// How much of each segment is in use: RocksDB's 's' rows, held in memory. Written by the committer, read by the
/// sweeper.
class SegmentUses {
 public:
  /// Reads them all. Blocks; throws Broken.
  void load(const Database& database);
  SegmentUse get(std::uint64_t segment) const;
  void set(std::uint64_t segment, SegmentUse use);
  void erase(std::uint64_t segment);

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, SegmentUse> uses_;  ///< under mutex_
};

}  // namespace paraph::store::rocks
