#pragma once
#include <rocksdb/options.h>

#include "store/rocks/rocks_store.h"

namespace paraph::store::rocks {

/// How RocksDB is set up: for two cores, and a memory of at most the cache and four buffers.
rocksdb::Options rocksdb_options(const Options& options, rocksdb::Env* env);

}  // namespace paraph::store::rocks
