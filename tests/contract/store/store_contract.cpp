#include "store_contract.h"

#include <rocksdb/file_system.h>

#include <atomic>

#include "folder.h"
#include "store/memory/memory_store.h"
#include "store/rocks/page_cache_files.h"
#include "store/rocks/rocks_store.h"

namespace paraph::store {
namespace {

class MemoryEngine final : public Engine {
 public:
  Store& store() override { return store_; }
  bool reopen() override { return false; }
  bool damage(const BlobId& id, std::optional<std::string> octets) override {
    store_.damage_blob(id, std::move(octets));
    return true;
  }

 private:
  memory::MemoryStore store_;
};

class RocksEngine final : public Engine {
 public:
  explicit RocksEngine(std::shared_ptr<rocksdb::FileSystem> files) : files_(std::move(files)) { open(); }
  Store& store() override { return *store_; }
  bool reopen() override {
    store_.reset();
    open();
    return true;
  }
  bool damage(const BlobId&, std::optional<std::string>) override { return false; }

 private:
  void open() { store_ = rocks::open({.data_dir = folder_.path(), .files = files_}).value(); }

  tests::Folder folder_;
  std::shared_ptr<rocksdb::FileSystem> files_;
  std::unique_ptr<Store> store_;
};

/// Nothing is ever in the page cache: every read that is not in RocksDB's own memory goes through the pool.
class ColdFiles final : public rocksdb::FileSystemWrapper {
 public:
  ColdFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "cold"; }
  rocksdb::IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override {
    auto status = FileSystemWrapper::NewRandomAccessFile(name, options, file, debug);
    if (status.ok()) *file = std::make_unique<ColdFile>(std::move(*file));
    return status;
  }

 private:
  class ColdFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
   public:
    using FSRandomAccessFileOwnerWrapper::FSRandomAccessFileOwnerWrapper;
    rocksdb::IOStatus Read(std::uint64_t offset, std::size_t n, const rocksdb::IOOptions& options,
                           rocksdb::Slice* result, char* scratch, rocksdb::IODebugContext* debug) const override {
      if (rocks::NoWaiting::here()) return rocksdb::IOStatus::Busy("cold");
      return FSRandomAccessFileOwnerWrapper::Read(offset, n, options, result, scratch, debug);
    }
    rocksdb::IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count, const rocksdb::IOOptions& options,
                                rocksdb::IODebugContext* debug) override {
      if (rocks::NoWaiting::here()) return rocksdb::IOStatus::Busy("cold");
      return FSRandomAccessFileOwnerWrapper::MultiRead(requests, count, options, debug);
    }
  };
};

std::unique_ptr<Engine> make_memory() { return std::make_unique<MemoryEngine>(); }
std::unique_ptr<Engine> make_rocks() { return std::make_unique<RocksEngine>(nullptr); }
std::unique_ptr<Engine> make_cold_rocks() { return std::make_unique<RocksEngine>(std::make_shared<ColdFiles>()); }

}  // namespace

std::vector<EngineName> engines() {
  return {{"memory", make_memory}, {"rocks", make_rocks}, {"rocks_cold", make_cold_rocks}};
}

void PrintTo(const EngineName& engine, std::ostream* out) { *out << engine.name; }
std::string engine_name(const testing::TestParamInfo<EngineName>& info) { return info.param.name; }

std::string outcome(const Result<void>& result) {
  if (result) return "ok";
  switch (result.error().code) {
    case Code::Conflict:
      return "conflict";
    case Code::NotFound:
      return "not found";
    case Code::NoSpace:
      return "no space";
    case Code::Corrupt:
      return "corrupt";
    case Code::Unavailable:
      return "unavailable";
    default:
      return "another code: " + result.error().text;
  }
}

void run_sessions(int sessions, int loops, std::function<Task<void>(int)> session) {
  std::vector<std::jthread> threads;
  for (int loop = 0; loop < loops; ++loop) {
    threads.emplace_back([=, &session] {
      boost::asio::io_context io(1);
      for (int s = loop; s < sessions; s += loops) {
        boost::asio::co_spawn(io, session(s), [](std::exception_ptr failed) { EXPECT_FALSE(failed); });
      }
      io.run();
    });
  }
}

void StoreContract::put(std::string key, std::optional<std::string> value) {
  Batch batch;
  batch.writes.push_back({std::move(key), std::move(value)});
  ASSERT_EQ(commit(std::move(batch)), "ok");
}

std::string StoreContract::add(std::string key, std::int64_t delta) {
  Batch batch;
  batch.adds.push_back({std::move(key), delta});
  return commit(std::move(batch));
}

std::vector<std::string> StoreContract::keys(Scan scan) {
  std::vector<std::string> found;
  for (auto& entry : run(store().scan(std::move(scan))).value()) found.push_back(std::move(entry.key));
  return found;
}

BlobId StoreContract::hold(const std::string& octets, int references) {
  Batch batch;
  batch.blobs.push_back(blob_of(octets));
  const BlobId id = batch.blobs.front().id;
  batch.retains.assign(static_cast<std::size_t>(references), id);
  EXPECT_EQ(commit(std::move(batch)), "ok");
  return id;
}

std::string StoreContract::release(const BlobId& id, int references) {
  Batch batch;
  batch.releases.assign(static_cast<std::size_t>(references), id);
  return commit(std::move(batch));
}

std::string StoreContract::retain(const BlobId& id, int references) {
  Batch batch;
  batch.retains.assign(static_cast<std::size_t>(references), id);
  return commit(std::move(batch));
}

std::string StoreContract::read(const BlobId& id, std::uint64_t offset, std::uint64_t length) {
  auto octets = run(store().read_blob(id, offset, length));
  if (octets) return *std::move(octets);
  EXPECT_EQ(octets.error().code, Code::NotFound);
  return "gone";
}

std::vector<BlobFinding> StoreContract::verify(std::optional<BlobId> after, std::size_t blobs_max) {
  return run(store().verify_blobs(after, blobs_max)).value();
}

std::int64_t StoreContract::references(const BlobId& id) {
  for (const auto& finding : verify()) {
    if (finding.id == id) return finding.references;
  }
  return 0;
}

}  // namespace paraph::store
