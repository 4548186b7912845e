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
#include "store/rocks/journal.h"
#include "store/rocks/segment_uses.h"
#include "store/rocks/sweep_hint.h"
#include "store/store.h"
#include "store/watchers.h"

namespace paraph::store::rocks {

/// The one writer. Sessions leave their batches in its queue; its thread takes what is there, as one group, writes and
/// syncs it, answers each on its own loop, and wakes the watchers. While it syncs, the next group gathers: one session
/// alone waits for one sync, many share it. Destroying it commits what is queued.
class Committer {
 public:
  /// What the committer works on; all of it outlives the committer.
  struct Parts {
    Database& database;
    Segments& segments;
    SegmentUses& uses;
    Watchers& watchers;
    SweepHint& hint;
  };
  Committer(Parts parts, Position next, const Options& options);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  Task<Result<void>> commit(Batch batch);
  Task<Result<void>> repair(BlobId id, std::int64_t references);
  /// For the sweeper: blobs that go to the journal's end; a segment whose row goes.
  Task<Result<void>> move(std::vector<Move> blobs);
  Task<Result<void>> forget(std::uint64_t segment);
  /// The segment that is being written.
  std::uint64_t current_segment() const { return current_segment_; }
  Store::Counters counters() const { return {.syncs = syncs_, .batches = batches_}; }

 private:
  struct Repair {
    BlobId id;
    std::int64_t references = 0;
  };
  struct Forget {
    std::uint64_t segment = 0;
  };
  using Change = std::variant<Batch, Repair, std::vector<Move>, Forget>;
  struct Waiting {
    Change change;
    std::size_t bytes;  ///< about what the change adds to the log
    Answer<Result<void>> answer;
  };

  Task<Result<void>> enqueue(Change change, std::size_t bytes);
  void run();
  /// Waits for the next group; an empty one ends the thread.
  std::vector<Waiting> next_group();
  void commit_group(std::vector<Waiting> group);
  std::vector<Result<void>> apply(const std::vector<Waiting>& group);
  Result<void> judge(const Change& change, std::size_t bytes, std::uint64_t free_bytes);
  Result<void> check_batch(const Batch& batch, std::size_t bytes, std::uint64_t free_bytes);
  Result<void> check_database();
  Result<void> write();
  void write_to_memory(rocksdb::WriteBatch& changes);
  std::uint64_t free_bytes() const;
  void hint_sweeper();
  void answer_all(std::vector<Waiting> group, std::vector<Result<void>> results);

  const Parts parts_;
  const Options options_;
  Journal journal_;  ///< the committer's thread only, as all up to batches_
  Group group_;
  std::exception_ptr broken_;
  std::uint64_t released_bytes_ = 0;  ///< since the sweeper was last told
  std::uint64_t hinted_segment_ = 0;

  std::atomic<std::uint64_t> current_segment_;
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
