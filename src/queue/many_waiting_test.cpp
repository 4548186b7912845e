// What waits costs what leaves nothing: counted in keys of RocksDB, which is the same on every machine.
#include "queue/many_waiting_test.h"

#include <gmock/gmock.h>
#include <rocksdb/perf_context.h>

namespace paraph::queue {
namespace {

constexpr std::uint64_t kFew = 1'000;
constexpr std::uint64_t kMany = 10'000;
constexpr int kRounds = 6;
/// One for each destination, so that each is looked at once in a round.
constexpr std::uint64_t kAtOnce = kManyDestinations;

/// Of the reads on the queue's own thread, an item.
struct Keys {
  std::uint64_t compared = 0;
  std::uint64_t skipped = 0;  ///< erased, or old values
};

/// Messages come and are delivered, while `waiting` others wait. Returns what the last delivery cost.
Keys keys_of_delivery(std::uint64_t waiting) {
  const Folder folder;
  ManyWaiting process(folder.path, ManyWaiting::Counts::Reads);
  fill_waiting(*process.store, waiting, Due::InHours);
  const auto& counts = *rocksdb::get_perf_context();
  for (int round = 0; round < kRounds; ++round) {
    process.enqueue(kAtOnce);
    rocksdb::get_perf_context()->Reset();
    EXPECT_EQ(process.deliver(), kAtOnce);
  }
  return {.compared = counts.user_key_comparison_count / kAtOnce,
          .skipped = (counts.internal_key_skipped_count + counts.internal_delete_skipped_count) / kAtOnce};
}

TEST(QueueMany, WhatWaitsCostsADeliveryLittle) {
  const auto few = keys_of_delivery(kFew);
  const auto many = keys_of_delivery(kMany);
  // Each round before left an erased row for each destination, and erased bells.
  constexpr std::uint64_t kSkippedMax = 7 * kRounds;
  EXPECT_GT(few.compared, 0u);
  EXPECT_LE(few.skipped, kSkippedMax);
  EXPECT_LE(many.skipped, kSkippedMax);
  EXPECT_LE(many.compared, few.compared * 2) << few.compared;
}

}  // namespace
}  // namespace paraph::queue
