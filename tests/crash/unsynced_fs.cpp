#include "unsynced_fs.h"

#include <filesystem>

namespace paraph::tests {
namespace {

namespace fs = std::filesystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

std::string folder_of(const std::string& name) { return fs::path(name).parent_path().lexically_normal().native(); }

void move_file(const std::string& from, const std::string& to) {
  std::error_code ignored;
  fs::rename(from, to, ignored);
}

void remove_file(const std::string& name) {
  std::error_code ignored;
  fs::remove(name, ignored);
}

}  // namespace

/// A file being written: what is appended counts as lost until Sync or Fsync.
class UnsyncedFs::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(UnsyncedFs& files, std::string name, std::unique_ptr<rocksdb::FSWritableFile> inner)
      : FSWritableFileOwnerWrapper(std::move(inner)), files_(files), name_(std::move(name)) {}

  IOStatus Append(const rocksdb::Slice& octets, const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard lock(files_.mutex_);
    const auto status = files_.change();
    return status.ok() ? FSWritableFileOwnerWrapper::Append(octets, options, debug) : status;
  }
  IOStatus Append(const rocksdb::Slice& octets, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(octets, options, debug);
  }
  IOStatus PositionedAppend(const rocksdb::Slice& octets, std::uint64_t offset, const IOOptions& options,
                            IODebugContext* debug) override {
    const std::lock_guard lock(files_.mutex_);
    const auto status = files_.change();
    return status.ok() ? FSWritableFileOwnerWrapper::PositionedAppend(octets, offset, options, debug) : status;
  }
  IOStatus Truncate(std::uint64_t bytes, const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard lock(files_.mutex_);
    const auto status = files_.change();
    return status.ok() ? FSWritableFileOwnerWrapper::Truncate(bytes, options, debug) : status;
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(files_.mutex_);
    const bool before = files_.cut_;
    const auto status = files_.change();
    // A sync in which the power goes may have done its work, though nobody was told.
    if (status.ok() || (!before && files_.chance_() % 2 == 0)) files_.sync_file(name_);
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  UnsyncedFs& files_;
  std::string name_;
};

class UnsyncedFs::Folder final : public rocksdb::FSDirectory {
 public:
  Folder(UnsyncedFs& files, std::string name) : files_(files), name_(std::move(name)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(files_.mutex_);
    const auto status = files_.change();
    if (status.ok()) files_.sync_folder(name_);
    return status;
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  UnsyncedFs& files_;
  std::string name_;
};

UnsyncedFs::UnsyncedFs(std::uint64_t seed) : FileSystemWrapper(FileSystem::Default()), chance_(seed) {}

UnsyncedFs::~UnsyncedFs() {
  for (const auto& [folder, changes] : changes_) {
    for (const auto& change : changes) remove_file(change.kept);
  }
}

void UnsyncedFs::cut_after(std::uint64_t n) {
  const std::lock_guard lock(mutex_);
  changes_left_ = n;
}

void UnsyncedFs::cut() {
  const std::lock_guard lock(mutex_);
  cut_ = true;
}

/// Every change of the disk asks here first.
IOStatus UnsyncedFs::change() {
  if (!cut_ && changes_left_-- == 0) cut_ = true;
  return cut_ ? IOStatus::IOError("the power is cut") : IOStatus::OK();
}

IOStatus UnsyncedFs::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                     std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  auto status = change();
  if (!status.ok()) return status;
  const bool fresh = !fs::exists(name);
  const std::string kept = fresh ? "" : move_aside(name);
  status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
  if (!status.ok()) return status;
  *file = std::make_unique<File>(*this, name, std::move(*file));
  synced_[name] = 0;
  changes_[folder_of(name)].push_back({.from = "", .to = name, .kept = kept});
  return status;
}

IOStatus UnsyncedFs::ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  auto status = change();
  if (!status.ok()) return status;
  if (fs::exists(name)) synced_.try_emplace(name, fs::file_size(name));
  status = FileSystemWrapper::ReopenWritableFile(name, options, file, debug);
  if (status.ok()) *file = std::make_unique<File>(*this, name, std::move(*file));
  return status;
}

IOStatus UnsyncedFs::ReuseWritableFile(const std::string& name, const std::string& old_name,
                                       const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  const auto status = DeleteFile(old_name, IOOptions(), debug);
  return status.ok() ? NewWritableFile(name, options, file, debug) : status;
}

