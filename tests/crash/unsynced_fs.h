#pragma once
#include <rocksdb/file_system.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace paraph::tests {

/// A file system whose power can be cut: what was written and never synced is lost then, as on a machine. It knows of
/// each file how much is synced, and of each folder which entries are; syncs cost nothing. Under a store
/// (rocks::Options::files), one object for each life of the store. Any thread.
///
/// After a cut, a file keeps what was synced and, by the seed, nothing, some, or all of what was written after it; a
/// folder keeps the first of its unsynced changes (files made, renamed, deleted) and not the later ones. RangeSync
/// promises nothing.
class UnsyncedFs final : public rocksdb::FileSystemWrapper {
 public:
  explicit UnsyncedFs(std::uint64_t seed);
  ~UnsyncedFs() override;
  const char* Name() const override { return "paraph.unsynced"; }

  /// The power goes at the `n`-th change from now (an append, a sync, a rename, ...): it and all after it fail.
  void cut_after(std::uint64_t n);
  /// The power goes now, if it is not gone yet.
  void cut();
  bool is_cut() const { return cut_; }
  /// Makes the disk look as it does when the machine comes up again. After the store was destroyed; cuts if nobody did.
  void lose_unsynced();

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus Truncate(const std::string& name, std::size_t bytes, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string&, const rocksdb::FileOptions&,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>*, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::NotSupported("files written in place");
  }

 private:
  class File;
  class Folder;
  /// A change of a folder that is not synced yet. `kept` is where the file that `to` named before (or the deleted one)
  /// waits.
  struct Change {
    std::string from, to, kept;
  };

  rocksdb::IOStatus change();  // under mutex_
  std::string move_aside(const std::string& name);
  void sync_file(const std::string& name);
  void sync_folder(const std::string& name);
  void undo(const Change& change);

  std::atomic<bool> cut_ = false;
  mutable std::mutex mutex_;  // all below is under it
  std::mt19937_64 chance_;
  std::uint64_t changes_left_ = UINT64_MAX;
  std::uint64_t kept_count_ = 0;
  std::map<std::string, std::uint64_t> synced_;         ///< octets of each file that are synced
  std::map<std::string, std::vector<Change>> changes_;  ///< of each folder, in order
};

}  // namespace paraph::tests
