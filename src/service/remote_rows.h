#pragma once
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "record/codec.h"
#include "store/store.h"

namespace paraph::service {

/// The rows that the store keeps of one source: a bounded number of owners, those whose time ends first go first. A row
/// holds one reference to each of its media. Any event loop.
class RemoteRows {
 public:
  /// `gone` is told each owner whose row was given up to make room; any thread.
  RemoteRows(store::Store& store, std::string source, std::size_t rows_max,
             std::function<void(const std::string& owner)> gone);

  struct Row {
    std::optional<std::string> octets;  ///< as they were read; nullopt: there is none
    record::RemoteSignature remote;     ///< empty when there is none, or it is damaged
  };
  /// Whether an owner can have a row: its key has a bounded length.
  bool fits(std::string_view owner) const;
  Task<Result<Row>> load(std::string owner);
  /// Replaces `before`, with `blobs` that `next` brings. Conflict: somebody else replaced it first. NoSpace.
  Task<Result<void>> save(std::string owner, Row before, record::RemoteSignature next,
                          std::vector<mail::NewBlob> blobs);
  /// Takes the row away, with its media.
  Task<Result<void>> erase(std::string owner);

  /// Once, before all else: learns which rows there are, and takes away those whose time is over.
  Task<Result<void>> recover(Time now);
  /// Takes away what is past its time, and what is too many. Failures are for another time.
  Task<Result<void>> make_room(Time now);
  std::size_t count() const;

 private:
  void note(const std::string& owner, std::optional<Time> stale_until);
  std::optional<std::string> one_too_many(Time now) const;

  store::Store& store_;
  const std::string source_;
  const std::size_t rows_max_;
  const std::function<void(const std::string&)> gone_;
  mutable std::mutex mutex_;  ///< over all below
  std::set<std::pair<Time, std::string>> by_end_;
  std::unordered_map<std::string, Time> ends_;
};

/// Takes away the rows of sources that are not among `names`: the operator removed them.
Task<Result<std::size_t>> forget_other_sources(store::Store& store, std::vector<std::string> names);

}  // namespace paraph::service
