#pragma once
#include <rocksdb/db.h>

#include <atomic>
#include <memory>
#include <stdexcept>

#include "base/result.h"
#include "store/rocks/rocks_store.h"

namespace paraph::store::rocks {

/// The opened RocksDB, which holds what index.h says. It has no log of its own: the journal is its log. Closing it
/// writes out what is in memory. Any thread.
class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const Options& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& db() const { return *db_; }
  std::uint64_t free_bytes() const;
  /// Why RocksDB cannot write out what it holds in memory, if so. Reads go on; writes must not.
  rocksdb::Status trouble() const;
  /// The disk broke: closing does not try to write out any more (RocksDB waits a second after each try).
  void give_up() { given_up_ = true; }
  /// After trouble: tries again. ok: it is over.
  rocksdb::Status resume();

 private:
  class Listener;
  Database() = default;

  std::unique_ptr<rocksdb::Env> env_;
  std::shared_ptr<Listener> listener_;
  std::unique_ptr<rocksdb::DB> db_;
  std::atomic<bool> given_up_ = false;
};

/// The disk broke: what RocksDB says of it.
struct Broken : std::runtime_error {
  explicit Broken(const rocksdb::Status& status)
      : std::runtime_error("the store's disk failed: " + status.ToString()) {}
};

bool no_space(const rocksdb::Status& status);

}  // namespace paraph::store::rocks
