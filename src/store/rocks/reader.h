#pragma once
#include <rocksdb/perf_level.h>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <optional>

#include "store/rocks/answer.h"
#include "store/rocks/database.h"
#include "store/rocks/page_cache_files.h"
#include "store/rocks/segment.h"
#include "store/store.h"

namespace paraph::store::rocks {

/// Reads. Each is tried on the caller's own thread, without waiting for the disk; what is neither in RocksDB's memory
/// nor in the page cache is read by a thread of the pool (a hop costs about 0.1 ms; a read from the page cache 0.01 to
/// 0.04 ms).
class Reader {
 public:
  Reader(const Database& database, Segments& segments, const Options& options)
      : database_(database),
        segments_(segments),
        perf_level_(options.counts_reads ? rocksdb::kEnableCount : rocksdb::kDisable),
        pool_(options.reader_threads) {}

  Task<Result<std::optional<std::string>>> get(std::string key);
  Task<Result<std::vector<std::optional<std::string>>>> get_many(std::vector<std::string> keys);
  Task<Result<std::vector<KeyValue>>> scan(Scan scan);
  Task<Result<std::string>> read_blob(BlobId id, std::uint64_t offset, std::uint64_t length);
  Task<Result<std::vector<BlobFinding>>> verify_blobs(std::optional<BlobId> after, std::size_t blobs_max);

 private:
  template <class T, class Try>
  Task<Result<T>> here_or_in_pool(Try attempt);
  template <class T, class Try>
  Task<Result<T>> in_pool(Try attempt);

  const Database& database_;
  Segments& segments_;
  /// RocksDB counts for each thread what it does, unless it is told not to: a tenth of what a read in memory takes.
  const rocksdb::PerfLevel perf_level_;
  boost::asio::thread_pool pool_;
};

}  // namespace paraph::store::rocks
