#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace paraph {

/// Counts what happened; only rises. Any thread, without a lock.
class Counter {
 public:
  void add(std::uint64_t number = 1) { value_.fetch_add(number, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// What there is now. Any thread, without a lock.
class Gauge {
 public:
  void add(std::int64_t number = 1) { value_.fetch_add(number, std::memory_order_relaxed); }
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// How long things took: buckets from 100 microseconds to 10 seconds. Any thread, without a lock; the buckets of a
/// reading may be an observation ahead of its sum.
class Histogram {
 public:
  using Duration = std::chrono::nanoseconds;
  static constexpr std::array<Duration, 16> kBounds{
      std::chrono::microseconds(100),  std::chrono::microseconds(250),  std::chrono::microseconds(500),
      std::chrono::microseconds(1000), std::chrono::microseconds(2500), std::chrono::milliseconds(5),
      std::chrono::milliseconds(10),   std::chrono::milliseconds(25),   std::chrono::milliseconds(50),
      std::chrono::milliseconds(100),  std::chrono::milliseconds(250),  std::chrono::milliseconds(500),
      std::chrono::milliseconds(1000), std::chrono::milliseconds(2500), std::chrono::milliseconds(5000),
      std::chrono::milliseconds(10000)};

  void observe(Duration took);
  /// How many took at most kBounds[i], not more than any bound before; the last one: longer than all.
  std::uint64_t bucket(std::size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }
  Duration sum() const { return Duration(sum_.load(std::memory_order_relaxed)); }

 private:
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> buckets_{};
  std::atomic<std::int64_t> sum_{0};
};

/// What a server counts about itself, for Prometheus. Made once and handed on by reference; outlives whoever counts.
/// Counters and their kin are asked for once, when things are put together, and stay where they are: using them takes
/// no lock. Asking again for the same name and labels gives the same one. Names begin with "paraph_" and hold letters,
/// digits and "_"; those of counters end in "_total", those of histograms in "_seconds". All of one name have the same
/// kind (asserted). Labels come from a fixed set: never from a peer. Any thread.
class Metrics {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;
  Metrics() = default;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// `help` is one line, without backslash.
  Counter& counter(const std::string& name, const std::string& help, Labels labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, Labels labels = {});
  Histogram& histogram(const std::string& name, const std::string& help, Labels labels = {});
  /// A counter that is kept elsewhere: `read` is called, under a lock, whenever somebody looks; it must not wait, nor
  /// come back here. What it refers to outlives the last look.
  void counter_from(const std::string& name, const std::string& help, std::function<std::uint64_t()> read,
                    Labels labels = {});

  /// Everything, in the text format 0.0.4 (`text/plain; version=0.0.4`), in the order of the first request for each
  /// name.
  std::string exposition() const;

 private:
  enum class Kind : std::uint8_t { Counter, Gauge, Histogram };
  struct Series {
    Labels labels;
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
    std::function<std::uint64_t()> read;
  };
  struct Family {
    Kind kind;
    std::string name, help;
    std::deque<Series> series;
  };
  Series& series(Kind kind, const std::string& name, const std::string& help, Labels labels);
  static void append(std::string& out, const Family& family, const Series& series);

  mutable std::mutex mutex_;
  std::deque<Family> families_;
};

}  // namespace paraph
