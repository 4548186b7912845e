#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "mail/rope.h"

namespace paraph::store {

/// One changed key: `value` absent erases it.
struct Write {
  std::string key;
  std::optional<std::string> value;
};

/// What must hold, just before the batch (after every batch that arrived earlier), for it to be applied: the key's
/// value is exactly this, or absent.
struct Expect {
  std::string key;
  std::optional<std::string> value;
};

/// Adds to a signed 64-bit counter that commutes with every other Add: no Expect needed, no conflict possible. An
/// absent counter is 0; one that comes to 0 is erased. (Encoding of the value: decimal text, so that tools can read it.
/// Any other value there fails the batch: Code::Corrupt.)
struct Add {
  std::string key;
  std::int64_t delta = 0;
};

/// Changes that happen all together or not at all, and are on disk when `commit` answers.
struct Batch {
  std::vector<Expect> expects;
  /// A key is written at most once in a batch, and never both written and added to.
  std::vector<Write> writes;
  /// The same key may come several times.
  std::vector<Add> adds;
  /// Blobs that this batch brings, each of 1 to mail::kBlobBytesMax octets, named by its SHA-256 (the store believes
  /// it). A blob that is there already is not written again. Putting takes no reference: say so in `retains`; a blob
  /// that has none after the batch is not kept.
  std::vector<mail::NewBlob> blobs;
  /// When set: where `blobs` are put back before commit() answers that the batch was not applied (Conflict, NotFound,
  /// NoSpace), so that trying again needs no copy of them. The caller reads it only after the answer.
  std::shared_ptr<std::vector<mail::NewBlob>> unused_blobs;
  /// References taken (one each time the id is named). A blob neither stored nor in `blobs` fails the batch:
  /// Code::NotFound.
  std::vector<BlobId> retains;
  /// References given back, after `retains` were taken. A blob's octets go when its last reference does. One more than
  /// there are fails the batch: Code::Corrupt.
  std::vector<BlobId> releases;
  /// Topics whose watchers are woken after the batch is durable.
  std::vector<std::uint64_t> topics;
};

struct KeyValue {
  std::string key;
  std::string value;
};

/// Keys in [from, to) in byte order, or backwards from the last one before `to`; at most `entries_max` of them.
struct Scan {
  std::string from;
  std::string to;
  std::size_t entries_max = 1000;
  bool backwards = false;
};

/// Keeps a watcher in place; destroying it (not from within `wake`) removes the watcher: waits for a call that is going
/// on, after which it is not called again.
class Subscription {
 public:
  virtual ~Subscription() = default;
};

/// What `verify_blobs` found of one blob: for `paraph check`.
struct BlobFinding {
  BlobId id;
  std::uint64_t bytes = 0;
  std::int64_t references = 0;
  bool present = false;       ///< its octets are there
  bool hash_matches = false;  ///< and their SHA-256 is the name
};

inline constexpr std::size_t kKeyBytesMax = 1024;
inline constexpr std::size_t kValueBytesMax = 4 << 20;

/// The door to durable state: an ordered key-value engine with content-addressed, reference-counted blobs (DESIGN
/// decision 3). One Store serves the whole process; every call may come from any event loop and answers on the
/// caller's. Keys are 1 to kKeyBytesMax octets, values at most kValueBytesMax. Reads see what was committed before they
/// began (durable or about to be reported so). A read that finds everything in memory does not leave the caller's
/// thread. Codes: Conflict (an Expect failed: nothing changed, read again), NoSpace (disk full: nothing changed; what
/// only shrinks the store may still pass), NotFound (blob), Corrupt, Unavailable (shutting down: nothing changed). A
/// disk that breaks otherwise is an exception, after which every commit fails until the process is started again. Every
/// call has answered before the store or the caller's event loop is destroyed.
class Store {
 public:
  virtual ~Store() = default;

  virtual Task<Result<std::optional<std::string>>> get(std::string key) = 0;
  /// In the order of `keys`. Cheaper than as many calls of get().
  virtual Task<Result<std::vector<std::optional<std::string>>>> get_many(std::vector<std::string> keys) = 0;
  virtual Task<Result<std::vector<KeyValue>>> scan(Scan scan) = 0;

  /// Applied in the order of arrival, many batches of many sessions to one sync. Answers when the batch is on disk.
  virtual Task<Result<void>> commit(Batch batch) = 0;

  /// Octets [offset, offset+length) of a blob. Code::NotFound when there is no such blob or it is shorter.
  virtual Task<Result<std::string>> read_blob(BlobId id, std::uint64_t offset, std::uint64_t length) = 0;

  /// `wake` is called after every durable batch that names `topic`: on any thread, must not block, may come more often
  /// than needed.
  virtual std::unique_ptr<Subscription> watch(std::uint64_t topic, std::function<void()> wake) = 0;

  /// Walks every blob and every reference count, up to `blobs_max` after `after` (in order of id): for `paraph check`.
  virtual Task<Result<std::vector<BlobFinding>>> verify_blobs(std::optional<BlobId> after, std::size_t blobs_max) = 0;
  /// Sets a blob's reference count right, or drops it and its octets (0): for `paraph check --repair` only. A count for
  /// octets that are not there is Code::NotFound.
  virtual Task<Result<void>> repair_blob(BlobId id, std::int64_t references) = 0;

  /// Syncs done so far, batches committed so far (for the benchmark and the tests).
  struct Counters {
    std::uint64_t syncs = 0;
    std::uint64_t batches = 0;
  };
  virtual Counters counters() const = 0;
};

}  // namespace paraph::store
