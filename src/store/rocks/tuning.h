#pragma once
#include <rocksdb/db.h>

#include "store/rocks/rocks_store.h"

namespace paraph::store::rocks {

/// How RocksDB is set up, for two cores and a bounded memory: the cache, and at most `kWriteBufferBytes` three times.
rocksdb::DBOptions database_options(const Options& options, rocksdb::Env* env);

/// The families in the order that Database names them: keys, references, blobs.
std::vector<rocksdb::ColumnFamilyDescriptor> families(const Options& options);

}  // namespace paraph::store::rocks
