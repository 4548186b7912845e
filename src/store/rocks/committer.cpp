#include "store/rocks/committer.h"

#include <rocksdb/perf_level.h>

#include <algorithm>

#include "base/log.h"

namespace paraph::store::rocks {
namespace {

/// A group ends past this much, so that nobody waits long for those who came later.
constexpr std::size_t kGroupBytesMax = 4 << 20;
/// What brings no blob and is no larger (a flag, an expunge) may use the last part of the disk's reserve: it is how
/// users make room.
constexpr std::size_t kSmallBytesMax = 16 << 10;

/// A released blob is taken to be this long: enough to know when it is worth looking for garbage.
constexpr std::uint64_t kReleasedBytesAbout = 32 << 10;

std::size_t bytes_of(const Batch& batch) {
  std::size_t bytes = 100;
  for (const auto& write : batch.writes) bytes += write.key.size() + (write.value ? write.value->size() : 0);
  for (const auto& add : batch.adds) bytes += add.key.size();
  for (const auto& blob : batch.blobs) bytes += blob.octets.size();
  return bytes + 50 * (batch.retains.size() + batch.releases.size());
}

std::unexpected<Error> disk_full() { return fail(Code::NoSpace, "the disk is full: nothing was stored"); }

}  // namespace

Committer::Committer(Parts parts, Position next, const Options& options)
    : parts_(parts),
      options_(options),
      journal_(parts.segments, next, options),
      group_(parts.database, parts.uses),
      current_segment_(next.segment),
      thread_([this] { run(); }) {}

Committer::~Committer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

Task<Result<void>> Committer::commit(Batch batch) {
  const std::size_t bytes = bytes_of(batch);
  return enqueue(std::move(batch), bytes);
}

Task<Result<void>> Committer::repair(BlobId id, std::int64_t references) {
  return enqueue(Repair{.id = id, .references = references}, 100);
}

Task<Result<void>> Committer::move(std::vector<Move> blobs) {
  std::size_t bytes = 0;
  for (const auto& blob : blobs) bytes += blob.octets.size();
  return enqueue(std::move(blobs), bytes);
}

Task<Result<void>> Committer::forget(std::uint64_t segment) { return enqueue(Forget{segment}, 100); }

Task<Result<void>> Committer::enqueue(Change change, std::size_t bytes) {
  return await_answer<Result<void>>([this, c = std::move(change), bytes](Answer<Result<void>> answer) mutable {
    std::unique_lock lock(mutex_);
    if (ending_) {
      answer.give(fail(Code::Unavailable, "the store is closing"));
      return resume(std::move(answer));
    }
    queue_.push_back({std::move(c), bytes, std::move(answer)});
    const bool sleeping = std::exchange(idle_, false);
    lock.unlock();
    if (sleeping) wake_.notify_one();
  });
}

void Committer::run() {
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);  // nobody asks what RocksDB counts here
  for (;;) {
    auto group = next_group();
    if (group.empty()) return;
    commit_group(std::move(group));
  }
}

