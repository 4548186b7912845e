#pragma once
#include <rocksdb/db.h>

#include <memory>
#include <stdexcept>

#include "base/result.h"
#include "store/rocks/rocks_store.h"

namespace paraph::store::rocks {

/// The opened RocksDB and its three column families (README.md says what each holds). Closing it writes out what is in
/// memory. Any thread.
class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const Options& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* keys() const { return families_[0]; }
  rocksdb::ColumnFamilyHandle* references() const { return families_[1]; }
  rocksdb::ColumnFamilyHandle* blobs() const { return families_[2]; }
  std::uint64_t free_bytes() const;

 private:
  Database() = default;

  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

/// The disk broke: what RocksDB says of it.
struct Broken : std::runtime_error {
  explicit Broken(const rocksdb::Status& status)
      : std::runtime_error("the store's disk failed: " + status.ToString()) {}
};

bool no_space(const rocksdb::Status& status);

inline rocksdb::Slice slice(const BlobId& id) { return {id.view().data(), id.view().size()}; }

/// A counter as stored: signed decimal. nullopt: it is something else.
std::optional<std::int64_t> parse_counter(std::string_view text);

}  // namespace paraph::store::rocks
