#include "app/services.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "app/shell.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/password.h"
#include "crypto/signing_key.h"
#include "record/format.h"
#include "service/receive.h"
#include "service/server_key.h"
#include "store/memory/memory_store.h"
#include "store/rocks/rocks_store.h"

namespace paraph::app {
namespace {

constexpr std::size_t kMessageCacheBytes = 64 << 20;

service::OnFailure on_failure(OnFailure choice) {
  switch (choice) {
    case OnFailure::Defer:
      return service::OnFailure::Defer;
    case OnFailure::Reject:
      return service::OnFailure::Reject;
    case OnFailure::Send:
      break;
  }
  return service::OnFailure::Send;
}

/// For a server that does not take a message as it is (spec 2.8).
queue::ChangeForm change_form(service::Deposit& deposit) {
  return [&deposit](const record::Queued& item, const service::Fit& fit) { return deposit.refit(item, fit); };
}

service::DepositPolicy deposit_policy(const Config& config) {
  service::DepositPolicy policy;
  policy.server_name = config.server.name;
  policy.postmaster = config.server.postmaster;
  policy.on_failure = on_failure(config.signature.on_failure);
  policy.attach.growth_bytes_max = config.limits.signature_growth_bytes_max;
  policy.attach.message_bytes_max = config.limits.message_bytes_max;
  policy.save_sent = config.submission.save_sent;
  return policy;
}

queue::Options queue_options(const Config& config) {
  queue::Options options{.node = config.server.name};
  options.retry.first = config.queue.retry_first;
  options.retry.most = std::max(config.queue.retry_max, config.queue.retry_first);
  options.retry.give_up_after = config.queue.give_up_after;
  options.connections_per_destination = config.queue.connections_per_destination;
  options.connections_max = config.queue.connections_max;
  return options;
}

dns::cares::Options dns_options(const Config& config) {
  dns::cares::Options options;
  for (const auto& server : config.dns.servers) options.servers.push_back(server.text());
  options.trust_ad = config.dns.trust_ad;
  return options;
}

/// Where the media workers are: beside this program, if nothing else is configured.
std::filesystem::path media_folder(const Config& config) {
  if (!config.media.folder.empty()) return config.media.folder;
  std::error_code unknown;
  return std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
}

bool is_right(const std::optional<crypto::Verifier>& verifier, std::string_view password) {
  if (verifier) return crypto::check_password(*verifier, password);
  crypto::waste_password_check(password);
  return false;
}

Task<bool> check_on(net::WorkerPool& pool, std::optional<crypto::Verifier> verifier, std::string password) {
  auto check = [verifier = std::move(verifier), password = std::move(password)] {
    return is_right(verifier, password);
  };
  auto right = co_await net::run_on(pool, std::move(check));
  co_return right;
}

Task<Result<crypto::Verifier>> make_on(net::WorkerPool& pool, crypto::Random& random, std::string password) {
  auto make = [&random, password = std::move(password)] { return crypto::make_verifier(password, random); };
  auto made = co_await net::run_on(pool, std::move(make));
  co_return made;
}

Task<Result<crypto::SigningKey>> generate_on(net::WorkerPool& pool, crypto::KeyKind kind) {
  auto generate = [kind] { return crypto::SigningKey::generate(kind); };
  auto made = co_await net::run_on(pool, std::move(generate));
  co_return made;
}

Task<void> pause(std::chrono::milliseconds time) {
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
  const auto executor = co_await boost::asio::this_coro::executor;
  Timer timer(executor, time);
  co_await timer.async_wait(use_task);
}

}  // namespace

Result<std::unique_ptr<store::Store>> open_store(const Config& config) {
  PARAPH_CHECK(make_private_folder(config.server.data_dir));
  if (config.store.engine == Engine::Memory) return std::make_unique<store::memory::MemoryStore>();
  store::rocks::Options options;
  options.data_dir = config.server.data_dir;
  return store::rocks::open(options);
}

Services::Services(const Config& config, std::unique_ptr<store::Store> opened, Remotes remotes, RelayFiles relay_files,
                   net::WorkerPool& worker_pool, net::Gate& gate)
    : limits(config.limits),
      pool(worker_pool),
      store(std::move(opened)),
      dns(dns_options(config)),
      media({.folder = media_folder(config)}),
      accounts(*store, clock, limits),
      mailboxes(*store, clock, limits),
      messages(*store, kMessageCacheBytes),
      signatures(*store, media, clock, limits, &mailboxes),
      local_source(*store),
      sources(config, std::move(remotes),
              {.store = *store,
               .media = media,
               .clock = clock,
               .random = random,
               .limits = limits,
               .gate = gate,
               .metrics = &metrics}),
      acquirer(sources.in_order(local_source), config.signature.wait, &metrics),
      incoming(*store, dns, clock, random, config.server.name),
      guesses(clock, limits),
      outbound(*store, &metrics, &messages),
      deposit(*store, accounts, mailboxes, acquirer, random, clock, limits, deposit_policy(config), &incoming, &metrics,
              &outbound),
      greetings(*store, mailboxes, signatures, deposit.policies(), limits),
      credentials(clock, random),
      logins{
          .accounts = accounts,
          .cache = credentials,
          .random = random,
          .limits = limits,
          .check_password = [this](auto verifier,
                                   auto password) { return check_on(pool, std::move(verifier), std::move(password)); },
          .pause = &pause,
          .plaintext_on_loopback = config.auth.plaintext_on_loopback,
          .logged_in =
              [this, &gate](const std::string& address, const Executor& executor) {
                if (!gate.stopping() && !sources.all().empty())
                  net::spawn(gate, executor, "prefetch", acquirer.prefetch(address));
              }},
      dkim_keys(*store, clock, [this](crypto::KeyKind kind) { return generate_on(pool, kind); }),
      queue_items(*store, random, clock,
                  {.asked = [this](const std::string& destination) { queue.try_again(destination); },
                   .trying = [this](const service::ItemRow& item) { return queue.is_trying(item); }}),
      relays(config, std::move(relay_files), dns, *store, random, clock, gate, metrics),
      queue({.store = *store,
             .accounts = accounts,
             .mailboxes = mailboxes,
             .messages = messages,
             .outbound = outbound,
             .random = random,
             .clock = clock},
            relays.next_hops(), relays.relay(), gate, queue_options(config), change_form(deposit), &metrics),
      verbs(*store, accounts, mailboxes, signatures, deposit.policies(), deposit.keys(), dkim_keys, queue_items,
            [this](std::string password) { return make_on(pool, random, std::move(password)); },
            {.states = [this] { return sources.states(); },
             .forget = [this](std::string address) { return sources.forget(std::move(address)); }},
            {.sessions = &relays.tls_sessions(), .organization = config.server.name}) {
  for (const auto* remote : sources.all()) count(*remote);
  metrics.counter_from("paraph_store_batches_total", "Batches committed to the store.",
                       [this] { return store->counters().batches; });
  metrics.counter_from("paraph_store_syncs_total", "Times that the store made what it has durable.",
                       [this] { return store->counters().syncs; });
}

/// What is counted of a place that is asked: what went out to it, and what its cache answered.
void Services::count(const service::RemoteSource& remote) {
  const auto& counters = remote.counters();
  const auto add = [&](const char* name, const char* help, const std::atomic<std::uint64_t>& from) {
    metrics.counter_from(name, help, [&from] { return from.load(); }, {{"source", remote.name()}});
  };
  add("paraph_source_cached_total", "Answers from what is kept, within its time.", counters.hits);
  add("paraph_source_stale_total", "Answers from what is kept, past its time.", counters.stale);
  add("paraph_source_fetches_total", "Requests that went out to the place.", counters.requests);
  add("paraph_source_fetch_errors_total", "Of these, those without a usable answer.", counters.errors);
}

Task<Result<void>> Services::recover() {
  PARAPH_CO_CHECK(co_await record::check_format(*store));
  PARAPH_CO_TRY(logins.unknown_user_key, co_await service::load_server_key(*store, random, "unknown-user"));
  PARAPH_CO_TRY(const auto uploads, co_await service::recover_uploads(*store));
  PARAPH_CO_TRY(const auto removals, co_await accounts.finish_removals());
  PARAPH_CO_CHECK(co_await sources.recover());
  PARAPH_CO_TRY(const auto leases, co_await queue.recover());
  if (uploads != 0 || removals != 0 || leases != 0)
    log(Level::Info, "recovered uploads={} removals={} queue-leases={}", uploads, removals, leases);
  co_return Result<void>();
}

}  // namespace paraph::app
