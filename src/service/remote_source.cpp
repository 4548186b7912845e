#include "service/remote_source.h"

#include <boost/asio/this_coro.hpp>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "service/remote_inside.h"

namespace paraph::service {
namespace {

Result<source::Acquired> answer_of(const RemoteSource& source, const Known& known) {
  if (known.none()) return fail(Code::NotFound, source.name() + " knows no signature of that owner");
  return known.acquired;
}

Histogram* histogram_of(Metrics* metrics, const std::string& source) {
  if (metrics == nullptr) return nullptr;
  return &metrics->histogram("paraph_source_fetch_seconds", "How long a request to the place took.",
                             {{"source", source}});
}

std::unexpected<Error> left_alone(const RemoteSource& source) {
  return fail(Code::Unavailable, source.name() + " is left alone for now: it failed, or too much waits for it");
}

}  // namespace

RemoteSource::Inside::Inside(source::Remote& asked, RemoteServices with, net::WorkerPool& on, RemoteOptions how)
    : name(asked.name()),
      remote(asked),
      services(with),
      pool(on),
      options(how),
      cache(how.memory_bytes_max),
      rows(with.store, asked.name(), how.rows_max, [this](const std::string& owner) { cache.erase(owner); }),
      breaker(with.random, how.breaker),
      fetch_seconds(histogram_of(with.metrics, asked.name())) {}

Task<Result<std::shared_ptr<const Known>>> RemoteSource::Inside::look(std::string owner) {
  const Time now = services.clock.now();
  auto known = cache.find(owner);
  if (known && now < known->stale_until) co_return known;
  PARAPH_CO_TRY(const auto row, co_await rows.load(owner));
  known = row.octets ? known_of(row.remote, now) : nullptr;
  if (known) cache.put(owner, known);
  co_return known;
}

std::shared_ptr<Flight> RemoteSource::Inside::start(const std::string& owner, const Executor& executor, For whom) {
  if (services.gate.stopping()) return nullptr;
  std::shared_ptr<Flight> flight;
  {
    const std::lock_guard lock(mutex);
    if (const auto known = flights.find(owner); known != flights.end()) return known->second;
    const bool room = whom == For::Deposit || pool.queued() < options.prefetches_max;
    if (!room || !breaker.admit(services.clock.now())) {
      ++counters.refused;
      return nullptr;
    }
    flight = std::make_shared<Flight>();
    flights.emplace(owner, flight);
  }
  net::spawn(services.gate, executor, "signature fetch", fly(owner, flight));
  return flight;
}

void RemoteSource::Inside::note_error(const std::string& owner, const std::string& text) {
  log(Level::Warn, "signature source={} owner={} failed: {}", name, printable(owner), printable(text, 400));
  const std::lock_guard lock(mutex);
  last_error = {.text = text, .at = services.clock.now()};
}

RemoteSource::RemoteSource(source::Remote& remote, RemoteServices services, net::WorkerPool& pool,
                           RemoteOptions options)
    : inside_(std::make_shared<Inside>(remote, services, pool, options)) {}

const std::string& RemoteSource::name() const& { return inside_->name; }

Task<Result<source::Acquired>> RemoteSource::acquire(std::string owner) {
  owner = lowered(owner);
  auto& counters = inside_->counters;
  ++counters.asked;
  if (!inside_->rows.fits(owner)) co_return fail(Code::NotFound, "no such owner");
  PARAPH_CO_TRY(const auto known, co_await inside_->look(owner));
  if (known && inside_->services.clock.now() < known->fresh_until) {
    ++counters.hits;
    co_return answer_of(*this, *known);
  }
  const Executor executor = co_await boost::asio::this_coro::executor;
  const auto flight = inside_->start(owner, executor, Inside::For::Deposit);
  if (known && !known->none()) {
    ++counters.stale;
    co_return known->acquired;
  }
  if (!flight) co_return left_alone(*this);
  co_return co_await Flight::wait(flight);
}

Task<bool> RemoteSource::prefetch(std::string owner) {
  owner = lowered(owner);
  if (!inside_->rows.fits(owner)) co_return false;
  const auto looked = co_await inside_->look(owner);
  if (!looked) co_return false;
  const auto& known = *looked;
  const bool fresh = known && inside_->services.clock.now() < known->fresh_until;
  const Executor executor = co_await boost::asio::this_coro::executor;
  if (!fresh) inside_->start(owner, executor, Inside::For::Prefetch);
  co_return known && !known->acquired.signature.empty();
}

Task<Result<void>> RemoteSource::forget(std::string owner) {
  owner = lowered(owner);
  if (!inside_->rows.fits(owner)) co_return Result<void>();
  inside_->cache.erase(owner);
  co_return co_await inside_->rows.erase(std::move(owner));
}

Task<Result<void>> RemoteSource::recover() { return inside_->rows.recover(inside_->services.clock.now()); }

const SourceCounters& RemoteSource::counters() const& { return inside_->counters; }
Breaker::State RemoteSource::breaker() const { return inside_->breaker.state(inside_->services.clock.now()); }
std::size_t RemoteSource::rows() const { return inside_->rows.count(); }

RemoteSource::LastError RemoteSource::last_error() const {
  const std::lock_guard lock(inside_->mutex);
  return inside_->last_error;
}

}  // namespace paraph::service
