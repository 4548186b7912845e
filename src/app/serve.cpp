#include "app/serve.h"

#include <fmt/format.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "app/blocking.h"
#include "app/listeners.h"
#include "app/logging.h"
#include "base/log.h"
#include "net/asio/loops.h"
#include "net/asio/tls.h"

namespace paraph::app {
namespace {

constexpr std::chrono::seconds kFinishTime{10};  // for sessions to end by themselves
constexpr std::chrono::seconds kCloseTime{5};    // then, after their connections were closed
constexpr std::size_t kPoolJobsMax = 1024;

sigset_t waited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

/// Whoever wakes up waits until who is at work gives way, or has had its turn (sched(7), SCHED_BATCH): else each piece
/// of a message that comes in pushes aside what is being done for another. For the threads that are begun after it.
/// What an operator chose for the process stays.
void let_who_works_work() {
  const sched_param no_priority{};
  if (::sched_getscheduler(0) == SCHED_OTHER) ::sched_setscheduler(0, SCHED_BATCH, &no_priority);
}

std::size_t cores() { return std::max(1u, std::thread::hardware_concurrency()); }

/// One running server. Members are destroyed from the last: no session runs by then (stop()), so the services go first,
/// and the loops outlive whatever may still post to them.
class Server {
 public:
  explicit Server(const Config& config) : config_(config), loops_(cores()), pool_(cores(), kPoolJobsMax) {}

  Result<void> start(const Prepare& prepare);
  const std::string& ports() const& { return listeners_->ports(); }
  /// Whoever takes mail has a postmaster (RFC 5321 §4.5.1).
  void warn_of_no_postmaster();
  /// Serves until a signal says to end.
  void run();
  void stop();

 private:
  Result<void> load_tls();
  void reload_tls();
  void reload_secrets();

  const Config& config_;
  net::Gate gate_;
  net::TlsSlot tls_;
  net::TlsSlot web_tls_;
  net::asio::Loops loops_;
  net::WorkerPool pool_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<Listeners> listeners_;
};

Result<void> Server::load_tls() {
  if (!config_.tls.on()) return {};
  PARAPH_TRY(auto context, net::asio::load_server_tls(config_.tls.certificate, config_.tls.key));
  auto web = context;
  if (!config_.tls.client_ca.empty()) {
    PARAPH_TRY(web, net::asio::load_server_tls(config_.tls.certificate, config_.tls.key, config_.tls.client_ca));
  }
  tls_.set(std::move(context));
  web_tls_.set(std::move(web));
  return {};
}

void Server::reload_tls() {
  const auto loaded = load_tls();
  if (loaded) return log(Level::Info, "tls reloaded certificate=\"{}\"", config_.tls.certificate);
  log(Level::Error, "tls not reloaded, the old certificate stays: {}", loaded.error().text);
}

/// The secrets of sources, and the tokens of peers: each as a whole, or not at all.
void Server::reload_secrets() {
  auto remotes = make_remotes(config_);
  if (remotes) {
    if (!remotes->empty()) log(Level::Info, "secrets of sources reloaded sources={}", remotes->size());
    services_->sources.renew(*std::move(remotes));
  } else {
    log(Level::Error, "secrets of sources not reloaded, the old ones stay: {}", remotes.error().text);
  }
  const auto peers = listeners_->renew_peers(config_);
  if (!peers) return log(Level::Error, "tokens of peers not reloaded, the old ones stay: {}", peers.error().text);
  if (!config_.peers.empty()) log(Level::Info, "tokens of peers reloaded peers={}", config_.peers.size());
}

Result<void> Server::start(const Prepare& prepare) {
  PARAPH_CHECK(load_tls());
  PARAPH_TRY(auto remotes, make_remotes(config_));
  PARAPH_TRY(auto relay_files, load_relay_files(config_));
  PARAPH_TRY(auto store, open_store(config_));
  services_ =
      std::make_unique<Services>(config_, std::move(store), std::move(remotes), std::move(relay_files), pool_, gate_);
  loops_.run();
  PARAPH_CHECK(run_blocking(loops_.at(0), services_->recover()));
  if (prepare) {
    PARAPH_CHECK(run_blocking(loops_.at(0), prepare(*services_)));
  }
  listeners_ = std::make_unique<Listeners>(config_, *services_, tls_, web_tls_, gate_, loops_);
  return listeners_->open(config_);
}

void Server::warn_of_no_postmaster() {
  const auto& listen = config_.listen;
  if (listen.mx.empty() && listen.lmtp.empty() && listen.lmtp_sockets.empty()) return;
  const auto without = run_blocking(loops_.at(0), services_->deposit.postmaster().domains_without());
  if (!without || without->empty()) return;
  log(Level::Warn, "nobody is postmaster at {} ({} domains): name an account in [server] postmaster", without->front(),
      without->size());
}

void Server::run() {
  std::vector<Executor> loops;
  for (std::size_t i = 0; i < loops_.size(); ++i) loops.push_back(loops_.at(i));
  services_->queue.start(std::move(loops));
  const auto set = waited_signals();
  for (;;) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0) continue;
    log(Level::Info, "signal {}", signal == SIGHUP ? "HUP" : signal == SIGTERM ? "TERM" : "INT");
    if (signal != SIGHUP) return;
    if (config_.tls.on()) reload_tls();
    reload_secrets();
  }
}

void Server::stop() {
  if (listeners_) listeners_->close();
  gate_.stop();
  if (services_) services_->queue.stop();
  loops_.poke_all();
  if (!gate_.wait_until_empty(kFinishTime)) {
    log(Level::Warn, "sessions={} did not end in {} s: they are closed", gate_.running(), kFinishTime.count());
    loops_.close_all();
    if (!gate_.wait_until_empty(kCloseTime)) {
      // What was answered is on disk. Taking things apart under a task that still runs could only do harm.
      log(Level::Error, "sessions={} hang: the process ends without them", gate_.running());
      std::_Exit(EXIT_FAILURE);
    }
  }
  loops_.stop();
  if (!services_) return;
  const auto counters = services_->store->counters();
  log(Level::Info, "stopped batches={} syncs={}", counters.batches, counters.syncs);
}

}  // namespace

void block_signals() {
  const auto set = waited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

Result<void> serve(const Config& config, Prepare prepare, const std::function<void()>& ready) {
  let_who_works_work();
  Server server(config);
  if (auto started = server.start(prepare); !started) {
    server.stop();
    return started;
  }
  start_logging();
  fmt::print("paraph ready {}\n", server.ports());
  std::fflush(stdout);
  ready();
  server.warn_of_no_postmaster();
  server.run();
  server.stop();
  return {};
}

}  // namespace paraph::app
