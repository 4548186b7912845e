// What the queue costs with few and with many waiting items, on RocksDB, by Google Benchmark: `paraph_queue_bench`. Its
// argument is how many wait. Commits are not synced: this is the cost of the work, not of the disk.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>

#include "queue/queue.h"
#include "record/keys.h"
#include "service/outbound.h"
#include "service/queue_rows.h"
#include "service/receive.h"
#include "store/rocks/rocks_store.h"

namespace paraph::queue {
namespace {

constexpr std::uint64_t kDestinations = 100;
constexpr std::uint64_t kItemsPerBatch = 1000;
constexpr std::uint64_t kFirstItem = 1'000'000'000;  // far from those that the services number
constexpr int kAtOnce = 500;
const Time kNow{std::chrono::seconds{1795392000}};

template <class T>
T run(Task<T> task) {
  boost::asio::io_context loop{1};
  std::optional<T> value;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failed, T got) {
    if (failed) std::rethrow_exception(failed);
    value.emplace(std::move(got));
  });
  loop.run();
  return std::move(*value);
}
void run(Task<void> task) {
  boost::asio::io_context loop{1};
  boost::asio::co_spawn(loop, std::move(task), [](std::exception_ptr failed) {
    if (failed) std::rethrow_exception(failed);
  });
  loop.run();
}
void need(Result<void> result) {
  if (!result) throw std::runtime_error(result.error().text);
}
template <class T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text);
  return std::move(*result);
}

std::string destination(std::uint64_t number) { return "d" + std::to_string(number % kDestinations) + ".example"; }

struct EasyHops final : NextHops {
  Task<Result<NextHop>> find(std::string domain) override {
    NextHop hop{.hosts = {}, .destination = domain};
    hop.hosts.push_back({.name = "mx." + domain});
    co_return hop;
  }
  std::string way(std::string_view domain) const override { return std::string(domain); }
};
struct EasyRelay final : relay::Relay {
  Task<Result<relay::Outcome>> send(relay::Host host, relay::Job job) override {
    ++sent;
    co_return relay::Outcome{
        .answers = std::vector<relay::Answer>(job.recipients.size(), relay::Answer{250, "2.0.0", "taken"}),
        .reached = true,
        .host = host.name};
  }
  std::uint64_t sent = 0;
};