IOStatus UnsyncedFs::NewDirectory(const std::string& name, const IOOptions& options,
                                  std::unique_ptr<rocksdb::FSDirectory>* folder, IODebugContext* debug) {
  const auto status = FileSystemWrapper::NewDirectory(name, options, folder, debug);
  if (status.ok()) *folder = std::make_unique<Folder>(*this, fs::path(name).lexically_normal().native());
  return status;
}

IOStatus UnsyncedFs::DeleteFile(const std::string& name, const IOOptions&, IODebugContext*) {
  const std::lock_guard lock(mutex_);
  const auto status = change();
  if (!status.ok()) return status;
  if (!fs::exists(name)) return IOStatus::PathNotFound(name);
  const std::string kept = move_aside(name);
  changes_[folder_of(name)].push_back({.from = "", .to = name, .kept = kept});
  return status;
}

IOStatus UnsyncedFs::RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                                IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  auto status = change();
  if (!status.ok()) return status;
  const std::string kept = fs::exists(to) ? move_aside(to) : "";
  status = FileSystemWrapper::RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  if (auto known = synced_.extract(from)) {
    known.key() = to;
    synced_.insert(std::move(known));
  }
  changes_[folder_of(to)].push_back({.from = from, .to = to, .kept = kept});
  return status;
}

IOStatus UnsyncedFs::LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                              IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  auto status = change();
  if (!status.ok()) return status;
  status = FileSystemWrapper::LinkFile(from, to, options, debug);
  if (!status.ok()) return status;
  const auto known = synced_.find(from);
  synced_[to] = known == synced_.end() ? fs::file_size(from) : known->second;
  changes_[folder_of(to)].push_back({.from = "", .to = to, .kept = ""});
  return status;
}

IOStatus UnsyncedFs::Truncate(const std::string& name, std::size_t bytes, const IOOptions& options,
                              IODebugContext* debug) {
  const std::lock_guard lock(mutex_);
  auto status = change();
  return status.ok() ? FileSystemWrapper::Truncate(name, bytes, options, debug) : status;
}

/// Moves the file out of the store's folder, so that losing the change brings it back. The name where it waits.
std::string UnsyncedFs::move_aside(const std::string& name) {
  const auto aside = fs::path(folder_of(name)).parent_path() / ".unsynced";
  fs::create_directories(aside);
  const std::string kept = (aside / std::to_string(kept_count_++)).native();
  move_file(name, kept);
  if (auto known = synced_.extract(name)) {
    known.key() = kept;
    synced_.insert(std::move(known));
  }
  return kept;
}

void UnsyncedFs::sync_file(const std::string& name) {
  const auto known = synced_.find(name);
  if (known == synced_.end()) return;  // deleted or replaced while it was open
  std::error_code gone;
  const auto bytes = fs::file_size(name, gone);
  if (!gone) known->second = bytes;
}

void UnsyncedFs::sync_folder(const std::string& name) {
  auto changes = changes_.extract(name);
  if (!changes) return;
  for (const auto& change : changes.mapped()) {
    if (change.kept.empty()) continue;
    remove_file(change.kept);
    synced_.erase(change.kept);
  }
}

void UnsyncedFs::undo(const Change& change) {
  const auto rename = [this](const std::string& from, const std::string& to) {
    move_file(from, to);
    if (auto known = synced_.extract(from)) {
      known.key() = to;
      synced_.insert(std::move(known));
    }
  };
  if (!change.from.empty()) {
    rename(change.to, change.from);
  } else if (fs::exists(change.to)) {
    remove_file(change.to);
    synced_.erase(change.to);
  }
  if (!change.kept.empty()) rename(change.kept, change.to);
}

void UnsyncedFs::lose_unsynced() {
  const std::lock_guard lock(mutex_);
  cut_ = true;
  for (auto& [folder, changes] : changes_) {
    const std::size_t stay = changes.empty() ? 0 : chance_() % (changes.size() + 1);
    for (std::size_t i = changes.size(); i-- > stay;) undo(changes[i]);
    changes.resize(stay);
  }
  for (const auto& [name, synced] : synced_) {
    std::error_code gone;
    const std::uint64_t written = fs::file_size(name, gone);
    if (gone || written <= synced) continue;
    const std::uint64_t lost = written - synced;
    const std::uint64_t stays = chance_() % 4;  // 0, 1: nothing; 2: a part; 3: all of it
    const std::uint64_t tail = stays == 3 ? lost : stays == 2 ? chance_() % lost : 0;
    fs::resize_file(name, synced + tail);
  }
}

}  // namespace paraph::tests
