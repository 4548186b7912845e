#include "store/rocks/rocks_store.h"

#include "base/assert.h"
#include "store/rocks/committer.h"
#include "store/rocks/database.h"
#include "store/rocks/reader.h"
#include "store/watchers.h"

namespace paraph::store::rocks {
namespace {

class RocksStore final : public Store {
 public:
  RocksStore(std::unique_ptr<Database> database, const Options& options)
      : database_(std::move(database)),
        reader_(*database_, options.reader_threads),
        committer_(*database_, watchers_, options) {}

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
      PARAPH_CO_CHECK(co_await reader_.read_blob(id, 0, 0));
    }
    co_return co_await committer_.repair(id, references);
  }
  Counters counters() const override { return committer_.counters(); }

 private:
  std::unique_ptr<Database> database_;
  Watchers watchers_;
  Reader reader_;
  Committer committer_;  // last: its thread uses all the others
};

}  // namespace

Result<std::unique_ptr<Store>> open(const Options& options) {
  PARAPH_TRY(auto database, Database::open(options));
  return std::make_unique<RocksStore>(std::move(database), options);
}

}  // namespace paraph::store::rocks
