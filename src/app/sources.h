#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/renewed_remote.h"
#include "base/result.h"
#include "base/task.h"
#include "net/worker_pool.h"
#include "service/remote_source.h"
#include "service/source_state.h"
#include "source/remote.h"
#include "source/source.h"

namespace paraph::app {

/// The places of `[[source]]` that `[signature] sources` names, ready to be asked, in the order of the configuration.
using Remotes = std::vector<std::unique_ptr<source::Remote>>;

/// Reads their secrets. The failure is one sentence: which file cannot be read.
Result<Remotes> make_remotes(const Config& config);
/// The same for a verb that runs without a server and asks nobody: no secret is read.
Remotes make_silent_remotes(const Config& config);

/// All sources but the server's own store, with the threads on which they block. Made once; `config` and what
/// `services` refers to outlive it. Destroy it when no fetch is on its way any more (the gate).
class Sources {
 public:
  Sources(const Config& config, Remotes remotes, service::RemoteServices services);

  /// As `[signature] sources` orders them, with `local` among them.
  std::vector<source::Source*> in_order(source::Source& local) const;
  /// Once, before anything else: what the store keeps of them is learned; what it keeps of others is erased.
  Task<Result<void>> recover();
  std::vector<service::SourceState> states() const;
  /// The same places with secrets that were read anew (make_remotes()). Any thread.
  void renew(Remotes remotes);
  /// Erases what any of them keeps of an address. Codes of the store.
  Task<Result<void>> forget(std::string address);
  /// For whoever counts: each with its counters.
  std::vector<const service::RemoteSource*> all() const;

 private:
  /// Destroyed from the last: the threads end before what they use.
  struct One {
    std::unique_ptr<RenewedRemote> remote;
    std::unique_ptr<service::RemoteSource> source;
    std::unique_ptr<net::WorkerPool> pool;
  };
  const One* find(const std::string& name) const;

  const Config& config_;
  store::Store& store_;
  std::vector<One> all_;
};

}  // namespace paraph::app
