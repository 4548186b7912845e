#include "store/rocks/rocks_store.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "store/rocks/committer.h"
#include "store/rocks/database.h"
#include "store/rocks/page_cache_files.h"
#include "store/rocks/reader.h"
#include "store/rocks/replay.h"
#include "store/rocks/sweeper.h"

namespace paraph::store::rocks {
namespace {

/// What an opened store stands on; made by open().
struct Ground {
  std::unique_ptr<Database> database;
  std::unique_ptr<Segments> segments;
  SegmentUses uses;
  Position next;
};

class RocksStore final : public Store {
 public:
  RocksStore(std::unique_ptr<Ground> ground, const Options& options)
      : ground_(std::move(ground)),
        reader_(*ground_->database, *ground_->segments, options),
        committer_(parts(), ground_->next, options),
        sweeper_(parts(), committer_, options) {}

  Task<Result<std::optional<std::string>>> get(std::string key) override { return reader_.get(std::move(key)); }
  Task<Result<std::vector<std::optional<std::string>>>> get_many(std::vector<std::string> keys) override {
    return reader_.get_many(std::move(keys));
  }
  Task<Result<std::vector<KeyValue>>> scan(Scan scan) override { return reader_.scan(std::move(scan)); }
  Task<Result<void>> commit(Batch batch) override { return committer_.commit(std::move(batch)); }
  Task<Result<std::string>> read_blob(BlobId id, std::uint64_t offset, std::uint64_t length) override {
    return reader_.read_blob(id, offset, length);
  }
  std::unique_ptr<Subscription> watch(std::uint64_t topic, std::function<void()> wake) override {
    return watchers_.watch(topic, std::move(wake));
  }
  Task<Result<std::vector<BlobFinding>>> verify_blobs(std::optional<BlobId> after, std::size_t blobs_max) override {
    return reader_.verify_blobs(after, blobs_max);
  }
  Task<Result<void>> repair_blob(BlobId id, std::int64_t references) override {
    PARAPH_ASSERT(references >= 0);
    if (references > 0) {
      const auto octet = co_await reader_.read_blob(id, 0, 1);
      if (!octet) co_return fail(Code::NotFound, "no such blob");
    }
    co_return co_await committer_.repair(id, references);
  }
  Counters counters() const override { return committer_.counters(); }

 private:
  Committer::Parts parts() {
    return {.database = *ground_->database,
            .segments = *ground_->segments,
            .uses = ground_->uses,
            .watchers = watchers_,
            .hint = hint_};
  }

  std::unique_ptr<Ground> ground_;
  Watchers watchers_;
  SweepHint hint_;
  Reader reader_;
  Committer committer_;  // its thread uses all above it, as the sweeper's does
  Sweeper sweeper_;
};

Result<void> make_folders(const std::filesystem::path& data_dir) {
  namespace fs = std::filesystem;
  const auto store = data_dir / "store";
  std::error_code error;
  const bool fresh = fs::create_directories(store, error);
  if (!error && fresh) fs::permissions(store, fs::perms::owner_all, error);
  if (!error) fs::create_directory(store / "segments", error);
  if (!error) return {};
  return fail(error == std::errc::no_space_on_device ? Code::NoSpace : Code::Unavailable,
              fmt::format("the folder {} cannot be made: {}", store.native(), error.message()));
}

/// A folder that is new must still be there after a crash.
void sync_folders(const Options& options) {
  for (const auto& folder : {options.data_dir, options.data_dir / "store"}) {
    std::unique_ptr<rocksdb::FSDirectory> opened;
    auto status = options.files->NewDirectory(folder.native(), rocksdb::IOOptions(), &opened, nullptr);
    if (status.ok()) status = opened->Fsync(rocksdb::IOOptions(), nullptr);
    if (!status.ok()) throw Broken(status);
  }
}

Result<std::unique_ptr<Ground>> open_ground(const Options& options) {
  PARAPH_CHECK(make_folders(options.data_dir));
  auto ground = std::make_unique<Ground>();
  PARAPH_TRY(ground->database, Database::open(options));
  sync_folders(options);
  ground->segments = std::make_unique<Segments>(options.files, options.data_dir / "store" / "segments");
  PARAPH_TRY(ground->next, replay(*ground->database, *ground->segments));
  ground->uses.load(*ground->database);
  return ground;
}

}  // namespace

Result<std::unique_ptr<Store>> open(const Options& given) {
  Options options = given;
  if (!options.files) options.files = page_cache_files();
  try {
    PARAPH_TRY(auto ground, open_ground(options));
    return std::make_unique<RocksStore>(std::move(ground), options);
  } catch (const Broken& broken) {
    return fail(Code::Unavailable,
                fmt::format("the store in {} cannot be opened: {}", options.data_dir.native(), broken.what()));
  }
}

}  // namespace paraph::store::rocks
