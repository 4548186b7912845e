#include "queue/sts_rows.h"

#include <gtest/gtest.h>

#include "net/testing.h"
#include "record/keys.h"
#include "store/memory/memory_store.h"

namespace paraph::queue {
namespace {

using namespace std::chrono_literals;

/// A store whose scans let something else be done before they answer.
class SlowScans final : public store::Store {
 public:
  explicit SlowScans(Store& inner) : inner_(inner) {}
  std::function<Task<void>()> meanwhile;

  Task<Result<std::vector<store::KeyValue>>> scan(store::Scan scan) override {
    auto found = co_await inner_.scan(std::move(scan));
    if (auto once = std::exchange(meanwhile, nullptr)) co_await once();
    co_return found;
  }
  Task<Result<std::optional<std::string>>> get(std::string key) override { return inner_.get(std::move(key)); }
  Task<Result<std::vector<std::optional<std::string>>>> get_many(std::vector<std::string> keys) override {
    return inner_.get_many(std::move(keys));
  }
  Task<Result<void>> commit(store::Batch batch) override { return inner_.commit(std::move(batch)); }
  Task<Result<std::string>> read_blob(BlobId id, std::uint64_t offset, std::uint64_t length) override {
    return inner_.read_blob(id, offset, length);
  }
  std::unique_ptr<store::Subscription> watch(std::uint64_t topic, std::function<void()> wake) override {
    return inner_.watch(topic, std::move(wake));
  }
  Task<Result<std::vector<store::BlobFinding>>> verify_blobs(std::optional<BlobId> after,
                                                             std::size_t blobs_max) override {
    return inner_.verify_blobs(after, blobs_max);
  }
  Task<Result<void>> repair_blob(BlobId id, std::int64_t references) override {
    return inner_.repair_blob(id, references);
  }
  Counters counters() const override { return inner_.counters(); }

 private:
  Store& inner_;
};

class StsRowsTest : public ::testing::Test {
 protected:
  record::TlsPolicy ends_in(std::chrono::seconds time) {
    return {.id = "1",
            .mode = record::TlsPolicy::Mode::Enforce,
            .exchanges = {"mx.a.test"},
            .fetched = clock_.now(),
            .until = clock_.now() + time};
  }
  void save(const std::string& domain, record::TlsPolicy policy) {
    EXPECT_TRUE(net::run_task(loop_, rows_.save(domain, std::move(policy))));
  }
  Task<void> save_quietly(std::string domain, record::TlsPolicy policy) {
    const auto saved = co_await rows_.save(std::move(domain), std::move(policy));
    EXPECT_TRUE(saved);
  }
  bool has(const std::string& domain) { return net::run_task(loop_, rows_.load(domain)).value().has_value(); }
  std::size_t count() {
    auto scan = record::all_with(record::tls_policies_prefix());
    scan.entries_max = 2 * StsRows::kRowsMax;
    return net::run_task(loop_, store_.scan(std::move(scan)))->size();
  }

  boost::asio::io_context loop_{1};
  store::memory::MemoryStore store_;
  SlowScans slow_{store_};
  FakeClock clock_{Time(1'000'000s)};
  StsRows rows_{slow_, clock_};
};

TEST_F(StsRowsTest, APolicyIsThereUntilItsEnd) {
  save("a.test", ends_in(10s));
  EXPECT_EQ(net::run_task(loop_, rows_.load("a.test")).value(), ends_in(10s));
  EXPECT_FALSE(has("b.test"));
  EXPECT_FALSE(has(""));
  EXPECT_FALSE(has(std::string(2000, 'a')));
  clock_.advance(10s);
  EXPECT_FALSE(has("a.test"));
}

TEST_F(StsRowsTest, AnotherTakesItsPlaceAndOneThatIsOverTakesItAway) {
  save("a.test", ends_in(10s));
  save("a.test", ends_in(20s));
  EXPECT_EQ(count(), 1u);
  save("a.test", ends_in(0s));
  EXPECT_EQ(count(), 0u);
}

/// Whoever has policies of a year fetched for thousands of names puts out none that is in use.
TEST_F(StsRowsTest, ThereIsABoundAndThoseFetchedLongestAgoGo) {
  store::Batch batch;
  for (std::size_t i = 0; i < StsRows::kRowsMax + 300; ++i)
    batch.writes.push_back(
        {record::tls_policy_key("d" + std::to_string(i)), record::format_tls_policy(ends_in(24h * 365))});
  ASSERT_TRUE(net::run_task(loop_, store_.commit(std::move(batch))));
  clock_.advance(24h);
  const auto one_in_use = [](int i) { return "d" + std::to_string(10 * i) + ".used"; };
  for (int i = 0; i < 1000; ++i) save(one_in_use(i), ends_in(48h));
  EXPECT_LE(count(), StsRows::kRowsMax + 200);
  EXPECT_GE(count(), StsRows::kRowsMax - 200);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(has(one_in_use(i)));
}

/// Looks of several event loops at the same rows count them once.
TEST_F(StsRowsTest, SavesAtTheSameTimeCountEachRowOnce) {
  store::Batch batch;
  constexpr std::size_t kRows = StsRows::kRowsMax * 3 / 4;
  for (std::size_t i = 0; i < kRows; ++i)
    batch.writes.push_back({record::tls_policy_key("d" + std::to_string(i)), record::format_tls_policy(ends_in(24h))});
  ASSERT_TRUE(net::run_task(loop_, store_.commit(std::move(batch))));
  for (int i = 0; i < 600; ++i) {
    slow_.meanwhile = [this] { return save_quietly("a.test", ends_in(24h)); };
    save("b.test", ends_in(24h));
  }
  EXPECT_EQ(count(), kRows + 2);
}

}  // namespace
}  // namespace paraph::queue
