#pragma once
// For tests: the machine's files, with faults that a test sets.
#include <rocksdb/file_system.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace paraph::store::rocks {

class FaultyFiles final : public rocksdb::FileSystemWrapper {
 public:
  FaultyFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "faulty"; }

  std::atomic<std::uint64_t> free_bytes = 1 << 30;  ///< what GetFreeSpace says
  std::atomic<std::int64_t> room_bytes = 1 << 30;   ///< what can still be appended to segments
  std::atomic<bool> syncs_fail = false;             ///< of segments

  /// Syncs of segments wait until the gate is opened again.
  void close_gate() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void open_gate() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  /// Waits until a sync has come to the closed gate.
  void wait_for_sync() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_; });
  }
  /// Waits until so many segments were deleted.
  void wait_for_deleted(int segments) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return deleted_ >= segments; });
  }

  rocksdb::IOStatus GetFreeSpace(const std::string&, const rocksdb::IOOptions&, std::uint64_t* bytes,
                                 rocksdb::IODebugContext*) override {
    *bytes = free_bytes;
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    auto status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (status.ok() && is_segment(name)) *file = std::make_unique<File>(*this, std::move(*file));
    return status;
  }
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    auto status = FileSystemWrapper::DeleteFile(name, options, debug);
    if (is_segment(name)) {
      const std::lock_guard lock(mutex_);
      ++deleted_;
      changed_.notify_all();
    }
    return status;
  }

 private:
  static bool is_segment(const std::string& name) { return name.find("/segments/") != std::string::npos; }

  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(FaultyFiles& files, std::unique_ptr<rocksdb::FSWritableFile> inner)
        : FSWritableFileOwnerWrapper(std::move(inner)), files_(files) {}
    rocksdb::IOStatus Append(const rocksdb::Slice& octets, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      const auto bytes = static_cast<std::int64_t>(octets.size());
      if (files_.room_bytes.fetch_sub(bytes) >= bytes)
        return FSWritableFileOwnerWrapper::Append(octets, options, debug);
      files_.room_bytes += bytes;
      // As a disk does: what fits is written.
      FSWritableFileOwnerWrapper::Append(rocksdb::Slice(octets.data(), octets.size() / 2), options, debug);
      return rocksdb::IOStatus::NoSpace("the test's disk is full");
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      files_.pass_gate();
      if (files_.syncs_fail) return rocksdb::IOStatus::IOError("the test's disk broke");
      return FSWritableFileOwnerWrapper::Sync(options, debug);
    }

   private:
    FaultyFiles& files_;
  };

  void pass_gate() {
    std::unique_lock lock(mutex_);
    waiting_ = !open_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    waiting_ = false;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;  ///< all under mutex_
  bool waiting_ = false;
  int deleted_ = 0;
};

}  // namespace paraph::store::rocks
