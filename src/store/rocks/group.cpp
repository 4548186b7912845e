#include "store/rocks/group.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/rocks/segment.h"

namespace paraph::store::rocks {
namespace {

/// Reads without a copy. False: there is no such key.
bool load(const Database& database, const std::string& name, rocksdb::PinnableSlice& to) {
  auto& db = database.db();
  const auto status = db.Get(rocksdb::ReadOptions(), db.DefaultColumnFamily(), name, &to);
  if (!status.ok() && !status.IsNotFound()) throw Broken(status);
  return status.ok();
}

void check(const rocksdb::Status& status) {
  if (!status.ok()) throw Broken(status);
}

}  // namespace

void Group::begin(Position record, std::uint64_t blobs_offset) {
  record_ = record;
  blobs_end_ = blobs_offset;
  changes_.Clear();
  blobs_.clear();
  values_.clear();
  changed_uses_.clear();
  forgotten_.clear();
}

Result<void> Group::add(const Batch& batch) {
  for (const auto& expect : batch.expects) {
    if (!holds(expect)) return fail(Code::Conflict, "somebody else changed this first");
  }
  PARAPH_TRY(const auto sums, sum_adds(batch));
  PARAPH_TRY(const auto blobs, count_references(batch));
  // From here on nothing fails: the batch is in.
  for (const auto& write : batch.writes) put(key_name(write.key), write.value);
  for (const auto& [key, sum] : sums) put(key_name(key), sum == 0 ? std::nullopt : std::optional(fmt::to_string(sum)));
  for (const auto& [id, change] : blobs) put_blob(id, change);
  return {};
}

bool Group::holds(const Expect& expect) const {
  const std::string name = key_name(expect.key);
  const auto written = values_.find(name);
  if (written != values_.end()) return written->second == expect.value;
  rocksdb::PinnableSlice stored;
  if (!load(database_, name, stored)) return !expect.value;
  return expect.value && stored == rocksdb::Slice(*expect.value);
}

std::optional<std::string> Group::value(const std::string& name) const {
  const auto written = values_.find(name);
  if (written != values_.end()) return written->second;
  rocksdb::PinnableSlice stored;
  if (!load(database_, name, stored)) return std::nullopt;
  return stored.ToString();
}

Result<Group::Sums> Group::sum_adds(const Batch& batch) const {
  Sums sums;
  for (const auto& add : batch.adds) {
    const auto [at, fresh] = sums.try_emplace(add.key, 0);
    if (fresh) {
      const auto stored = value(key_name(add.key));
      const auto number = stored ? parse_counter(*stored) : std::optional<std::int64_t>(0);
      if (!number) return fail(Code::Corrupt, "a stored counter is not a number: run `paraph check`");
      at->second = *number;
    }
    at->second += add.delta;
  }
  return sums;
}

Result<std::optional<BlobEntry>> Group::find_blob(const BlobId& id) const {
  const auto stored = value(blob_name(id));
  if (!stored) return std::optional<BlobEntry>();
  const auto entry = parse_blob_entry(*stored);
  if (!entry) return fail(Code::Corrupt, "a blob's reference count is damaged: run `paraph check`");
  return entry;
}

Result<Group::Change*> Group::find_change(Changes& changes, const BlobId& id) const {
  const auto [at, fresh] = changes.try_emplace(id);
  if (fresh) {
    PARAPH_TRY(at->second.before, find_blob(id));
    if (at->second.before) at->second.references = at->second.before->references;
  }
  return &at->second;
}

Result<Group::Changes> Group::count_references(const Batch& batch) const {
  Changes changes;
  for (const auto& blob : batch.blobs) {
    PARAPH_TRY(Change* const change, find_change(changes, blob.id));
    change->brought = &blob.octets;
  }
  for (const auto& id : batch.retains) {
    PARAPH_TRY(Change* const change, find_change(changes, id));
    if (!change->brought && !change->before) return fail(Code::NotFound, "no such blob");
    ++change->references;
  }
  for (const auto& id : batch.releases) {
    PARAPH_TRY(Change* const change, find_change(changes, id));
    if (--change->references < 0) {
      return fail(Code::Corrupt, "a blob has fewer references than were taken: run `paraph check`");
    }
  }
  return changes;
}

void Group::put(const std::string& name, std::optional<std::string> value) {
  values_.insert_or_assign(name, std::move(value));
}

void Group::put_blob(const BlobId& id, const Change& change) {
  const auto& before = change.before;
  if (change.references == (before ? before->references : 0)) return;
  if (change.references == 0) {
    lose(before->at);
    put(blob_name(id), std::nullopt);
    return;
  }
  const Location at = before ? before->at : append_blob(*change.brought);
  put(blob_name(id), format(BlobEntry{.at = at, .references = change.references}));
}

Location Group::append_blob(const std::string& octets) {
  const Location at{
      .segment = record_.segment, .offset = blobs_end_, .length = static_cast<std::uint32_t>(octets.size())};
  blobs_.push_back(&octets);
  blobs_end_ += octets.size();
  use_of(at.segment).live += at.length;
  return at;
}

SegmentUse& Group::use_of(std::uint64_t segment) {
  const auto [at, fresh] = changed_uses_.try_emplace(segment);
  if (fresh) at->second = uses_.get(segment);
  return at->second;
}

void Group::lose(const Location& at) {
  auto& live = use_of(at.segment).live;
  live -= std::min<std::uint64_t>(live, at.length);
}

Result<void> Group::repair(const BlobId& id, std::int64_t references) {
  const auto stored = value(blob_name(id));
  auto entry = stored ? parse_blob_entry(*stored) : std::nullopt;
  if (references == 0) {
    if (entry) lose(entry->at);
    if (stored) put(blob_name(id), std::nullopt);
    return {};
  }
  if (!entry) return fail(Code::NotFound, "no such blob");
  entry->references = references;
  put(blob_name(id), format(*entry));
  return {};
}

void Group::move(const Move& move) {
  const auto stored = value(blob_name(move.id));
  auto entry = stored ? parse_blob_entry(*stored) : std::nullopt;
  if (!entry || entry->at != move.from) return;
  lose(entry->at);
  entry->at = append_blob(move.octets);
  put(blob_name(move.id), format(*entry));
}

void Group::forget(std::uint64_t segment) { forgotten_.push_back(segment); }

rocksdb::WriteBatch& Group::finish() {
  for (const auto& [name, value] : values_) check(value ? changes_.Put(name, *value) : changes_.Delete(name));
  for (const auto segment : forgotten_) check(changes_.Delete(segment_name(segment)));
  check(changes_.Put(position_name(), format(record_)));
  use_of(record_.segment).bytes = blobs_end_ + changes_.GetDataSize();  // the few rows that follow do not matter
  for (const auto& [segment, changed] : changed_uses_) check(changes_.Put(segment_name(segment), format(changed)));
  return changes_;
}

void Group::written() {
  for (const auto& [segment, use] : changed_uses_) uses_.set(segment, use);
  for (const auto segment : forgotten_) uses_.erase(segment);
}

}  // namespace paraph::store::rocks
