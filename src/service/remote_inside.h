#pragma once
// Private to remote_source.cpp and remote_fetch.cpp.
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "service/flight.h"
#include "service/remote_cache.h"
#include "service/remote_rows.h"
#include "service/remote_source.h"

namespace paraph::service {

/// What a RemoteSource shares with its fetches.
class RemoteSource::Inside : public std::enable_shared_from_this<RemoteSource::Inside> {
 public:
  Inside(source::Remote& remote, RemoteServices services, net::WorkerPool& pool, RemoteOptions options);

  enum class For { Deposit, Prefetch };

  // remote_source.cpp
  /// What is kept, in memory or in the store; nullptr: nothing that is of any use.
  Task<Result<std::shared_ptr<const Known>>> look(std::string owner);
  /// The fetch of this owner that is on its way, or a new one on `executor`; nullptr: none is made now.
  std::shared_ptr<Flight> start(const std::string& owner, const Executor& executor, For whom);
  void note_error(const std::string& owner, const std::string& text);

  // remote_fetch.cpp: one fetch, from the question to those who wait for it.
  Task<void> fly(std::string owner, std::shared_ptr<Flight> flight);

  const std::string name;
  source::Remote& remote;
  const RemoteServices services;
  net::WorkerPool& pool;
  const RemoteOptions options;
  RemoteCache cache;
  RemoteRows rows;
  Breaker breaker;
  SourceCounters counters;
  Histogram* const fetch_seconds;  ///< nullptr: nobody wants to know
  mutable std::mutex mutex;        ///< over all below
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights;
  LastError last_error;

 private:
  using Outcome = Result<source::Acquired>;
  Task<Outcome> settle(std::string owner, Permit& permit);
  Task<Result<source::Fetched>> fetch(std::string owner, std::string tag);
  Task<Outcome> keep(std::string owner, source::Fetched fetched);
  Task<Outcome> replace(std::string owner, RemoteRows::Row row, record::RemoteSignature next,
                        std::vector<mail::NewBlob> blobs);
  Outcome fall_back(const RemoteRows::Row& row, Error error) const;
  void count(const Result<source::Fetched>& fetched, Time begun, Permit& permit);
  void land(const std::string& owner, Flight& flight, Outcome outcome);
};

/// A row as it is used; nullptr: its time is over.
std::shared_ptr<const Known> known_of(const record::RemoteSignature& remote, Time now);

}  // namespace paraph::service
