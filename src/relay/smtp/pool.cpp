#include "relay/smtp/pool.h"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <chrono>
#include <map>
#include <mutex>
#include <vector>

namespace paraph::relay::smtp {
namespace {

using Bell = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                               boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// A connection that breaks has something to say too: that it is of no use.
Task<net::Wake> wait(net::Stream& stream) {
  try {
    const auto wake = co_await stream.wait();
    co_return wake;
  } catch (const net::PeerGone&) {
    co_return net::Wake::Readable;
  }
}

}  // namespace

struct Pool::Idle {
  Idle(Key key_of_it, std::unique_ptr<Connection> it)
      : key(std::move(key_of_it)),
        connection(std::move(it)),
        bell(connection->stream().executor(), Bell::time_point::max()) {}

  const Key key;
  std::unique_ptr<Connection> connection;
  Bell bell;            ///< rung when the keeper has let go
  bool wanted = false;  ///< somebody takes it
  bool let_go = false;  ///< its keeper does not touch it any more
  bool usable = false;  ///< by whoever wanted it
};

struct Pool::Shelf {
  Shelf(const Options& options, net::Gate& its_gate)
      : idle(options.idle), last_words(options.patience.last_words), gate(its_gate) {}

  const net::Duration idle, last_words;
  net::Gate& gate;
  std::mutex mutex;
  std::multimap<Key, std::shared_ptr<Idle>> waiting;

  std::shared_ptr<Idle> find(const Key& key, const std::vector<net::Endpoint>& addresses) {
    const std::lock_guard lock(mutex);
    const auto [first, last] = waiting.equal_range(key);
    for (auto at = first; at != last; ++at) {
      if (std::ranges::find(addresses, at->second->connection->stream().peer()) == addresses.end()) continue;
      auto found = std::move(at->second);
      waiting.erase(at);
      return found;
    }
    return nullptr;
  }

  bool add(const std::shared_ptr<Idle>& one, std::size_t most) {
    const std::lock_guard lock(mutex);
    if (waiting.size() >= most) return false;
    waiting.emplace(one->key, one);
    return true;
  }

  void remove(const std::shared_ptr<Idle>& one) {
    const std::lock_guard lock(mutex);
    const auto [first, last] = waiting.equal_range(one->key);
    const auto at = std::ranges::find_if(first, last, [&](const auto& entry) { return entry.second == one; });
    if (at != last) waiting.erase(at);
  }
};

Pool::Key Pool::key_of(const Executor& loop, const Host& host) {
  Key key{.loop = &loop.context(),
          .host = host,
          .port = host.addresses.empty() ? std::uint16_t{0} : host.addresses.front().port};
  key.host.addresses.clear();
  key.host.applied.reset();  // one connection may serve many domains
  return key;
}

Pool::Pool(const Options& options, net::Gate& gate)
    : options_(options), shelf_(std::make_shared<Shelf>(options, gate)) {}
Pool::~Pool() = default;

Task<void> Pool::keep(std::shared_ptr<Shelf> shelf, std::shared_ptr<Idle> idle) {
  auto& stream = idle->connection->stream();
  stream.set_deadline(shelf->idle);
  net::Wake wake{};
  do {
    wake = co_await wait(stream);
  } while (wake == net::Wake::Poked && !idle->wanted && !shelf->gate.stopping());
  idle->let_go = true;
  if (idle->wanted) {
    idle->usable = wake == net::Wake::Poked;
    idle->bell.cancel();
    co_return;
  }
  shelf->remove(idle);
  if (wake != net::Wake::Readable) co_await quit(std::move(idle->connection), shelf->last_words);
}

Task<std::unique_ptr<Connection>> Pool::take(Key key, std::vector<net::Endpoint> addresses) {
  for (;;) {
    const auto idle = shelf_->find(key, addresses);
    if (!idle) co_return nullptr;
    idle->wanted = true;
    idle->connection->stream().poke();
    boost::system::error_code ignored;
    if (!idle->let_go) co_await idle->bell.async_wait(boost::asio::redirect_error(use_task, ignored));
    if (idle->usable) co_return std::move(idle->connection);
  }
}

void Pool::put(Key key, std::unique_ptr<Connection> connection) {
  if (!connection->usable() || !connection->at_rest()) return;
  const auto loop = connection->stream().executor();
  const auto mail_max = connection->offered.mail_max;
  const auto most = mail_max == 0 ? options_.messages_max : std::min(options_.messages_max, mail_max);
  const auto idle = std::make_shared<Idle>(std::move(key), std::move(connection));
  const bool kept =
      idle->connection->messages < most && !shelf_->gate.stopping() && shelf_->add(idle, options_.idle_max);
  if (kept) return net::spawn(shelf_->gate, loop, "relay idle", keep(shelf_, idle));
  net::spawn(shelf_->gate, loop, "relay quit", quit(std::move(idle->connection), options_.patience.last_words));
}

}  // namespace paraph::relay::smtp