std::vector<Committer::Waiting> Committer::next_group() {
  std::unique_lock lock(mutex_);
  while (queue_.empty() && !ending_) {
    idle_ = true;
    wake_.wait(lock);
  }
  idle_ = false;
  std::vector<Waiting> group;
  std::size_t bytes = 0;
  while (!queue_.empty() && (group.empty() || bytes + queue_.front().bytes <= kGroupBytesMax)) {
    bytes += queue_.front().bytes;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

void Committer::commit_group(std::vector<Waiting> group) {
  try {
    if (broken_) std::rethrow_exception(broken_);
    auto results = apply(group);
    answer_all(std::move(group), std::move(results));
  } catch (const Broken& broken) {
    if (!broken_) log(Level::Error, "store: {}", broken.what());
    broken_ = std::current_exception();
    parts_.database.give_up();
    std::vector<Answer<Result<void>>> answers;
    for (auto& waiting : group) {
      waiting.answer.give(broken_);
      answers.push_back(std::move(waiting.answer));
    }
    resume_all(std::move(answers));
  }
}

/// What becomes of each of the group.
std::vector<Result<void>> Committer::apply(const std::vector<Waiting>& group) {
  if (auto ready = check_database(); !ready) return std::vector<Result<void>>(group.size(), ready);
  const std::uint64_t free = free_bytes();
  journal_.roll_if_full();
  group_.begin(journal_.next(), journal_.blobs_offset());
  std::vector<Result<void>> results;
  results.reserve(group.size());
  std::uint64_t batches = 0;
  for (const auto& waiting : group) {
    results.push_back(judge(waiting.change, waiting.bytes, free));
    if (results.back() && std::holds_alternative<Batch>(waiting.change)) ++batches;
  }
  const auto written = write();
  if (written) {
    batches_ += batches;
    return results;
  }
  for (auto& result : results) {
    if (result) result = written;
  }
  return results;
}

/// RocksDB must be able to take what the journal will hold.
Result<void> Committer::check_database() {
  auto trouble = parts_.database.trouble();
  if (trouble.ok() || (no_space(trouble) && parts_.database.resume().ok())) return {};
  if (no_space(trouble)) return disk_full();
  throw Broken(trouble);
}

Result<void> Committer::judge(const Change& change, std::size_t bytes, std::uint64_t free_bytes) {
  if (const auto* batch = std::get_if<Batch>(&change)) return check_batch(*batch, bytes, free_bytes);
  if (const auto* repair = std::get_if<Repair>(&change)) return group_.repair(repair->id, repair->references);
  if (const auto* forget = std::get_if<Forget>(&change)) {
    group_.forget(forget->segment);
  } else {
    for (const auto& move : std::get<std::vector<Move>>(change)) group_.move(move);
  }
  return {};
}

Result<void> Committer::check_batch(const Batch& batch, std::size_t bytes, std::uint64_t free_bytes) {
  const bool small = batch.blobs.empty() && bytes <= kSmallBytesMax;
  if (free_bytes < (small ? options_.free_bytes_min / 4 : options_.free_bytes_min)) {
    parts_.hint.give();  // with little room it leaves nothing alone
    return disk_full();
  }
  PARAPH_CHECK(group_.add(batch));
  released_bytes_ += batch.releases.size() * kReleasedBytesAbout;
  return {};
}

/// What is free once everything in memory is written out.
std::uint64_t Committer::free_bytes() const {
  std::uint64_t unwritten = 0;
  parts_.database.db().GetIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &unwritten);
  const std::uint64_t free = parts_.database.free_bytes();
  return free - std::min(free, unwritten);
}

/// First the journal, then RocksDB's memory: nobody reads what is not on disk.
Result<void> Committer::write() {
  if (group_.empty()) return {};
  auto& changes = group_.finish();
  PARAPH_CHECK(journal_.append(group_.blobs(), changes.Data()));
  syncs_ = journal_.syncs();
  write_to_memory(changes);
  group_.written();
  current_segment_ = journal_.next().segment;
  hint_sweeper();
  return {};
}

void Committer::write_to_memory(rocksdb::WriteBatch& changes) {
  rocksdb::WriteOptions in_memory;
  in_memory.disableWAL = true;
  const auto status = parts_.database.db().Write(in_memory, &changes);
  if (!status.ok()) throw Broken(status);
}

void Committer::hint_sweeper() {
  const bool rolled = std::exchange(hinted_segment_, current_segment_.load()) != current_segment_;
  if (!rolled && released_bytes_ < options_.segment_bytes / 2) return;
  released_bytes_ = 0;
  parts_.hint.give();
}

void Committer::answer_all(std::vector<Waiting> group, std::vector<Result<void>> results) {
  std::vector<std::uint64_t> topics;
  std::vector<Answer<Result<void>>> answers;
  answers.reserve(group.size());
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (auto* batch = std::get_if<Batch>(&group[i].change)) {
      if (results[i]) topics.insert(topics.end(), batch->topics.begin(), batch->topics.end());
      if (!results[i] && batch->unused_blobs) *batch->unused_blobs = std::move(batch->blobs);
    }
    group[i].answer.give(std::move(results[i]));
    answers.push_back(std::move(group[i].answer));
  }
  resume_all(std::move(answers));
  std::ranges::sort(topics);
  const auto doubled = std::ranges::unique(topics);
  topics.erase(doubled.begin(), doubled.end());
  parts_.watchers.wake(topics);
}

}  // namespace paraph::store::rocks
