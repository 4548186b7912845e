#include "store/rocks/committer.h"

#include <algorithm>

#include "base/log.h"

namespace paraph::store::rocks {
namespace {

/// A group ends past this much, so that nobody waits long for those who came later.
constexpr std::size_t kGroupBytesMax = 4 << 20;
/// What brings no blob and is no larger (a flag, an expunge) may use the last part of the disk's reserve: it is how
/// users make room.
constexpr std::size_t kSmallBytesMax = 16 << 10;

std::size_t bytes_of(const Batch& batch) {
  std::size_t bytes = 100;
  for (const auto& write : batch.writes) bytes += write.key.size() + (write.value ? write.value->size() : 0);
  for (const auto& add : batch.adds) bytes += add.key.size();
  for (const auto& blob : batch.blobs) bytes += blob.octets.size();
  return bytes + 50 * (batch.retains.size() + batch.releases.size());
}

std::unexpected<Error> disk_full() { return fail(Code::NoSpace, "the disk is full: nothing was stored"); }

}  // namespace

Committer::Committer(const Database& database, Watchers& watchers, const Options& options)
    : database_(database), watchers_(watchers), options_(options), group_(database), thread_([this] { run(); }) {}

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

Task<Result<void>> Committer::enqueue(std::variant<Batch, Repair> change, std::size_t bytes) {
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
  const std::uint64_t free = free_bytes();
  std::vector<Result<void>> results;
  results.reserve(group.size());
  group_.clear();
  for (const auto& waiting : group) results.push_back(judge(waiting, free));
  const auto written = write();
  if (written) {
    batches_ += static_cast<std::uint64_t>(std::ranges::count(results, true, &Result<void>::has_value));
  } else {
    for (auto& result : results) {
      if (result) result = written;
    }
  }
  return results;
}

Result<void> Committer::judge(const Waiting& waiting, std::uint64_t free_bytes) {
  if (const auto* repair = std::get_if<Repair>(&waiting.change)) return group_.repair(repair->id, repair->references);
  const auto& batch = std::get<Batch>(waiting.change);
  const bool small = batch.blobs.empty() && waiting.bytes <= kSmallBytesMax;
  if (free_bytes < (small ? options_.free_bytes_min / 4 : options_.free_bytes_min)) return disk_full();
  return group_.add(batch);
}

/// What is free once everything in memory is written out.
std::uint64_t Committer::free_bytes() const {
  std::uint64_t unwritten = 0;
  database_.db().GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &unwritten);
  const std::uint64_t free = database_.free_bytes();
  return free - std::min(free, unwritten);
}

Result<void> Committer::write() {
  if (group_.changes().Count() == 0) return {};
  // A write that met a full disk stops RocksDB until it is told that there is room again.
  if (full_ && !database_.db().Resume().ok()) return disk_full();
  full_ = false;
  rocksdb::WriteOptions durable;
  durable.sync = options_.sync;
  const auto status = database_.db().Write(durable, &group_.changes());
  if (options_.sync) ++syncs_;
  if (status.ok()) return {};
  if (!no_space(status)) throw Broken(status);
  full_ = true;
  return disk_full();
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
  watchers_.wake(topics);
}

}  // namespace paraph::store::rocks
