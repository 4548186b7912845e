#include "store/rocks/tuning.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

namespace paraph::store::rocks {
namespace {

rocksdb::BlockBasedTableOptions table_options(const Options& options) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.cache_bytes);
  table.block_size = 8 << 10;
  table.cache_index_and_filter_blocks = true;  // so that the cache's size bounds them as well
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // In pieces: a whole file's filter is longer than a shard of the cache, and would be read again by every look-up.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.metadata_block_size = 8 << 10;
  table.format_version = 5;
  return table;
}

}  // namespace

rocksdb::Options rocksdb_options(const Options& options, rocksdb::Env* env) {
  rocksdb::Options db;
  db.env = env;
  db.create_if_missing = true;
  db.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(options)));
  // The rows of accounts, domains and signatures are read for every message: found here, no block is searched for them.
  db.row_cache = rocksdb::NewLRUCache(options.cache_bytes / 8);
  db.write_buffer_size = options.buffer_bytes;
  db.max_write_buffer_number = 3;
  // Most look-ups of a blob ask for one that is not there yet.
  db.memtable_whole_key_filtering = true;
  db.memtable_prefix_bloom_size_ratio = 0.05;
  // Rows of one table come in the order of their numbers: each goes beside the one before it. (A key's name: "r", then
  // the key.)
  db.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(2));
  db.target_file_size_base = 32 << 20;
  db.max_bytes_for_level_base = 128 << 20;
  db.level_compaction_dynamic_level_bytes = true;
  db.compression = rocksdb::kLZ4Compression;
  db.max_background_jobs = 2;
  db.max_open_files = 1000;
  db.bytes_per_sync = 1 << 20;                 // files written in the background reach the disk evenly
  db.allow_concurrent_memtable_write = false;  // there is one writer
  db.manifest_preallocation_size = 64 << 10;
  db.max_manifest_file_size = 16 << 20;
  // Debian's library and our build may differ in NDEBUG, on which this one default depends.
  db.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  db.keep_log_file_num = 2;
  db.max_log_file_size = 1 << 20;
  db.avoid_flush_during_shutdown = true;  // ~Database does it, where it can succeed
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

}  // namespace paraph::store::rocks