/// A folder of its own, gone at the end.
struct Folder {
  Folder() {
    auto name = (std::filesystem::temp_directory_path() / "paraph-queue-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

/// One process over a store.
struct Process {
  explicit Process(const std::filesystem::path& folder)
      : store(need(store::rocks::open({.data_dir = folder, .sync = false}))) {}
  Neighbours neighbours() {
    return {.store = *store,
            .accounts = accounts,
            .mailboxes = mailboxes,
            .messages = messages,
            .outbound = outbound,
            .random = random,
            .clock = clock};
  }
  /// A message for one recipient, as a submission brings it.
  Task<Result<void>> enqueue(std::uint64_t number) {
    service::Receiver receiver(*store, clock, 1 << 20);
    PARAPH_CO_CHECK(co_await receiver.feed("Message-ID: <" + std::to_string(number) + "@x>\r\n\r\nhello\r\n"));
    PARAPH_CO_TRY(auto message, co_await receiver.finish());
    std::vector<service::Elsewhere> to;
    to.push_back({.recipient = {.address = {"carol", destination(number)}}});
    const auto items = service::prepare_items(message, to, {.arrived = clock.now()});
    const auto along = [&](store::Batch& batch, const std::vector<mail::Entry>&) {
      return outbound.add(batch, message, items);
    };
    std::vector<service::Target> nowhere;
    PARAPH_CO_CHECK(co_await mailboxes.append_or_keep(message, std::move(nowhere), along));
    co_return Result<void>();
  }
  Task<Result<void>> enqueue_many(int count) {
    for (int i = 0; i < count; ++i) {
      PARAPH_CO_CHECK(co_await enqueue(++enqueued));
    }
    co_return Result<void>();
  }

  std::unique_ptr<store::Store> store;
  FakeClock clock{kNow};
  crypto::SeededRandom random{1};
  Limits limits;
  service::Accounts accounts{*store, clock, limits};
  service::Mailboxes mailboxes{*store, clock, limits};
  service::Messages messages{*store, 1 << 20};
  service::Outbound outbound{*store};
  EasyHops hops;
  EasyRelay relay;
  net::Gate gate;
  Queue queue{neighbours(), hops, relay, gate, {.node = "bench"}};
  std::uint64_t enqueued = 0;
};

/// `count` items that wait for some hours.
void fill(store::Store& store, std::uint64_t count) {
  for (std::uint64_t done = 0; done < count; done += kItemsPerBatch) {
    store::Batch batch;
    std::map<std::string, std::string> bells;
    for (std::uint64_t i = done; i < std::min(count, done + kItemsPerBatch); ++i) {
      const record::ItemId id{kFirstItem + i};
      record::Queued item{.destination = destination(i),
                          .message = MessageId{kFirstItem},
                          .reverse_path = {"alice", "example.org"},
                          .arrived = kNow,
                          .due = kNow + std::chrono::seconds(3600 + i % 14400),
                          .tries = 1,
                          .message_id = "<" + std::to_string(i) + "@example.org>"};
      item.recipients.push_back({.recipient = {{"carol", item.destination}}, .code = 451, .text = "later", .at = kNow});
      batch.writes.push_back({record::queued_key(id.value), record::format_queued(item)});
      for (auto& key : service::finding_keys(id, item)) batch.writes.push_back({std::move(key), ""});
      bells[record::bell_key(*service::bell_due(item), item.destination)] = "12345678";
    }
    for (auto& [key, token] : bells) batch.writes.push_back({key, token});
    need(run(store.commit(std::move(batch))));
  }
}

/// Filled once for each number.
std::filesystem::path filled(std::int64_t count) {
  static std::map<std::int64_t, std::unique_ptr<Folder>> folders;
  auto& folder = folders[count];
  if (!folder) {
    folder = std::make_unique<Folder>();
    Process process(folder->path);
    fill(*process.store, static_cast<std::uint64_t>(count));
  }
  return folder->path;
}

double resident_megabytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

void enqueue(benchmark::State& state) {
  Process process(filled(state.range(0)));
  for (auto _ : state) need(run(process.enqueue_many(kAtOnce)));
  state.SetItemsProcessed(state.iterations() * kAtOnce);
  run(process.queue.run_due());  // the next one finds as many as before
}

void take_and_finish(benchmark::State& state) {
  Process process(filled(state.range(0)));
  for (auto _ : state) {
    state.PauseTiming();
    need(run(process.enqueue_many(kAtOnce)));
    const auto before = process.relay.sent;
    state.ResumeTiming();
    run(process.queue.run_due());
    if (process.relay.sent != before + kAtOnce) state.SkipWithError("not all were delivered");
  }
  state.SetItemsProcessed(state.iterations() * kAtOnce);
}

/// The store is opened, what was taken is put back, and what is due is looked for. `megabytes`: what the
/// process has then, with what filling the store left behind.
void start(benchmark::State& state) {
  const auto folder = filled(state.range(0));
  double most = 0;
  for (auto _ : state) {
    Process process(folder);
    need(run(process.queue.recover()));
    run(process.queue.run_due());
    most = std::max(most, resident_megabytes());
  }
  state.counters["megabytes"] = most;
}

BENCHMARK(start)->Arg(1'000)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(enqueue)->Arg(1'000)->Arg(1'000'000)->Iterations(10)->Unit(benchmark::kMillisecond);
BENCHMARK(take_and_finish)->Arg(1'000)->Arg(1'000'000)->Iterations(10)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace paraph::queue

BENCHMARK_MAIN();
