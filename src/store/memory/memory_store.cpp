#include "store/memory/memory_store.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <charconv>

#include "base/assert.h"
#include "crypto/sha256.h"

namespace paraph::store::memory {
namespace {

void check_key(const std::string& key) { PARAPH_ASSERT(!key.empty() && key.size() <= kKeyBytesMax); }

/// What the door forbids, and a disk's engine may let pass.
void check_form(const Batch& batch) {
  std::vector<std::string_view> written;
  for (const auto& expect : batch.expects) check_key(expect.key);
  for (const auto& write : batch.writes) {
    check_key(write.key);
    PARAPH_ASSERT(!write.value || write.value->size() <= kValueBytesMax);
    written.push_back(write.key);
  }
  std::ranges::sort(written);
  PARAPH_ASSERT(std::ranges::adjacent_find(written) == written.end());
  for (const auto& add : batch.adds) {
    check_key(add.key);
    PARAPH_ASSERT(!std::ranges::binary_search(written, std::string_view(add.key)));
  }
  for (const auto& blob : batch.blobs) {
    PARAPH_ASSERT(!blob.octets.empty() && blob.octets.size() <= mail::kBlobBytesMax);
    PARAPH_ASSERT(crypto::sha256(blob.octets) == blob.id);
  }
}

std::optional<std::int64_t> parse_counter(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> MemoryStore::find(const std::string& key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? std::nullopt : std::optional(found->second);
}

Task<Result<std::optional<std::string>>> MemoryStore::get(std::string key) {
  check_key(key);
  const std::lock_guard lock(mutex_);
  co_return find(key);
}

Task<Result<std::vector<std::optional<std::string>>>> MemoryStore::get_many(std::vector<std::string> keys) {
  const std::lock_guard lock(mutex_);
  std::vector<std::optional<std::string>> values;
  values.reserve(keys.size());
  for (const auto& key : keys) {
    check_key(key);
    values.push_back(find(key));
  }
  co_return values;
}

Task<Result<std::vector<KeyValue>>> MemoryStore::scan(Scan scan) {
  std::vector<KeyValue> found;
  if (scan.to <= scan.from) co_return found;
  const std::lock_guard lock(mutex_);
  auto begin = values_.lower_bound(scan.from);
  auto end = values_.lower_bound(scan.to);
  while (begin != end && found.size() < scan.entries_max) {
    const auto at = scan.backwards ? --end : begin++;
    found.push_back({at->first, at->second});
  }
  co_return found;
}

Task<Result<void>> MemoryStore::commit(Batch batch) {
  check_form(batch);
  Result<void> applied;
  {
    const std::lock_guard lock(mutex_);
    applied = apply(batch);
    if (applied) {
      ++counters_.batches;
      ++counters_.syncs;
    } else if (batch.unused_blobs) {
      *batch.unused_blobs = std::move(batch.blobs);
    }
  }
  if (applied) watchers_.wake(batch.topics);
  co_await boost::asio::post(use_task);
  co_return applied;
}

Result<void> MemoryStore::apply(Batch& batch) {
  PARAPH_CHECK(check_expects(batch));
  PARAPH_TRY(const auto sums, sum_adds(batch));
  PARAPH_TRY(const auto references, sum_references(batch));
  for (auto& write : batch.writes) {
    if (write.value) {
      values_.insert_or_assign(write.key, std::move(*write.value));
    } else {
      values_.erase(write.key);
    }
  }
  for (const auto& [key, sum] : sums) {
    if (sum != 0) {
      values_.insert_or_assign(key, std::to_string(sum));
    } else {
      values_.erase(key);
    }
  }
  apply_references(batch, references);
  return {};
}

Result<void> MemoryStore::check_expects(const Batch& batch) const {
  for (const auto& expect : batch.expects) {
    if (find(expect.key) != expect.value) return fail(Code::Conflict, "somebody else changed this first");
  }
  return {};
}

Result<std::map<std::string, std::int64_t>> MemoryStore::sum_adds(const Batch& batch) const {
  std::map<std::string, std::int64_t> sums;
  for (const auto& add : batch.adds) {
    const auto [at, fresh] = sums.try_emplace(add.key, 0);
    if (fresh) {
      const auto stored = find(add.key);
      const auto value = stored ? parse_counter(*stored) : std::optional<std::int64_t>(0);
      if (!value) return fail(Code::Corrupt, "a stored counter is not a number: run `paraph check`");
      at->second = *value;
    }
    at->second += add.delta;
  }
  return sums;
}

/// The new count of every blob that the batch names.
Result<std::map<BlobId, std::int64_t>> MemoryStore::sum_references(const Batch& batch) const {
  std::map<BlobId, std::int64_t> counts;
  const auto count = [&](const BlobId& id) -> std::int64_t& {
    const auto [at, fresh] = counts.try_emplace(id, 0);
    const auto stored = blobs_.find(id);
    if (fresh && stored != blobs_.end()) at->second = stored->second.references;
    return at->second;
  };
  for (const auto& blob : batch.blobs) count(blob.id);
  for (const auto& id : batch.retains) {
    const bool brought = std::ranges::find(batch.blobs, id, &mail::NewBlob::id) != batch.blobs.end();
    if (!brought && count(id) <= 0) return fail(Code::NotFound, "no such blob");
    ++count(id);
  }
  for (const auto& id : batch.releases) {
    if (--count(id) < 0) return fail(Code::Corrupt, "a blob has fewer references than were taken: run `paraph check`");
  }
  return counts;
}

void MemoryStore::apply_references(Batch& batch, const std::map<BlobId, std::int64_t>& references) {
  for (auto& blob : batch.blobs) {
    if (!blobs_.contains(blob.id)) blobs_[blob.id].octets = std::move(blob.octets);
  }
  for (const auto& [id, count] : references) {
    if (count == 0) {
      blobs_.erase(id);
    } else {
      blobs_[id].references = count;
    }
  }
}

Task<Result<std::string>> MemoryStore::read_blob(BlobId id, std::uint64_t offset, std::uint64_t length) {
  const std::lock_guard lock(mutex_);
  const auto found = blobs_.find(id);
  if (found == blobs_.end() || !found->second.octets) co_return fail(Code::NotFound, "no such blob");
  const std::string& octets = *found->second.octets;
  if (offset > octets.size() || length > octets.size() - offset) co_return fail(Code::NotFound, "the blob is shorter");
  co_return octets.substr(offset, length);
}

std::unique_ptr<Subscription> MemoryStore::watch(std::uint64_t topic, std::function<void()> wake) {
  return watchers_.watch(topic, std::move(wake));
}

Task<Result<std::vector<BlobFinding>>> MemoryStore::verify_blobs(std::optional<BlobId> after, std::size_t blobs_max) {
  const std::lock_guard lock(mutex_);
  std::vector<BlobFinding> findings;
  for (auto at = after ? blobs_.upper_bound(*after) : blobs_.begin(); at != blobs_.end() && findings.size() < blobs_max;
       ++at) {
    const auto& octets = at->second.octets;
    findings.push_back({.id = at->first,
                        .bytes = octets ? octets->size() : 0,
                        .references = at->second.references,
                        .present = octets.has_value(),
                        .hash_matches = octets && crypto::sha256(*octets) == at->first});
  }
  co_return findings;
}

Task<Result<void>> MemoryStore::repair_blob(BlobId id, std::int64_t references) {
  PARAPH_ASSERT(references >= 0);
  const std::lock_guard lock(mutex_);
  if (references == 0) {
    blobs_.erase(id);
    co_return Result<void>();
  }
  const auto found = blobs_.find(id);
  if (found == blobs_.end() || !found->second.octets) co_return fail(Code::NotFound, "no such blob");
  found->second.references = references;
  co_return Result<void>();
}

Store::Counters MemoryStore::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void MemoryStore::damage_blob(BlobId id, std::optional<std::string> octets) {
  const std::lock_guard lock(mutex_);
  blobs_[id].octets = std::move(octets);
}

std::uint64_t MemoryStore::blob_bytes() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  for (const auto& [id, blob] : blobs_) bytes += blob.octets ? blob.octets->size() : 0;
  return bytes;
}

}  // namespace paraph::store::memory
