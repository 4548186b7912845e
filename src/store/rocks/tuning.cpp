#include "store/rocks/tuning.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

namespace paraph::store::rocks {
namespace {

rocksdb::BlockBasedTableOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 8 << 10;
  table.cache_index_and_filter_blocks = true;  // so that the cache's size bounds them as well
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  return table;
}

rocksdb::ColumnFamilyOptions key_family(const Options& options, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(cache)));
  family.write_buffer_size = options.buffer_bytes / 2;
  family.max_write_buffer_number = 3;
  family.target_file_size_base = 16 << 20;
  family.max_bytes_for_level_base = 64 << 20;
  family.level_compaction_dynamic_level_bytes = true;
  family.compression = rocksdb::kLZ4Compression;
  // Most look-ups of a reference ask for a blob that is not there yet.
  family.memtable_whole_key_filtering = true;
  family.memtable_prefix_bloom_size_ratio = 0.05;
  return family;
}

rocksdb::ColumnFamilyOptions blob_family(const Options& options, const std::shared_ptr<rocksdb::Cache>& cache) {
  auto family = key_family(options, cache);
  family.write_buffer_size = options.buffer_bytes;
  family.memtable_prefix_bloom_size_ratio = 0;
  family.target_file_size_base = 8 << 20;  // of names alone: the octets are in blob files
  family.max_bytes_for_level_base = 32 << 20;
  family.enable_blob_files = true;
  family.min_blob_size = 512;
  family.blob_file_size = 256 << 20;
  family.blob_compression_type = rocksdb::kNoCompression;
  family.enable_blob_garbage_collection = false;
  return family;
}

}  // namespace

rocksdb::DBOptions database_options(const Options& options, rocksdb::Env* env) {
  rocksdb::DBOptions db;
  db.env = env;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  db.max_background_jobs = 2;
  db.max_open_files = 1000;
  // The log holds what is not yet written out; past this much the families that hold it back are written out too.
  db.max_total_wal_size = 3 * options.buffer_bytes;
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  db.track_and_verify_wals_in_manifest = true;
  db.bytes_per_sync = 1 << 20;                 // files written in the background reach the disk evenly
  db.allow_concurrent_memtable_write = false;  // there is one writer
  db.manifest_preallocation_size = 64 << 10;
  db.max_manifest_file_size = 16 << 20;
  // Debian's library and our build may differ in NDEBUG, on which this one default depends.
  db.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  db.keep_log_file_num = 2;
  db.max_log_file_size = 1 << 20;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

std::vector<rocksdb::ColumnFamilyDescriptor> families(const Options& options) {
  const auto cache = rocksdb::NewLRUCache(options.cache_bytes);
  return {{rocksdb::kDefaultColumnFamilyName, key_family(options, cache)},
          {"references", key_family(options, cache)},
          {"blobs", blob_family(options, cache)}};
}

}  // namespace paraph::store::rocks
