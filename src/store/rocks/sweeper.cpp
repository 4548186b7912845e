#include "store/rocks/sweeper.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>

#include "base/log.h"
#include "store/rocks/records.h"

namespace paraph::store::rocks {
namespace {

constexpr std::size_t kMoveBytesMax = 1 << 20;

/// The disk has room where so many segments would fit besides the reserve.
constexpr std::uint64_t kRoomSegments = 16;

/// Worth emptying: less than half of it is needed.
bool mostly_garbage(const SegmentUse& use) { return use.live < use.bytes / 2 || use.live == 0; }

/// Runs the task to its end, on this thread. Failures of the store are for the next sweep.
void run_to_end(Task<Result<void>> task) {
  boost::asio::io_context loop(1);
  boost::asio::co_spawn(loop, std::move(task), [](std::exception_ptr failed, const Result<void>& done) {
    if (failed) std::rethrow_exception(failed);
    if (!done) log(Level::Warn, "store: sweeping: {}", done.error().text);
  });
  loop.run();
}

}  // namespace

Sweeper::Sweeper(Committer::Parts parts, Committer& committer, const Options& options)
    : parts_(parts), committer_(committer), options_(options), thread_([this] { run(); }) {
  parts_.hint.give();  // what a crash left over
}

Sweeper::~Sweeper() {
  parts_.hint.end();
  thread_.join();
}

void Sweeper::run() {
  while (parts_.hint.wait()) {
    try {
      sweep();
    } catch (const Broken& broken) {
      log(Level::Warn, "store: sweeping: {}", broken.what());
    }
  }
}

void Sweeper::sweep() {
  const auto end = first_young();
  for (const auto segment : parts_.segments.list()) {
    if (segment >= end || parts_.hint.ended()) return;
    if (mostly_garbage(parts_.uses.get(segment))) sweep(segment);
  }
}

/// The first segment that stays as it is: the one being written at the latest.
std::uint64_t Sweeper::first_young() const {
  const auto current = committer_.current_segment();
  const auto free = parts_.database.free_bytes();
  const auto spare = free - std::min(free, options_.free_bytes_min);
  const bool room = spare / kRoomSegments >= options_.segment_bytes;
  return room ? current - std::min(current, options_.young_segments) : current;
}

void Sweeper::sweep(std::uint64_t segment) {
  if (needed_for_replay(segment)) {
    const auto flushed = parts_.database.db().Flush(rocksdb::FlushOptions());
    if (!flushed.ok()) throw Broken(flushed);
    if (needed_for_replay(segment)) return;
  }
  move_blobs(segment);
  if (parts_.uses.get(segment).live > 0 || parts_.hint.ended()) return;
  // The row goes first: a file without a row is swept again, a row without a file would stay.
  run_to_end(committer_.forget(segment));
  const auto removed = parts_.segments.remove(segment);
  if (!removed.ok()) throw Broken(removed);
}

/// Is there something in it, or before it, that RocksDB has only in memory?
bool Sweeper::needed_for_replay(std::uint64_t segment) const {
  rocksdb::ReadOptions on_disk;
  on_disk.read_tier = rocksdb::kPersistedTier;
  std::string value;
  const auto status = parts_.database.db().Get(on_disk, position_name(), &value);
  if (!status.ok() && !status.IsNotFound()) throw Broken(status);
  const auto position = parse_position(value);
  return !position || segment >= position->segment;
}

void Sweeper::move_blobs(std::uint64_t segment) {
  if (parts_.uses.get(segment).live == 0) return;
  const Records records(parts_.segments, segment);
  std::vector<Move> moves;
  std::size_t bytes = 0;
  for (auto record = records.at(kSegmentMagic.size()); record; record = records.at(record->end())) {
    for (const auto& [id, at] : blobs_of(records, *record)) {
      if (parts_.hint.ended()) return;
      if (!lives_at(id, at)) continue;
      moves.push_back({.id = id, .from = at, .octets = records.read(at.offset, at.length)});
      bytes += at.length;
      if (bytes < kMoveBytesMax) continue;
      move(std::exchange(moves, {}));
      bytes = 0;
    }
  }
  if (!moves.empty()) move(std::move(moves));
}

void Sweeper::move(std::vector<Move> blobs) { run_to_end(committer_.move(std::move(blobs))); }

bool Sweeper::lives_at(const BlobId& id, const Location& at) const {
  std::string value;
  const auto status = parts_.database.db().Get(rocksdb::ReadOptions(), blob_name(id), &value);
  if (!status.ok() && !status.IsNotFound()) throw Broken(status);
  const auto entry = parse_blob_entry(value);
  return entry && entry->at == at;
}

}  // namespace paraph::store::rocks
