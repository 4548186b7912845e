#include "queue/sts_rows.h"

#include <gtest/gtest.h>

#include "net/testing.h"
#include "record/keys.h"
#include "store/memory/memory_store.h"

namespace paraph::queue {
namespace {

using namespace std::chrono_literals;

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
  bool has(const std::string& domain) { return net::run_task(loop_, rows_.load(domain)).value().has_value(); }
  std::size_t count() {
    auto scan = record::all_with(record::tls_policies_prefix());
    scan.entries_max = 2 * StsRows::kRowsMax;
    return net::run_task(loop_, store_.scan(std::move(scan)))->size();
  }

  boost::asio::io_context loop_{1};
  store::memory::MemoryStore store_;
  FakeClock clock_{Time(1'000'000s)};
  StsRows rows_{store_, clock_};
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

TEST_F(StsRowsTest, ThereIsABoundAndThoseThatEndFirstGo) {
  store::Batch batch;
  for (std::size_t i = 0; i < StsRows::kRowsMax + 300; ++i)
    batch.writes.push_back({record::tls_policy_key("d" + std::to_string(i)), record::format_tls_policy(ends_in(1h))});
  ASSERT_TRUE(net::run_task(loop_, store_.commit(std::move(batch))));
  const auto long_one = [](int i) { return "d" + std::to_string(10 * i) + ".long"; };
  for (int i = 0; i < 1000; ++i) save(long_one(i), ends_in(24h));
  EXPECT_LE(count(), StsRows::kRowsMax + 200);
  EXPECT_GE(count(), StsRows::kRowsMax - 200);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(has(long_one(i)));
}

}  // namespace
}  // namespace paraph::queue
