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

Attempt<std::optional<std::string>> try_get(const Database& database, const std::string& key) {
  rocksdb::PinnableSlice value;
  const auto status = database.db().Get(rocksdb::ReadOptions(), database.keys(), key, &value);
  if (!readable(status)) return std::nullopt;
  return status.ok() ? std::optional(value.ToString()) : std::nullopt;
}

Attempt<std::vector<std::optional<std::string>>> try_get_many(const Database& database,
                                                              const std::vector<std::string>& keys) {
  const std::vector<rocksdb::Slice> names(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database.db().MultiGet(rocksdb::ReadOptions(), database.keys(), names.size(), names.data(), values.data(),
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
  const rocksdb::Slice from = scan.from;
  const rocksdb::Slice to = scan.to;
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &from;
  options.iterate_upper_bound = &to;
  const std::unique_ptr<rocksdb::Iterator> at(database.db().NewIterator(options, database.keys()));
  scan.backwards ? at->SeekToLast() : at->SeekToFirst();
  while (at->Valid() && found.size() < scan.entries_max) {
    found.push_back({at->key().ToString(), at->value().ToString()});
    scan.backwards ? at->Prev() : at->Next();
  }
  if (!readable(at->status())) return std::nullopt;
  return found;
}

Attempt<std::string> try_read_blob(const Database& database, const BlobId& id, std::uint64_t offset,
                                   std::uint64_t length) {
  rocksdb::PinnableSlice octets;
  const auto status = database.db().Get(rocksdb::ReadOptions(), database.blobs(), slice(id), &octets);
  if (!readable(status)) return std::nullopt;
  if (!status.ok()) return fail(Code::NotFound, "no such blob");
  if (offset > octets.size() || length > octets.size() - offset) return fail(Code::NotFound, "the blob is shorter");
  return std::string(octets.data() + offset, length);
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
      [this, id, offset, length] { return try_read_blob(database_, id, offset, length); });
}

/// Reads and hashes every octet of what it walks: always on the pool.
Task<Result<std::vector<BlobFinding>>> Reader::verify_blobs(std::optional<BlobId> after, std::size_t blobs_max) {
  return in_pool<std::vector<BlobFinding>>([this, after, blobs_max] {
    return std::optional(Result<std::vector<BlobFinding>>(walk_blobs(database_, after, blobs_max)));
  });
}

}  // namespace paraph::store::rocks
