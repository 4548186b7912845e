#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/result.h"
#include "store/store.h"

namespace rocksdb {
class FileSystem;
}

namespace paraph::store::rocks {

struct Options {
  std::filesystem::path data_dir;              ///< made when absent; the store is its folder `store`
  std::size_t cache_bytes = 64 << 20;          ///< of blocks of keys and values, and an eighth more of rows
  std::size_t buffer_bytes = 32 << 20;         ///< of changes gather in memory before they are written out
  std::uint64_t segment_bytes = 128 << 20;     ///< at which the next segment file begins
  std::uint64_t young_segments = 4;            ///< the last ones, which nobody sweeps while the disk has room
  std::uint64_t free_bytes_min = 64 << 20;     ///< with less left on the disk, nothing that grows the store is taken
  unsigned reader_threads = 4;                 ///< for reads that have to wait for the disk
  std::shared_ptr<rocksdb::FileSystem> files;  ///< nullptr: the machine's own. For tests.
  bool sync = true;                            ///< false: commits answer before they are on disk. For tests only.
  bool counts_reads = false;                   ///< RocksDB counts what reads do (perf_context.h). For tests only.
};

/// Opens the store, or makes a new one. The one call that blocks: before the event loops run. Failures are one sentence
/// for the operator. Codes: Unavailable (another server holds it, or the disk refuses), NoSpace, Corrupt. Destroying
/// the store writes out what is in memory (a second or so).
Result<std::unique_ptr<Store>> open(const Options& options);

}  // namespace paraph::store::rocks
