#pragma once
// For tests and benchmarks: a store on disk in which many items wait.
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "queue/testing.h"
#include "service/queue_rows.h"
#include "store/rocks/rocks_store.h"

namespace paraph::queue {

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
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path path;
};

inline constexpr std::uint64_t kManyDestinations = 100;

inline std::string many_destination(std::uint64_t number) {
  return "d" + std::to_string(number % kManyDestinations) + ".example";
}

/// When what waits is due: it was put off and waits for one to five hours, or it came in the last hour and nobody was
/// there to deliver it.
enum class Due { InHours, Now };

/// `count` items with a message each, evenly for a hundred destinations. Their numbers are far from those that the
/// services give.
inline void fill_waiting(store::Store& store, std::uint64_t count, Due due) {
  constexpr std::uint64_t kPerBatch = 1000;
  constexpr std::uint64_t kFirst = 1'000'000'000;
  constexpr std::uint64_t kHour = 3600;
  QueueWorld world(&store);
  const auto now = world.clock.now();
  const auto message = record::format_message(world.message("Subject: hello\r\n\r\nhello\r\n").record);
  for (std::uint64_t done = 0; done < count; done += kPerBatch) {
    store::Batch batch;
    std::map<std::string, std::string> bells;
    for (std::uint64_t i = done; i < std::min(count, done + kPerBatch); ++i) {
      const record::ItemId id{kFirst + i};
      record::Queued item{.destination = many_destination(i),
                          .message = MessageId{id.value},
                          .alone = true,
                          .reverse_path = {"alice", "example.org"},
                          .arrived = now - std::chrono::seconds(kHour - i * kHour / count),
                          .message_id = "<" + std::to_string(i) + "@example.org>"};
      item.due = due == Due::Now ? item.arrived : now + std::chrono::seconds(kHour + i % (4 * kHour));
      item.recipients.push_back({.recipient = {{"carol", item.destination}}, .code = 451, .text = "later", .at = now});
      batch.writes.push_back({record::queued_key(id.value), record::format_queued(item)});
      for (auto& key : service::finding_keys(id, item)) batch.writes.push_back({std::move(key), ""});
      batch.writes.push_back({record::message_key(item.message), message});
      bells[record::bell_key(due == Due::Now ? 0 : *service::bell_due(item), item.destination)] = "12345678";
    }
    for (auto& [key, token] : bells) batch.writes.push_back({key, token});
    service::done(store.commit(std::move(batch)));
  }
}

/// One process over a store on disk in which many items wait.
struct ManyWaiting {
  enum class Counts { No, Reads };
  /// Commits are not synced: what is asked is what the work costs.
  explicit ManyWaiting(const std::filesystem::path& folder, Counts counts = Counts::No)
      : store(service::ok(
            store::rocks::open({.data_dir = folder, .sync = false, .counts_reads = counts == Counts::Reads}))),
        world(store.get()) {}

  /// Messages for one recipient each, as submissions bring them.
  void enqueue(std::uint64_t count) { service::done(enqueue_many(count)); }
  Task<Result<void>> enqueue_many(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      ++enqueued;
      PARAPH_CO_TRY(auto made, co_await world.receive("Message-ID: <" + std::to_string(enqueued) +
                                                      "@example.org>\r\n\r\nhello\r\n"));
      std::vector<service::Elsewhere> to;
      to.push_back({.recipient = {.address = {"carol", many_destination(enqueued)}}});
      service::Departure departure{.arrived = world.clock.now()};
      std::vector<service::Target> nowhere;
      PARAPH_CO_CHECK(co_await world.send_to(made, std::move(to), std::move(departure), std::move(nowhere)));
    }
    co_return Result<void>();
  }
  /// Delivers what is due. Returns how many items that were.
  std::size_t deliver() {
    world.relay.calls.clear();
    world.run_due();
    return world.relay.calls.size();
  }

  /// Delivers some of it, and ends: at least `count`. Returns how many.
  std::size_t deliver_some(std::size_t count) {
    world.relay.calls.clear();
    world.relay.script = [this, count](const relay::Host& host, const relay::Job& job) {
      if (world.relay.calls.size() + 1 >= count) world.queue->stop();
      return FakeRelay::take(host, job);
    };
    world.run_due();
    return world.relay.calls.size();
  }
  /// Begins anew: what was taken and not delivered waits again.
  void begin_anew() {
    world.restart();
    world.recover();
  }

  std::unique_ptr<store::Store> store;
  QueueWorld world;
  std::uint64_t enqueued = 0;
};

}  // namespace paraph::queue
