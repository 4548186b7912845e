#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "store/rocks/answer.h"
#include "store/rocks/database.h"
#include "store/rocks/group.h"
#include "store/store.h"
#include "store/watchers.h"

namespace paraph::store::rocks {

/// The one writer. Sessions leave their batches in its queue; its thread takes what is there, as one group, writes and
/// syncs it, answers each on its own loop, and wakes the watchers. While it syncs, the next group gathers: one session
/// alone waits for one sync, many share it. Destroying it commits what is queued.
class Committer {
 public:
  Committer(const Database& database, Watchers& watchers, const Options& options);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  Task<Result<void>> commit(Batch batch);
  Task<Result<void>> repair(BlobId id, std::int64_t references);
  Store::Counters counters() const { return {.syncs = syncs_, .batches = batches_}; }

 private:
  struct Repair {
    BlobId id;
    std::int64_t references = 0;
  };
  struct Waiting {
    std::variant<Batch, Repair> change;
    std::size_t bytes;  ///< about what the change adds to the log
    Answer<Result<void>> answer;
  };

  Task<Result<void>> enqueue(std::variant<Batch, Repair> change, std::size_t bytes);
  void run();
  /// Waits for the next group; an empty one ends the thread.
  std::vector<Waiting> next_group();
  void commit_group(std::vector<Waiting> group);
  std::vector<Result<void>> apply(const std::vector<Waiting>& group);
  Result<void> judge(const Waiting& waiting, std::uint64_t free_bytes);
  Result<void> write();
  std::uint64_t free_bytes() const;
  void answer_all(std::vector<Waiting> group, std::vector<Result<void>> results);

  const Database& database_;
  Watchers& watchers_;
  const Options options_;
  Group group_;
  std::exception_ptr broken_;  ///< the committer's thread only, as group_ is
  bool full_ = false;          ///< a write met a full disk, after which RocksDB takes none until it is told to go on

  std::atomic<std::uint64_t> syncs_ = 0;
  std::atomic<std::uint64_t> batches_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;  ///< under mutex_
  bool idle_ = false;          ///< under mutex_: the thread sleeps
  bool ending_ = false;        ///< under mutex_
  std::jthread thread_;
};

}  // namespace paraph::store::rocks
