#pragma once
#include <memory>

#include "app/config/config.h"
#include "app/relays.h"
#include "app/sources.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "crypto/credential_cache.h"
#include "crypto/random.h"
#include "dns/cares/cares_resolver.h"
#include "media/process/process_media.h"
#include "net/gate.h"
#include "net/worker_pool.h"
#include "queue/queue.h"
#include "service/accounts.h"
#include "service/acquire.h"
#include "service/deposit.h"
#include "service/dkim_keys.h"
#include "service/greetings.h"
#include "service/guesses.h"
#include "service/mailboxes.h"
#include "service/messages.h"
#include "service/outbound.h"
#include "service/queue_items.h"
#include "service/signatures.h"
#include "service/verify_incoming.h"
#include "session/admin/verbs.h"
#include "session/sasl/login.h"
#include "source/local/local_source.h"
#include "store/store.h"

namespace paraph::app {

/// Opens the store that the configuration names; the data folder is made, for its owner only, when it is not there.
/// Blocks. The failure is one sentence for the operator.
Result<std::unique_ptr<store::Store>> open_store(const Config& config);

/// Everything between the store and the protocols, put together once in a process: by the server, and by an
/// administrative verb when no server runs. Any event loop. Destroy it before the pool and the loops, when no task uses
/// it any more.
struct Services {
  /// `gate` counts what no session waits for: fetches of signatures, and the queue's work.
  Services(const Config& config, std::unique_ptr<store::Store> opened, Remotes remotes, RelayFiles relay_files,
           net::WorkerPool& worker_pool, net::Gate& gate);

  /// The store's format is one that this server knows, what a crash left behind is put right, and the server's keys are
  /// loaded: once, before anything else. The failure is one sentence.
  Task<Result<void>> recover();

  Metrics metrics;
  SystemClock clock;
  crypto::SystemRandom random;
  Limits limits;
  net::WorkerPool& pool;
  std::unique_ptr<store::Store> store;
  dns::cares::CaresResolver dns;
  media::process::ProcessMedia media;
  service::Accounts accounts;
  service::Mailboxes mailboxes;
  service::Messages messages;
  service::Signatures signatures;
  source::local::LocalSource local_source;
  Sources sources;
  service::Acquirer acquirer;
  service::IncomingVerifier incoming;
  service::Guesses guesses;
  service::Outbound outbound;
  service::Deposit deposit;
  service::Greetings greetings;
  crypto::CredentialCache credentials;
  sasl::LoginServices logins;
  service::DkimKeys dkim_keys;
  service::QueueItems queue_items;
  Relays relays;
  queue::Queue queue;
  admin::Verbs verbs;

 private:
  void count(const service::RemoteSource& remote);
};

}  // namespace paraph::app
