// What acquiring from a warm cache adds to a deposit, by Google Benchmark: `paraph_acquire_bench`.
#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "media/none/none_media.h"
#include "net/gate.h"
#include "net/worker_pool.h"
#include "service/acquire.h"
#include "service/remote_source.h"
#include "store/memory/memory_store.h"

namespace paraph::service {
namespace {

constexpr std::size_t kTextBytes = 1024, kHtmlBytes = 4096;

/// Has a signature of the usual size for everybody.
class EasyRemote final : public source::Remote {
 public:
  const std::string& name() const& override { return name_; }
  Result<source::Fetched> fetch(const std::string&, const std::string&) override {
    source::Fetched fetched;
    for (std::size_t i = 0; i < kTextBytes / 64; ++i) fetched.text += std::string(63, 'x') + '\n';
    fetched.html = "<p>" + std::string(kHtmlBytes, 'y') + "</p>";
    return fetched;
  }

 private:
  std::string name_ = "easy";
};

struct World {
  store::memory::MemoryStore store;
  media::none::NoneMedia media;
  SystemClock clock;
  crypto::SeededRandom random{1};
  Limits limits;
  net::Gate gate;
  EasyRemote remote;
  net::WorkerPool pool{1, 8};
  RemoteSource source{
      remote, {.store = store, .media = media, .clock = clock, .random = random, .limits = limits, .gate = gate}, pool};
};

Task<void> repeat(Acquirer& acquirer, benchmark::State& state) {
  for (auto _ : state) {
    auto answer = co_await acquirer.acquire("alice@example.org");
    benchmark::DoNotOptimize(answer);
  }
}

void run(std::vector<source::Source*> sources, benchmark::State& state) {
  Acquirer acquirer(std::move(sources), std::chrono::seconds(5));
  boost::asio::io_context loop{1};
  boost::asio::co_spawn(loop, repeat(acquirer, state), [](std::exception_ptr) {});
  loop.run();
}

void no_source(benchmark::State& state) { run({}, state); }

void warm_source(benchmark::State& state) {
  World world;
  boost::asio::io_context loop{1};
  boost::asio::co_spawn(loop, world.source.acquire("alice@example.org"),
                        [](std::exception_ptr, Result<source::Acquired>) {});
  loop.run();
  run({&world.source}, state);
  if (world.source.counters().requests != 1) state.SkipWithError("it was not warm");
}

BENCHMARK(no_source);
BENCHMARK(warm_source);

}  // namespace
}  // namespace paraph::service

BENCHMARK_MAIN();
