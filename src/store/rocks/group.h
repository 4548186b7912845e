#pragma once
#include <rocksdb/write_batch.h>

#include <map>
#include <string>
#include <unordered_map>

#include "store/rocks/database.h"
#include "store/store.h"

namespace paraph::store::rocks {

/// The batches that share one sync: each is judged against what is stored and what those before it in the group change,
/// and joins as a whole or not at all. The committer's thread only. Throws Broken.
class Group {
 public:
  explicit Group(const Database& database) : database_(database) {}

  /// On success the batch is part of changes(). Conflict, NotFound, Corrupt: it has changed nothing.
  Result<void> add(const Batch& batch);
  /// Store::repair_blob().
  Result<void> repair(const BlobId& id, std::int64_t references);

  rocksdb::WriteBatch& changes() { return changes_; }
  /// Ready for the next group.
  void clear();

 private:
  using Sums = std::map<std::string_view, std::int64_t>;
  struct Count {
    std::int64_t before = 0;
    std::int64_t after = 0;
    const std::string* brought = nullptr;  ///< its octets, when the batch brings them
  };
  using Counts = std::map<BlobId, Count>;

  bool holds(const Expect& expect) const;
  std::optional<std::string> value(std::string_view key) const;
  Result<std::int64_t> references(const BlobId& id) const;
  Result<Sums> sum_adds(const Batch& batch) const;
  Result<Counts> count_references(const Batch& batch) const;
  Result<Count*> find_count(Counts& counts, const BlobId& id) const;
  void put(std::string_view key, const std::optional<std::string>& value);
  void put_count(const BlobId& id, const Count& count);

  const Database& database_;
  rocksdb::WriteBatch changes_;
  std::unordered_map<std::string, std::optional<std::string>> values_;  ///< what the group wrote so far
  std::unordered_map<BlobId, std::int64_t> references_;                 ///< the counts that it changed so far
};

}  // namespace paraph::store::rocks
