// What the queue costs with few and with many waiting items, on RocksDB: `paraph_queue_bench [ROUNDS] [MANY] [FEW]`.
// First they wait for hours, while new ones come and go; then all are due, and the oldest go.
// Both stores are open at once and take turns, so that what else the machine does meets both; medians are compared.
// Commits are not synced: this is the cost of the work, not of the disk.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "queue/many_waiting_test.h"

namespace paraph::queue {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::uint64_t kAtOnce = 500;
constexpr std::uint64_t kOldest = 10'000;

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double resident_megabytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// What filling left to do in the background is not to be counted against what follows.
void wait_until_idle() {
  constexpr std::chrono::milliseconds kStep{500};
  for (int calm = 0, steps = 0; calm < 3 && steps < 240; ++steps) {
    const double before = cpu_seconds();
    std::this_thread::sleep_for(kStep);
    calm = cpu_seconds() - before < 0.01 ? calm + 1 : 0;
  }
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// One kind of work, a figure for each round.
struct Series {
  std::vector<double> wall, cpu;

  /// `work` answers how many items it was about.
  template <class Work>
  void measure(Work work) {
    const double cpu_before = cpu_seconds();
    const auto before = Steady::now();
    const auto items = static_cast<double>(work());
    wall.push_back(std::chrono::duration<double>(Steady::now() - before).count() / items);
    cpu.push_back((cpu_seconds() - cpu_before) / items);
  }
};

struct Side {
  Side(std::uint64_t waiting, Due due) {
    const auto store = service::ok(store::rocks::open({.data_dir = folder.path, .sync = false}));
    fill_waiting(*store, waiting, due);
    wait_until_idle();
  }
  void start(std::uint64_t waiting) {
    const auto before = Steady::now();
    process = std::make_unique<ManyWaiting>(folder.path);
    process->world.recover();
    process->deliver();
    const std::chrono::duration<double, std::milli> took = Steady::now() - before;
    fmt::print("start with {}: {:.0f} ms, {:.0f} MB\n", waiting, took.count(), resident_megabytes());
    std::fflush(stdout);
  }

  Folder folder;
  std::unique_ptr<ManyWaiting> process;
  Series enqueue, deliver;
};

void enqueue(Side& side) {
  side.enqueue.measure([&] {
    side.process->enqueue(kAtOnce);
    return kAtOnce;
  });
}
void deliver(Side& side) {
  side.deliver.measure([&] {
    if (side.process->deliver() != kAtOnce) throw std::runtime_error("not all were delivered");
    return kAtOnce;
  });
}
/// A queue takes up to 20 of each destination before it delivers them: `count` is all that there is, or so many that
/// what is taken and not delivered in the end weighs little.
void deliver_oldest(Side& side, std::size_t count) {
  std::size_t gone = 0;
  side.deliver.measure([&] { return gone = side.process->deliver_some(count); });
  side.process->begin_anew();
  side.process->enqueue(gone);  // as many wait as before
}

void print(const char* what, const Series& few, const Series& many) {
  const auto row = [&](const char* unit, double scale, const std::vector<double>& a, const std::vector<double>& b) {
    const double x = median(a) * scale;
    const double y = median(b) * scale;
    fmt::print("{:8} {:32} {:8.1f} {:8.1f}  ratio {:.2f}\n", what, unit, x, y, x == 0 ? 1.0 : y / x);
  };
  row("us", 1e6, few.wall, many.wall);
  row("us of processor", 1e6, few.cpu, many.cpu);
}

/// The two sides take turns at beginning a round.
template <class Work>
void in_turns(int rounds, Side& few, Side& many, Work work) {
  for (int round = 0; round < rounds; ++round) round % 2 == 0 ? work(few, many) : work(many, few);
}

struct Numbers {
  int rounds;
  std::uint64_t many, few;
};

void run_waiting(const Numbers& numbers) {
  Side few(numbers.few, Due::InHours), many(numbers.many, Due::InHours);
  few.start(numbers.few);
  many.start(numbers.many);
  wait_until_idle();
  in_turns(numbers.rounds, few, many, [](Side& one, Side& other) {
    enqueue(one), enqueue(other);
    deliver(one), deliver(other);
  });
  print("enqueue", few.enqueue, many.enqueue);
  print("deliver", few.deliver, many.deliver);
}

void run_due(const Numbers& numbers) {
  Side few(numbers.few, Due::Now), many(numbers.many, Due::Now);
  for (auto* side : {&few, &many}) side->process = std::make_unique<ManyWaiting>(side->folder.path);
  wait_until_idle();
  const auto count = [&](const Side& side) { return &side == &few ? numbers.few : std::min(numbers.many, kOldest); };
  in_turns(numbers.rounds, few, many, [&](Side& one, Side& other) {
    deliver_oldest(one, count(one));
    deliver_oldest(other, count(other));
  });
  print("oldest", few.deliver, many.deliver);
}

}  // namespace
}  // namespace paraph::queue

int main(int count, char** arguments) {
  const auto number = [&](int at, std::uint64_t otherwise) {
    return count > at ? std::stoull(arguments[at]) : otherwise;
  };
  const paraph::queue::Numbers numbers{
      .rounds = static_cast<int>(number(1, 101)), .many = number(2, 1'000'000), .few = number(3, 1'000)};
  paraph::queue::run_waiting(numbers);
  paraph::queue::run_due(numbers);
  fmt::print("in the end {:.0f} MB\n", paraph::queue::resident_megabytes());
}
