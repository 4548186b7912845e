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

/// `count` items that were put off and wait for one to five hours, evenly for a hundred destinations. Their numbers are
/// far from those that the services give.
inline void fill_waiting(store::Store& store, std::uint64_t count, Time now) {
  constexpr std::uint64_t kPerBatch = 1000;
  constexpr std::uint64_t kFirst = 1'000'000'000;
  for (std::uint64_t done = 0; done < count; done += kPerBatch) {
    store::Batch batch;
    std::map<std::string, std::string> bells;
    for (std::uint64_t i = done; i < std::min(count, done + kPerBatch); ++i) {
      const record::ItemId id{kFirst + i};
      record::Queued item{.destination = many_destination(i),
                          .message = MessageId{kFirst},
                          .reverse_path = {"alice", "example.org"},
                          .arrived = now,
                          .due = now + std::chrono::seconds(3600 + i % 14400),
                          .tries = 1,
                          .message_id = "<" + std::to_string(i) + "@example.org>"};
      item.recipients.push_back({.recipient = {{"carol", item.destination}}, .code = 451, .text = "later", .at = now});
      batch.writes.push_back({record::queued_key(id.value), record::format_queued(item)});
      for (auto& key : service::finding_keys(id, item)) batch.writes.push_back({std::move(key), ""});
      bells[record::bell_key(*service::bell_due(item), item.destination)] = "12345678";
    }
    for (auto& [key, token] : bells) batch.writes.push_back({key, token});
    service::done(store.commit(std::move(batch)));
  }
}

/// One process over a store on disk in which many items wait.
struct ManyWaiting {
  /// Commits are not synced: what is asked is what the work costs.
  explicit ManyWaiting(const std::filesystem::path& folder)
      : store(service::ok(store::rocks::open({.data_dir = folder, .sync = false}))), world(store.get()) {}

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

  std::unique_ptr<store::Store> store;
  QueueWorld world;
  std::uint64_t enqueued = 0;
};

}  // namespace paraph::queue
