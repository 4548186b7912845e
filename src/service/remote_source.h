#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/task.h"
#include "crypto/random.h"
#include "media/media.h"
#include "net/gate.h"
#include "net/worker_pool.h"
#include "service/breaker.h"
#include "service/limits.h"
#include "service/source_state.h"
#include "source/remote.h"
#include "source/source.h"
#include "store/store.h"

namespace paraph::service {

/// How long an answer holds (spec 5.4), and how many are kept.
struct RemoteOptions {
  std::chrono::seconds positive{3600};      ///< then it is asked for again, while the known one is used
  std::chrono::seconds positive_least{1};   ///< whatever the place says
  std::chrono::seconds negative{300};       ///< the place knows none
  std::chrono::seconds stale{7 * 86'400};   ///< used so long when the place does not answer
  std::size_t rows_max = 20'000;            ///< owners in the store
  std::size_t memory_bytes_max = 64 << 20;  ///< of signatures in memory, without media
  std::size_t prefetches_max = 64;          ///< in the pool's queue; a deposit's fetch may wait behind them
  Breaker::Options breaker;
};

/// What all remote sources share; outlives them.
struct RemoteServices {
  store::Store& store;
  media::Media& media;
  const Clock& clock;
  crypto::Random& random;
  const Limits& limits;
  net::Gate& gate;             ///< counts the fetches, which go on after the deposit that caused them
  Metrics* metrics = nullptr;  ///< is told how long each request took, if there is one
};

/// A source that is another place (source/remote.h), with everything between it and a deposit: what it answered is kept
/// in memory and in the store, many who want the same owner make one fetch, and a place that fails is left alone for a
/// time. A known signature past its time is answered at once, and fetched anew behind the scenes. Any event loop.
class RemoteSource final : public source::Source {
 public:
  /// `remote` and `pool` (where fetches block) outlive it; one pool a source, so that a slow one holds no other up.
  RemoteSource(source::Remote& remote, RemoteServices services, net::WorkerPool& pool, RemoteOptions options = {});

  const std::string& name() const& override;
  /// NotFound: the place knows none, now or a short while ago. Unavailable: it does not answer and nothing usable is
  /// kept; at once when it is left alone or too much waits for it already. Waits for a fetch when nothing is kept.
  Task<Result<source::Acquired>> acquire(std::string owner) override;
  /// Sees to it that the owner's signature is known and fresh, without waiting for the fetch.
  Task<bool> prefetch(std::string owner) override;
  Task<Result<void>> forget(std::string owner) override;

  /// Once, before all else: learns what the store keeps.
  Task<Result<void>> recover();

  const SourceCounters& counters() const&;
  Breaker::State breaker() const;
  struct LastError {
    std::string text;  ///< "": none yet
    Time at;
  };
  LastError last_error() const;
  std::size_t rows() const;

 private:
  class Inside;
  std::shared_ptr<Inside> inside_;
};

}  // namespace paraph::service
