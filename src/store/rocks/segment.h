#pragma once
#include <rocksdb/file_system.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "store/rocks/index.h"

/// Segment files: `segments/NNNNNNNNNNNNNNNN` (the number in hex), append-only. The octets of every blob are in one of
/// them, and what RocksDB has not yet written out can be read back from them: they are its log.
///
///   segment = kSegmentMagic *record
///   record  = "pgrp" blobs-bytes:8 sequence:8 keys-bytes:4 checksum:32 blobs keys
///
/// `keys` is the record's changes as a RocksDB WriteBatch; `blobs` the octets of the new blobs in it, one after the
/// other. The checksum is the SHA-256 of what comes before it in the record, and of `keys`; blobs are checked by their
/// names.
namespace paraph::store::rocks {

inline constexpr std::string_view kSegmentMagic = "paraph-segment1\n";
inline constexpr std::size_t kRecordHeadBytes = 24 + 32;

struct RecordHead {
  std::uint64_t sequence = 0;
  std::uint64_t blobs_bytes = 0;
  std::uint32_t keys_bytes = 0;
  BlobId checksum;

  std::uint64_t record_bytes() const { return kRecordHeadBytes + blobs_bytes + keys_bytes; }
};

/// The head's octets, with the checksum over it and `keys`.
std::string format_record_head(RecordHead head, std::string_view keys);
std::optional<RecordHead> parse_record_head(std::string_view octets);
bool checksum_fits(const RecordHead& head, std::string_view keys);

/// Plain writes: RocksDB's default maps files into memory.
inline rocksdb::FileOptions plain_files() {
  rocksdb::FileOptions options;
  options.use_mmap_writes = false;
  return options;
}

/// The folder of segment files, and those that are open for reading (at most kOpenFilesMax). Any thread.
class Segments {
 public:
  Segments(std::shared_ptr<rocksdb::FileSystem> files, std::filesystem::path folder);

  std::string path(std::uint64_t segment) const;
  rocksdb::FileSystem& files() const { return *files_; }
  const std::filesystem::path& folder() const& { return folder_; }
  const std::filesystem::path& folder() && = delete;
  /// The numbers of the files there are, ascending.
  std::vector<std::uint64_t> list() const;
  rocksdb::IOStatus size(std::uint64_t segment, std::uint64_t& bytes) const;

  /// Octets [offset, offset+length) of a segment. Busy: under NoWaiting, and it would have to wait. PathNotFound: no
  /// such segment. Corruption: the file ends before.
  rocksdb::Status read(std::uint64_t segment, std::uint64_t offset, std::uint64_t length, std::string& octets);
  rocksdb::IOStatus remove(std::uint64_t segment);

 private:
  using File = std::shared_ptr<rocksdb::FSRandomAccessFile>;
  rocksdb::IOStatus open(std::uint64_t segment, File& file);

  std::shared_ptr<rocksdb::FileSystem> files_;
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, File> open_;  ///< under mutex_
};

}  // namespace paraph::store::rocks
