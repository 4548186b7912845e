#include <atomic>

#include "store_contract.h"

namespace paraph::store {
namespace {

using Commit = StoreContract;
PARAPH_STORE_CONTRACT(Commit);

/// A batch that changes something of each kind, if `expect` holds.
Batch everything(Expect expect) {
  Batch batch;
  batch.expects.push_back(std::move(expect));
  batch.writes.push_back({"written", "v"});
  batch.writes.push_back({"erased", std::nullopt});
  batch.adds.push_back({"counted", 5});
  batch.blobs.push_back(blob_of("octets"));
  batch.retains.push_back(batch.blobs.front().id);
  return batch;
}

TEST_P(Commit, AllOfItHappens) {
  put("erased", "v");
  EXPECT_EQ(commit(everything({"k", std::nullopt})), "ok");
  EXPECT_EQ(get("written"), "v");
  EXPECT_EQ(get("erased"), std::nullopt);
  EXPECT_EQ(get("counted"), "5");
  EXPECT_EQ(read(blob_of("octets").id, 0, 6), "octets");
}

TEST_P(Commit, OrNothingOfIt) {
  put("erased", "v");
  EXPECT_EQ(commit(everything({"k", "other"})), "conflict");
  EXPECT_EQ(get("written"), std::nullopt);
  EXPECT_EQ(get("erased"), "v");
  EXPECT_EQ(get("counted"), std::nullopt);
  EXPECT_EQ(read(blob_of("octets").id, 0, 6), "gone");
  EXPECT_EQ(verify().size(), 0u);
}

TEST_P(Commit, AnEmptyBatchIsFine) { EXPECT_EQ(commit({}), "ok"); }

TEST_P(Commit, ExpectsAreExact) {
  put("k", "v");
  put("empty", "");
  const struct {
    Expect expect;
    const char* outcome;
  } cases[] = {
      {{"k", "v"}, "ok"},
      {{"k", "v "}, "conflict"},
      {{"k", ""}, "conflict"},
      {{"k", std::nullopt}, "conflict"},
      {{"empty", ""}, "ok"},
      {{"empty", std::nullopt}, "conflict"},
      {{"none", std::nullopt}, "ok"},
      {{"none", ""}, "conflict"},
  };
  for (const auto& [expect, outcome] : cases) {
    Batch batch;
    batch.expects.push_back(expect);
    EXPECT_EQ(commit(std::move(batch)), outcome) << expect.key << " " << expect.value.value_or("(absent)");
  }
}

TEST_P(Commit, EveryExpectMustHold) {
  put("a", "1");
  Batch batch;
  batch.expects = {{"a", "1"}, {"b", "1"}};
  batch.writes = {{"a", "2"}};
  EXPECT_EQ(commit(std::move(batch)), "conflict");
  EXPECT_EQ(get("a"), "1");
}

TEST_P(Commit, AddsSumUp) {
  EXPECT_EQ(add("n", 5), "ok");
  EXPECT_EQ(add("n", -7), "ok");
  EXPECT_EQ(get("n"), "-2");
  Batch batch;
  batch.adds = {{"n", 1}, {"m", 10}, {"n", 4}};
  EXPECT_EQ(commit(std::move(batch)), "ok");
  EXPECT_EQ(get("n"), "3");
  EXPECT_EQ(get("m"), "10");
}

TEST_P(Commit, ACounterThatComesToZeroIsErased) {
  EXPECT_EQ(add("n", 5), "ok");
  EXPECT_EQ(add("n", -5), "ok");
  EXPECT_EQ(get("n"), std::nullopt);
  EXPECT_EQ(add("m", 0), "ok");
  EXPECT_EQ(get("m"), std::nullopt);
}

TEST_P(Commit, AddingToWhatIsNoCounterIsCorrupt) {
  for (const char* value : {"", "x", "1x", "99999999999999999999"}) {
    put("n", value);
    Batch batch;
    batch.adds = {{"n", 1}};
    batch.writes = {{"k", "v"}};
    EXPECT_EQ(commit(std::move(batch)), "corrupt") << value;
    EXPECT_EQ(get("n"), value);
    EXPECT_EQ(get("k"), std::nullopt);
  }
}

TEST_P(Commit, GivesUnusedBlobsBack) {
  auto unused = std::make_shared<std::vector<mail::NewBlob>>();
  Batch batch = everything({"k", "other"});
  batch.unused_blobs = unused;
  EXPECT_EQ(commit(std::move(batch)), "conflict");
  ASSERT_EQ(unused->size(), 1u);
  EXPECT_EQ(unused->front().octets, "octets");
}

Task<void> write_one(Store& store, std::string key, std::string value) {
  Batch batch;
  batch.writes.push_back({std::move(key), std::move(value)});
  const auto done = co_await store.commit(std::move(batch));
  EXPECT_TRUE(done);
}

TEST_P(Commit, IsInTheOrderOfArrival) {
  run_sessions(50, 1, [&](int n) { return write_one(store(), "k", std::to_string(n)); });
  EXPECT_EQ(get("k"), "49");
}

/// One session: reads a number, and replaces it by the next one if nobody was faster; `times` times.
Task<void> count_up(Store& store, int times) {
  while (times > 0) {
    const auto value = co_await store.get("n");
    Batch batch;
    batch.expects.push_back({"n", *value});
    batch.writes.push_back({"n", std::to_string(value->has_value() ? std::stoi(**value) + 1 : 1)});
    const auto done = co_await store.commit(std::move(batch));
    if (done) --times;
    EXPECT_TRUE(done || done.error().code == Code::Conflict);
  }
}

TEST_P(Commit, ExpectsSerializeSessions) {
  run_sessions(12, 3, [&](int) { return count_up(store(), 10); });
  EXPECT_EQ(get("n"), "120");
}

Task<void> create(Store& store, std::atomic<int>& created) {
  Batch batch;
  batch.expects.push_back({"k", std::nullopt});
  batch.writes.push_back({"k", "v"});
  const auto done = co_await store.commit(std::move(batch));
  if (done) ++created;
}

TEST_P(Commit, OfManyWhoCreateAKeyOneSucceeds) {
  std::atomic<int> created = 0;
  run_sessions(40, 2, [&](int) { return create(store(), created); });
  EXPECT_EQ(created, 1);
}

Task<void> add_often(Store& store, std::int64_t delta) {
  for (int i = 0; i < 10; ++i) {
    Batch batch;
    batch.adds.push_back({"n", delta});
    const auto done = co_await store.commit(std::move(batch));
    EXPECT_TRUE(done);
  }
}

TEST_P(Commit, AddsOfManySessionsCommute) {
  run_sessions(20, 3, [&](int n) { return add_often(store(), n); });
  EXPECT_EQ(get("n"), std::to_string(10 * 190));
}

Task<void> stay_on_this_loop(Store& store, std::string key) {
  const auto here = std::this_thread::get_id();
  co_await write_one(store, key, key);
  EXPECT_EQ(std::this_thread::get_id(), here);
  const auto value = co_await store.get(key);
  EXPECT_EQ(*value, key) << "a read sees what was committed before it began";
  EXPECT_EQ(std::this_thread::get_id(), here);
  const auto findings = co_await store.verify_blobs(std::nullopt, 10);
  EXPECT_TRUE(findings);
  EXPECT_EQ(std::this_thread::get_id(), here);
}

TEST_P(Commit, AnswersOnTheCallersLoop) {
  run_sessions(30, 3, [&](int n) { return stay_on_this_loop(store(), std::to_string(n)); });
}

TEST_P(Commit, CountsWhatItApplied) {
  const auto before = store().counters();
  put("k", "v");
  EXPECT_EQ(commit(everything({"k", "other"})), "conflict");
  put("k", "w");
  EXPECT_EQ(store().counters().batches, before.batches + 2);
  EXPECT_LE(store().counters().syncs, before.syncs + 3);
}

}  // namespace
}  // namespace paraph::store
