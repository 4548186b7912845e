#include "store/rocks/reader.h"

#include "base/assert.h"
#include "store/rocks/blob_walk.h"

namespace paraph::store::rocks {
namespace {

/// What an attempt to read gives; nullopt: it would have to wait for the disk.
template <class T>
using Attempt = std::optional<Result<T>>;

/// True: go on with the status (ok or NotFound). False: it would have to wait.
bool readable(const rocksdb::Status& status) {
  if (status.IsBusy()) return false;
  if (!status.ok() && !status.IsNotFound()) throw Broken(status);
  return true;
}

rocksdb::Status load(const Database& database, const std::string& name, rocksdb::PinnableSlice& value) {
  auto& db = database.db();
  return db.Get(rocksdb::ReadOptions(), db.DefaultColumnFamily(), name, &value);
}

/// Is the blob no longer where it was?
bool moved(const Database& database, const BlobId& id, const Location& from) {
  rocksdb::PinnableSlice value;
  const auto status = load(database, blob_name(id), value);
  if (status.IsBusy() || status.IsNotFound()) return true;
  if (!status.ok()) throw Broken(status);
  const auto entry = parse_blob_entry(value.ToStringView());
  return entry && entry->at != from;
}

Attempt<std::optional<std::string>> try_get(const Database& database, const std::string& key) {
  rocksdb::PinnableSlice value;
  const auto status = load(database, key_name(key), value);
  if (!readable(status)) return std::nullopt;
  return status.ok() ? std::optional(value.ToString()) : std::nullopt;
}

Attempt<std::vector<std::optional<std::string>>> try_get_many(const Database& database,
                                                              const std::vector<std::string>& keys) {
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const auto& key : keys) names.push_back(key_name(key));
  const std::vector<rocksdb::Slice> slices(names.begin(), names.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  auto& db = database.db();
  db.MultiGet(rocksdb::ReadOptions(), db.DefaultColumnFamily(), slices.size(), slices.data(), values.data(),
              statuses.data());
  std::vector<std::optional<std::string>> found(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!readable(statuses[i])) return std::nullopt;
    if (statuses[i].ok()) found[i] = values[i].ToString();
  }
  return found;
}

Attempt<std::vector<KeyValue>> try_scan(const Database& database, const Scan& scan) {
  std::vector<KeyValue> found;
  if (scan.from >= scan.to) return found;
  const std::string from_name = key_name(scan.from);
  const std::string to_name = key_name(scan.to);
  const rocksdb::Slice from = from_name;
  const rocksdb::Slice to = to_name;
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &from;
  options.iterate_upper_bound = &to;
  const std::unique_ptr<rocksdb::Iterator> at(database.db().NewIterator(options));
  scan.backwards ? at->SeekToLast() : at->SeekToFirst();
  while (at->Valid() && found.size() < scan.entries_max) {
    found.push_back({at->key().ToString().substr(1), at->value().ToString()});
    scan.backwards ? at->Prev() : at->Next();
  }
  if (!readable(at->status())) return std::nullopt;
  return found;
}

Attempt<std::string> try_read_blob(const Database& database, Segments& segments, const BlobId& id, std::uint64_t offset,
                                   std::uint64_t length) {
  // The sweeper may take a segment away between the look-up and the read: then the blob is elsewhere by now.
  for (;;) {
    rocksdb::PinnableSlice value;
    const auto found = load(database, blob_name(id), value);
    if (!readable(found)) return std::nullopt;
    const auto entry = found.ok() ? parse_blob_entry(value.ToStringView()) : std::nullopt;
    if (!entry) return fail(Code::NotFound, "no such blob");
    const Location& at = entry->at;
    if (offset > at.length || length > at.length - offset) return fail(Code::NotFound, "the blob is shorter");
    std::string octets;
    const auto status = segments.read(at.segment, at.offset + offset, length, octets);
    if (status.ok()) return octets;
    if (status.IsBusy()) return std::nullopt;
    if (!status.IsPathNotFound() && !status.IsNotFound()) throw Broken(status);
    if (!moved(database, id, at)) return fail(Code::Corrupt, "a blob's octets are lost: run `paraph check`");
  }
}

}  // namespace

template <class T, class Try>
Task<Result<T>> Reader::in_pool(Try attempt) {
  return await_answer<Result<T>>([this, a = std::move(attempt)](Answer<Result<T>> answer) mutable {
    boost::asio::post(pool_, [a = std::move(a), answer = std::move(answer)]() mutable {
      try {
        answer.give(*a());
      } catch (...) {
        answer.give(std::current_exception());
      }
      resume(std::move(answer));
    });
  });
}

template <class T, class Try>
Task<Result<T>> Reader::here_or_in_pool(Try attempt) {
  rocksdb::SetPerfLevel(perf_level_);
  Attempt<T> here;
  {
    const NoWaiting no_waiting;
    here = attempt();
  }
  if (here) co_return *std::move(here);
  co_return co_await in_pool<T>(std::move(attempt));
}

Task<Result<std::optional<std::string>>> Reader::get(std::string key) {
  return here_or_in_pool<std::optional<std::string>>([this, k = std::move(key)] { return try_get(database_, k); });
}

Task<Result<std::vector<std::optional<std::string>>>> Reader::get_many(std::vector<std::string> keys) {
  return here_or_in_pool<std::vector<std::optional<std::string>>>(
      [this, k = std::move(keys)] { return try_get_many(database_, k); });
}

Task<Result<std::vector<KeyValue>>> Reader::scan(Scan scan) {
  return here_or_in_pool<std::vector<KeyValue>>([this, s = std::move(scan)] { return try_scan(database_, s); });
}

Task<Result<std::string>> Reader::read_blob(BlobId id, std::uint64_t offset, std::uint64_t length) {
  return here_or_in_pool<std::string>(
      [this, id, offset, length] { return try_read_blob(database_, segments_, id, offset, length); });
}

/// Reads and hashes every octet of what it walks: always on the pool.
Task<Result<std::vector<BlobFinding>>> Reader::verify_blobs(std::optional<BlobId> after, std::size_t blobs_max) {
  return in_pool<std::vector<BlobFinding>>([this, after, blobs_max] {
    return std::optional(Result<std::vector<BlobFinding>>(walk_blobs(database_, segments_, after, blobs_max)));
  });
}

}  // namespace paraph::store::rocks
