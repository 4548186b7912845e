#include "store/rocks/group.h"

#include <fmt/format.h>

namespace paraph::store::rocks {
namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

/// Reads without a copy. False: there is no such key.
bool load(const Database& database, rocksdb::ColumnFamilyHandle* family, rocksdb::Slice key,
          rocksdb::PinnableSlice& to) {
  const auto status = database.db().Get(rocksdb::ReadOptions(), family, key, &to);
  if (!status.ok() && !status.IsNotFound()) throw Broken(status);
  return status.ok();
}

void check(const rocksdb::Status& status) {
  if (!status.ok()) throw Broken(status);
}

}  // namespace

void Group::clear() {
  changes_.Clear();
  values_.clear();
  references_.clear();
}

Result<void> Group::add(const Batch& batch) {
  for (const auto& expect : batch.expects) {
    if (!holds(expect)) return fail(Code::Conflict, "somebody else changed this first");
  }
  PARAPH_TRY(const auto sums, sum_adds(batch));
  PARAPH_TRY(const auto counts, count_references(batch));
  // From here on nothing fails: the batch is in.
  for (const auto& write : batch.writes) put(write.key, write.value);
  for (const auto& [key, sum] : sums) put(key, sum == 0 ? std::nullopt : std::optional(fmt::to_string(sum)));
  for (const auto& [id, count] : counts) put_count(id, count);
  return {};
}

bool Group::holds(const Expect& expect) const {
  if (!values_.empty()) {
    const auto written = values_.find(expect.key);
    if (written != values_.end()) return written->second == expect.value;
  }
  rocksdb::PinnableSlice stored;
  if (!load(database_, database_.keys(), expect.key, stored)) return !expect.value;
  return expect.value && stored == rocksdb::Slice(*expect.value);
}

std::optional<std::string> Group::value(std::string_view key) const {
  const auto written = values_.find(std::string(key));
  if (written != values_.end()) return written->second;
  rocksdb::PinnableSlice stored;
  if (!load(database_, database_.keys(), slice(key), stored)) return std::nullopt;
  return stored.ToString();
}

Result<Group::Sums> Group::sum_adds(const Batch& batch) const {
  Sums sums;
  for (const auto& add : batch.adds) {
    const auto [at, fresh] = sums.try_emplace(add.key, 0);
    if (fresh) {
      const auto stored = value(add.key);
      const auto number = stored ? parse_counter(*stored) : std::optional<std::int64_t>(0);
      if (!number) return fail(Code::Corrupt, "a stored counter is not a number: run `paraph check`");
      at->second = *number;
    }
    at->second += add.delta;
  }
  return sums;
}

Result<std::int64_t> Group::references(const BlobId& id) const {
  const auto changed = references_.find(id);
  if (changed != references_.end()) return changed->second;
  rocksdb::PinnableSlice stored;
  if (!load(database_, database_.references(), rocks::slice(id), stored)) return 0;
  const auto count = parse_counter(stored.ToStringView());
  if (!count || *count <= 0) return fail(Code::Corrupt, "a blob's reference count is damaged: run `paraph check`");
  return *count;
}

Result<Group::Count*> Group::find_count(Counts& counts, const BlobId& id) const {
  const auto [at, fresh] = counts.try_emplace(id);
  if (fresh) {
    PARAPH_TRY(at->second.before, references(id));
    at->second.after = at->second.before;
  }
  return &at->second;
}

Result<Group::Counts> Group::count_references(const Batch& batch) const {
  Counts counts;
  for (const auto& blob : batch.blobs) {
    PARAPH_TRY(Count* const count, find_count(counts, blob.id));
    count->brought = &blob.octets;
  }
  for (const auto& id : batch.retains) {
    PARAPH_TRY(Count* const count, find_count(counts, id));
    if (!count->brought && count->before == 0) return fail(Code::NotFound, "no such blob");
    ++count->after;
  }
  for (const auto& id : batch.releases) {
    PARAPH_TRY(Count* const count, find_count(counts, id));
    if (--count->after < 0) {
      return fail(Code::Corrupt, "a blob has fewer references than were taken: run `paraph check`");
    }
  }
  return counts;
}

void Group::put(std::string_view key, const std::optional<std::string>& value) {
  check(value ? changes_.Put(database_.keys(), slice(key), *value) : changes_.Delete(database_.keys(), slice(key)));
  values_.insert_or_assign(std::string(key), value);
}

void Group::put_count(const BlobId& id, const Count& count) {
  if (count.before == count.after) return;
  references_.insert_or_assign(id, count.after);
  const auto name = rocks::slice(id);
  if (count.after == 0) {
    check(changes_.Delete(database_.references(), name));
    check(changes_.Delete(database_.blobs(), name));
    return;
  }
  check(changes_.Put(database_.references(), name, fmt::to_string(count.after)));
  if (count.before == 0) check(changes_.Put(database_.blobs(), name, *count.brought));
}

Result<void> Group::repair(const BlobId& id, std::int64_t references) {
  const auto name = rocks::slice(id);
  references_.insert_or_assign(id, references);
  if (references == 0) {
    check(changes_.Delete(database_.references(), name));
    check(changes_.Delete(database_.blobs(), name));
    return {};
  }
  check(changes_.Put(database_.references(), name, fmt::to_string(references)));
  return {};
}

}  // namespace paraph::store::rocks
