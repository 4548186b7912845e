#pragma once
#include <rocksdb/write_batch.h>

#include <map>
#include <string>
#include <vector>

#include "store/rocks/database.h"
#include "store/rocks/index.h"
#include "store/rocks/segment_uses.h"
#include "store/store.h"

namespace paraph::store::rocks {

/// A blob that the sweeper brings from a segment that is mostly garbage to the end of the journal.
struct Move {
  BlobId id;
  Location from;
  std::string octets;
};

/// The changes that share one sync, as one record of the journal: each is judged against what is stored and what those
/// before it in the group change, and joins as a whole or not at all. The committer's thread only. Throws Broken.
class Group {
 public:
  Group(const Database& database, SegmentUses& uses) : database_(database), uses_(uses) {}

  /// Begins an empty group: `record` is where its record will be, `blobs_offset` where the first of its blobs.
  void begin(Position record, std::uint64_t blobs_offset);
  /// On success the batch is part of the group. Conflict, NotFound, Corrupt: it has changed nothing. The batch must
  /// live, where it is, until the group is written.
  Result<void> add(const Batch& batch);
  /// Store::repair_blob().
  Result<void> repair(const BlobId& id, std::int64_t references);
  /// A blob that is elsewhere by now, or gone, stays as it is.
  void move(const Move& move);
  /// Drops the row of a segment that is gone.
  void forget(std::uint64_t segment);

  bool empty() const { return values_.empty() && forgotten_.empty(); }
  /// Completes the record: what Journal::append() takes. Call once.
  rocksdb::WriteBatch& finish();
  const std::vector<const std::string*>& blobs() const { return blobs_; }
  /// The group is on disk: tells SegmentUses.
  void written();

 private:
  using Sums = std::map<std::string_view, std::int64_t>;
  struct Change {
    std::optional<BlobEntry> before;
    std::int64_t references = 0;           ///< after the batch
    const std::string* brought = nullptr;  ///< the octets, when the batch brings them
  };
  using Changes = std::map<BlobId, Change>;

  bool holds(const Expect& expect) const;
  std::optional<std::string> value(const std::string& name) const;
  Result<std::optional<BlobEntry>> find_blob(const BlobId& id) const;
  Result<Sums> sum_adds(const Batch& batch) const;
  Result<Changes> count_references(const Batch& batch) const;
  Result<Change*> find_change(Changes& changes, const BlobId& id) const;
  void put(const std::string& name, std::optional<std::string> value);
  void put_blob(const BlobId& id, const Change& change);
  Location append_blob(const std::string& octets);
  void lose(const Location& at);
  SegmentUse& use_of(std::uint64_t segment);

  const Database& database_;
  SegmentUses& uses_;
  Position record_;
  std::uint64_t blobs_end_ = 0;
  rocksdb::WriteBatch changes_;
  std::vector<const std::string*> blobs_;
  /// What the group makes of rows, by name in the index. One that many of its batches change is written once: the
  /// counters of a signature's blobs, a mailbox, a bell. In order, as RocksDB's memory takes them soonest.
  std::map<std::string, std::optional<std::string>> values_;
  std::map<std::uint64_t, SegmentUse> changed_uses_;
  std::vector<std::uint64_t> forgotten_;
};

}  // namespace paraph::store::rocks
