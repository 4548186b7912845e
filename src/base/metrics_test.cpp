#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace paraph {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, are_told_in_the_order_of_their_names) {
  Metrics metrics;
  metrics.counter("paraph_b_total", "Second letter.", {{"kind", "x"}}).add(2);
  metrics.gauge("paraph_a", "First letter.").set(-3);
  metrics.counter("paraph_b_total", "Second letter.", {{"kind", "y"}}).add();
  EXPECT_EQ(metrics.exposition(),
            "# HELP paraph_b_total Second letter.\n"
            "# TYPE paraph_b_total counter\n"
            "paraph_b_total{kind=\"x\"} 2\n"
            "paraph_b_total{kind=\"y\"} 1\n"
            "# HELP paraph_a First letter.\n"
            "# TYPE paraph_a gauge\n"
            "paraph_a -3\n");
}

TEST(Metrics, the_same_name_and_labels_are_the_same_counter) {
  Metrics metrics;
  auto& first = metrics.counter("paraph_x_total", "X.", {{"a", "1"}});
  EXPECT_EQ(&first, &metrics.counter("paraph_x_total", "X.", {{"a", "1"}}));
  EXPECT_NE(&first, &metrics.counter("paraph_x_total", "X.", {{"a", "2"}}));
}

TEST(Metrics, a_label_cannot_end_its_line) {
  Metrics metrics;
  metrics.counter("paraph_x_total", "X.", {{"source", "a\"b\\c\nd"}});
  EXPECT_THAT(metrics.exposition(), HasSubstr("paraph_x_total{source=\"a\\\"b\\\\c\\nd\"} 0\n"));
}

TEST(Metrics, a_histogram_sums_its_buckets_up) {
  Metrics metrics;
  auto& took = metrics.histogram("paraph_wait_seconds", "Waits.", {{"source", "local"}});
  took.observe(std::chrono::microseconds(100));  // a bound belongs to its bucket
  took.observe(std::chrono::milliseconds(2));
  took.observe(std::chrono::seconds(60));
  took.observe(std::chrono::nanoseconds(-1));
  const auto text = metrics.exposition();
  EXPECT_THAT(text, HasSubstr("# TYPE paraph_wait_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("paraph_wait_seconds_bucket{source=\"local\",le=\"0.0001\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("paraph_wait_seconds_bucket{source=\"local\",le=\"0.001\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("paraph_wait_seconds_bucket{source=\"local\",le=\"0.0025\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("paraph_wait_seconds_bucket{source=\"local\",le=\"10\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("paraph_wait_seconds_bucket{source=\"local\",le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("paraph_wait_seconds_sum{source=\"local\"} 60.0021\n"));
  EXPECT_THAT(text, HasSubstr("paraph_wait_seconds_count{source=\"local\"} 4\n"));
}

TEST(Metrics, what_is_counted_elsewhere_is_asked_at_each_look) {
  Metrics metrics;
  std::uint64_t syncs = 1;
  metrics.counter_from("paraph_syncs_total", "Syncs.", [&] { return syncs; });
  EXPECT_THAT(metrics.exposition(), HasSubstr("paraph_syncs_total 1\n"));
  syncs = 7;
  EXPECT_THAT(metrics.exposition(), HasSubstr("paraph_syncs_total 7\n"));
}

TEST(Metrics, threads_lose_no_count) {
  Metrics metrics;
  auto& counter = metrics.counter("paraph_x_total", "X.");
  const auto count = [&] {
    for (int i = 0; i < 10'000; ++i) counter.add();
  };
  std::thread other(count);
  count();
  other.join();
  EXPECT_THAT(metrics.exposition(), HasSubstr("paraph_x_total 20000\n"));
}

}  // namespace
}  // namespace paraph
