// Commits a second: 20 sessions on two event loops, each batch a 46 KB blob and four small keys. The raw figure of the
// disk beside it.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

#include "crypto/sha256.h"
#include "store/rocks/rocks_store.h"

namespace {

using namespace paraph;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t kBlobBytes = 46'000;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Octets that no compression shrinks, other for each number.
std::string blob_octets(std::uint64_t number) {
  std::string octets(kBlobBytes, '\0');
  std::uint64_t state = number * 0x9E3779B97F4A7C15u + 1;
  for (std::size_t i = 0; i + 8 <= octets.size(); i += 8) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    std::memcpy(octets.data() + i, &state, 8);
  }
  return octets;
}

store::Batch message(std::uint64_t number) {
  store::Batch batch;
  std::string octets = blob_octets(number);
  // The store believes the name, and what SHA-256 costs is not the store's.
  BlobId id;
  std::memcpy(id.digest.data(), octets.data(), id.digest.size());
  batch.retains.push_back(id);
  batch.blobs.push_back({id, std::move(octets)});
  const std::string n = std::to_string(number);
  batch.writes.push_back({"m" + n, std::string(1600, 'r')});
  batch.writes.push_back({"e" + n, std::string(40, 'e')});
  batch.writes.push_back({"c" + n, std::string(10, 'c')});
  batch.adds.push_back({"q" + std::to_string(number % 100), static_cast<std::int64_t>(kBlobBytes)});
  batch.topics.push_back(number % 100);
  return batch;
}

Task<void> session(store::Store& store, std::uint64_t from, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    store::Batch batch = message(from + i);
    const auto done = co_await store.commit(std::move(batch));
    if (!done) std::fprintf(stderr, "commit: %s\n", done.error().text.c_str());
  }
}

void measure(store::Store& store, unsigned sessions, std::uint64_t each, std::uint64_t base) {
  const auto before = store.counters();
  const double cpu = cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (unsigned loop = 0; loop < 2; ++loop) {
      threads.emplace_back([&, loop] {
        boost::asio::io_context io(1);
        for (unsigned s = loop; s < sessions; s += 2) {
          boost::asio::co_spawn(io, session(store, base + s * each, each), boost::asio::detached);
        }
        io.run();
      });
    }
  }
  const Seconds took = std::chrono::steady_clock::now() - start;
  const auto after = store.counters();
  const auto batches = static_cast<double>(after.batches - before.batches);
  std::printf("%2u sessions: %.0f batches/s, %.3f syncs a batch, %.3f ms CPU a batch, %.2f ms each\n", sessions,
              batches / took.count(), static_cast<double>(after.syncs - before.syncs) / batches,
              (cpu_seconds() - cpu) * 1000 / batches, took.count() * 1000 * sessions / batches);
}

/// What the disk itself does: 16 blobs of 46 KB appended, then a sync.
void measure_disk(const std::filesystem::path& folder) {
  const int file = ::open((folder / "raw").c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  const std::string piece = blob_octets(1);
  const auto start = std::chrono::steady_clock::now();
  constexpr int kGroups = 200;
  for (int g = 0; g < kGroups; ++g) {
    for (int i = 0; i < 16; ++i) {
      if (::write(file, piece.data(), piece.size()) < 0) std::perror("write");
    }
    ::fdatasync(file);
  }
  const Seconds took = std::chrono::steady_clock::now() - start;
  ::close(file);
  std::printf("disk: %.0f appended blobs/s in groups of 16 with a sync each\n", kGroups * 16 / took.count());
}

std::uint64_t bytes_in(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) bytes += file.file_size();
  }
  return bytes;
}

}  // namespace

int main(int count, char** arguments) {
  const std::filesystem::path folder = count > 1 ? arguments[1] : "commit_bench.data";
  const std::uint64_t each = count > 2 ? std::stoull(arguments[2]) : 1000;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  measure_disk(folder);
  {
    auto store = paraph::store::rocks::open({.data_dir = folder});
    if (!store) return std::fprintf(stderr, "%s\n", store.error().text.c_str()), 1;
    measure(**store, 1, each, 0);
    measure(**store, 20, each, 1'000'000'000);
    std::printf("open: %.3f of the octets stored\n",
                static_cast<double>(bytes_in(folder / "store")) / (21.0 * static_cast<double>(each * kBlobBytes)));
  }
  std::printf("closed: %.3f of the octets stored\n",
              static_cast<double>(bytes_in(folder / "store")) / (21.0 * static_cast<double>(each * kBlobBytes)));
  std::filesystem::remove_all(folder);
}
