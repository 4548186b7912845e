#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/assert.h"

namespace paraph {
namespace {

constexpr std::string_view kKinds[] = {"counter", "gauge", "histogram"};

double seconds(Histogram::Duration duration) { return std::chrono::duration<double>(duration).count(); }

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

/// `{a="b",le="0.5"}`; nothing without labels. `bound` is that of a bucket, or empty.
std::string label_text(const Metrics::Labels& labels, std::string_view bound = {}) {
  std::string inside;
  for (const auto& [name, value] : labels)
    inside += fmt::format("{}{}=\"{}\"", inside.empty() ? "" : ",", name, escaped(value));
  if (!bound.empty()) inside += fmt::format("{}le=\"{}\"", inside.empty() ? "" : ",", bound);
  return inside.empty() ? "" : "{" + inside + "}";
}

}  // namespace

void Histogram::observe(Duration took) {
  took = std::max(took, Duration(0));
  const auto bound = std::ranges::lower_bound(kBounds, took);
  buckets_[static_cast<std::size_t>(bound - kBounds.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(took.count(), std::memory_order_relaxed);
}

Metrics::Series& Metrics::series(Kind kind, const std::string& name, const std::string& help, Labels labels) {
  auto family = std::ranges::find(families_, name, &Family::name);
  if (family == families_.end()) {
    families_.push_back({.kind = kind, .name = name, .help = help, .series = {}});
    family = std::prev(families_.end());
  }
  PARAPH_ASSERT(family->kind == kind);
  const auto known = std::ranges::find(family->series, labels, &Series::labels);
  if (known != family->series.end()) return *known;
  auto& made = family->series.emplace_back();
  made.labels = std::move(labels);
  return made;
}

Counter& Metrics::counter(const std::string& name, const std::string& help, Labels labels) {
  const std::lock_guard lock(mutex_);
  auto& found = series(Kind::Counter, name, help, std::move(labels));
  if (!found.counter) found.counter = std::make_unique<Counter>();
  return *found.counter;
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help, Labels labels) {
  const std::lock_guard lock(mutex_);
  auto& found = series(Kind::Gauge, name, help, std::move(labels));
  if (!found.gauge) found.gauge = std::make_unique<Gauge>();
  return *found.gauge;
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help, Labels labels) {
  const std::lock_guard lock(mutex_);
  auto& found = series(Kind::Histogram, name, help, std::move(labels));
  if (!found.histogram) found.histogram = std::make_unique<Histogram>();
  return *found.histogram;
}

void Metrics::counter_from(const std::string& name, const std::string& help, std::function<std::uint64_t()> read,
                           Labels labels) {
  const std::lock_guard lock(mutex_);
  series(Kind::Counter, name, help, std::move(labels)).read = std::move(read);
}

void Metrics::append(std::string& out, const Family& family, const Series& series) {
  const auto labels = label_text(series.labels);
  if (series.read) out += fmt::format("{}{} {}\n", family.name, labels, series.read());
  if (series.counter) out += fmt::format("{}{} {}\n", family.name, labels, series.counter->value());
  if (series.gauge) out += fmt::format("{}{} {}\n", family.name, labels, series.gauge->value());
  if (!series.histogram) return;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i <= Histogram::kBounds.size(); ++i) {
    const bool last = i == Histogram::kBounds.size();
    count += series.histogram->bucket(i);
    const auto bound = last ? std::string("+Inf") : fmt::format("{}", seconds(Histogram::kBounds[i]));
    out += fmt::format("{}_bucket{} {}\n", family.name, label_text(series.labels, bound), count);
  }
  out +=
      fmt::format("{0}_sum{1} {2}\n{0}_count{1} {3}\n", family.name, labels, seconds(series.histogram->sum()), count);
}

std::string Metrics::exposition() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& family : families_) {
    const auto kind = kKinds[static_cast<std::size_t>(family.kind)];
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", family.name, family.help, kind);
    for (const auto& series : family.series) append(out, family, series);
  }
  return out;
}

}  // namespace paraph
