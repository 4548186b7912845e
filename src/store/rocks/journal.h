#pragma once
#include <rocksdb/write_batch.h>

#include <memory>
#include <span>
#include <vector>

#include "store/rocks/database.h"
#include "store/rocks/segment.h"

namespace paraph::store::rocks {

/// Appends records to the segment files: the one sync of a group is here. What a record says is in RocksDB's memory
/// after it, and on disk by RocksDB's own doing only later: replay() brings it back. The committer's thread only.
class Journal {
 public:
  /// `next` is what replay() gave.
  Journal(Segments& segments, Position next, const Options& options);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Where the next record begins.
  const Position& next() const { return next_; }
  /// Where the first blob of the next record will be.
  std::uint64_t blobs_offset() const { return next_.offset + kRecordHeadBytes; }

  /// Writes one record, synced. NoSpace: it is as if it had never been tried. Throws Broken.
  Result<void> append(std::span<const std::string* const> blobs, std::string_view keys);
  /// For appends that must begin at a fresh file, once the current one is large enough. Call between records.
  void roll_if_full();
  std::uint64_t syncs() const { return syncs_; }

 private:
  rocksdb::IOStatus begin_segment();
  rocksdb::IOStatus write(std::span<const std::string* const> blobs, std::string_view head, std::string_view keys);
  void abandon_segment();
  void end_segment();

  Segments& segments_;
  const Options options_;
  Position next_;
  std::unique_ptr<rocksdb::FSWritableFile> file_;  ///< nullptr: next_.segment is still to be made
  std::uint64_t syncs_ = 0;
};

}  // namespace paraph::store::rocks
