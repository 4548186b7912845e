#pragma once
#include <map>
#include <mutex>
#include <unordered_map>

#include "store/store.h"
#include "store/watchers.h"

namespace paraph::store::memory {

/// A store that forgets at the end of the process: engine "memory", and the strict twin that tests run against. What
/// the door forbids is an assert here: limits, a key written twice in a batch, a blob whose name is not its SHA-256. A
/// commit always suspends its caller once, as it does with a disk; reads never do.
class MemoryStore final : public Store {
 public:
  MemoryStore() = default;

  Task<Result<std::optional<std::string>>> get(std::string key) override;
  Task<Result<std::vector<std::optional<std::string>>>> get_many(std::vector<std::string> keys) override;
  Task<Result<std::vector<KeyValue>>> scan(Scan scan) override;
  Task<Result<void>> commit(Batch batch) override;
  Task<Result<std::string>> read_blob(BlobId id, std::uint64_t offset, std::uint64_t length) override;
  std::unique_ptr<Subscription> watch(std::uint64_t topic, std::function<void()> wake) override;
  Task<Result<std::vector<BlobFinding>>> verify_blobs(std::optional<BlobId> after, std::size_t blobs_max) override;
  Task<Result<void>> repair_blob(BlobId id, std::int64_t references) override;
  Counters counters() const override;

  /// For tests of `paraph check`: replaces a blob's octets (nullopt: they vanish) and leaves its references as they
  /// are.
  void damage_blob(BlobId id, std::optional<std::string> octets);
  /// Octets of all blobs together, for tests of sharing.
  std::uint64_t blob_bytes() const;

 private:
  struct Blob {
    std::optional<std::string> octets;
    std::int64_t references = 0;
  };
  std::optional<std::string> find(const std::string& key) const;
  Result<void> apply(Batch& batch);
  Result<void> check_expects(const Batch& batch) const;
  Result<std::map<std::string, std::int64_t>> sum_adds(const Batch& batch) const;
  Result<std::map<BlobId, std::int64_t>> sum_references(const Batch& batch) const;
  void apply_references(Batch& batch, const std::map<BlobId, std::int64_t>& references);

  mutable std::mutex mutex_;
  std::map<std::string, std::string> values_;  ///< all under mutex_
  std::map<BlobId, Blob> blobs_;
  Counters counters_;
  Watchers watchers_;
};

}  // namespace paraph::store::memory
