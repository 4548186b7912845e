#include <algorithm>

#include "store_contract.h"

namespace paraph::store {
namespace {

using testing::ElementsAre;

using Blobs = StoreContract;
PARAPH_STORE_CONTRACT(Blobs);

TEST_P(Blobs, AnyRangeComesBack) {
  const std::string octets = "0123456789";
  const auto id = hold(octets);
  for (std::size_t offset = 0; offset <= octets.size(); ++offset) {
    for (std::size_t length = 0; offset + length <= octets.size(); ++length) {
      EXPECT_EQ(read(id, offset, length), octets.substr(offset, length));
    }
  }
}

TEST_P(Blobs, PastTheEndIsNotFound) {
  const auto id = hold("0123456789");
  EXPECT_EQ(read(id, 0, 11), "gone");
  EXPECT_EQ(read(id, 11, 0), "gone");
  EXPECT_EQ(read(id, 10, 1), "gone");
  EXPECT_EQ(read(id, UINT64_MAX, 1), "gone");
  EXPECT_EQ(read(id, 1, UINT64_MAX), "gone");
  EXPECT_EQ(read(blob_of("other").id, 0, 1), "gone");
}

TEST_P(Blobs, AnySizeUpToTheLimit) {
  std::vector<std::size_t> sizes{511, 512, 46'000, mail::kBlobBytesMax};
  for (std::size_t size = 1; size < 40; ++size) sizes.push_back(size);
  for (const auto size : sizes) {
    const auto id = hold(std::string(size, 's'));
    EXPECT_EQ(read(id, 0, size), std::string(size, 's'));
  }
}

TEST_P(Blobs, PuttingTakesNoReference) {
  Batch batch;
  batch.blobs.push_back(blob_of("octets"));
  EXPECT_EQ(commit(std::move(batch)), "ok");
  EXPECT_EQ(read(blob_of("octets").id, 0, 1), "gone");
  EXPECT_EQ(verify().size(), 0u);
}

TEST_P(Blobs, GoWithTheirLastReference) {
  const auto id = hold("octets", 2);
  EXPECT_EQ(retain(id), "ok");
  EXPECT_EQ(references(id), 3);
  EXPECT_EQ(release(id, 2), "ok");
  EXPECT_EQ(read(id, 0, 6), "octets");
  EXPECT_EQ(release(id), "ok");
  EXPECT_EQ(read(id, 0, 6), "gone");
  EXPECT_EQ(verify().size(), 0u);
}

TEST_P(Blobs, MayComeBack) {
  const auto id = hold("octets");
  EXPECT_EQ(release(id), "ok");
  hold("octets");
  EXPECT_EQ(read(id, 0, 6), "octets");
  EXPECT_EQ(references(id), 1);
}

TEST_P(Blobs, ThatAreThereAreNotWrittenAgain) {
  const auto id = hold("octets");
  EXPECT_EQ(hold("octets", 2), id);
  EXPECT_EQ(references(id), 3);
  ASSERT_EQ(verify().size(), 1u);
}

TEST_P(Blobs, NobodyHasCannotBeRetained) {
  Batch batch;
  batch.retains.push_back(blob_of("octets").id);
  batch.writes.push_back({"k", "v"});
  EXPECT_EQ(commit(std::move(batch)), "not found");
  EXPECT_EQ(get("k"), std::nullopt);
  const auto id = hold("octets");
  EXPECT_EQ(release(id), "ok");
  EXPECT_EQ(retain(id), "not found");
}

TEST_P(Blobs, CannotLoseMoreReferencesThanTheyHave) {
  const auto id = hold("octets");
  EXPECT_EQ(release(id, 2), "corrupt");
  EXPECT_EQ(references(id), 1);
  EXPECT_EQ(release(blob_of("other").id), "corrupt");
}

TEST_P(Blobs, AReferenceMovesWithinABatch) {
  const auto id = hold("octets");
  Batch batch;
  batch.releases.push_back(id);
  batch.retains.push_back(id);
  EXPECT_EQ(commit(std::move(batch)), "ok");
  EXPECT_EQ(read(id, 0, 6), "octets");
  EXPECT_EQ(references(id), 1);
}

TEST_P(Blobs, PutAndLetGoInOneBatchIsGone) {
  const auto id = hold("octets");
  Batch batch;
  batch.blobs.push_back(blob_of("octets"));
  batch.releases.push_back(id);
  EXPECT_EQ(commit(std::move(batch)), "ok");
  EXPECT_EQ(read(id, 0, 6), "gone");
}

/// Puts, retains, reads and releases the same octets again and again.
Task<void> come_and_go(Store& store, std::string octets, int times) {
  for (int i = 0; i < times; ++i) {
    Batch coming;
    coming.blobs.push_back(blob_of(octets));
    const BlobId id = coming.blobs.front().id;
    coming.retains.push_back(id);
    const auto came = co_await store.commit(std::move(coming));
    EXPECT_TRUE(came);
    const auto read = co_await store.read_blob(id, 0, octets.size());
    EXPECT_TRUE(read && *read == octets) << "a blob that is held is there";
    Batch going;
    going.releases.push_back(id);
    const auto went = co_await store.commit(std::move(going));
    EXPECT_TRUE(went);
  }
}

TEST_P(Blobs, SharedByManySessionsStayAsLongAsOneHoldsThem) {
  run_sessions(12, 3,
               [&](int n) { return come_and_go(store(), std::string(1000, static_cast<char>('a' + n % 2)), 15); });
  EXPECT_EQ(verify().size(), 0u);
}

TEST_P(Blobs, AreAllThereWhenTheStoreIsOpenedAgain) {
  const auto id = hold(std::string(46'000, 'o'), 2);
  const auto gone = hold("gone");
  EXPECT_EQ(release(gone), "ok");
  if (!engine().reopen()) GTEST_SKIP() << "this engine forgets";
  EXPECT_EQ(read(id, 45'990, 10), "oooooooooo");
  EXPECT_EQ(read(gone, 0, 1), "gone");
  EXPECT_EQ(release(id, 2), "ok");
  EXPECT_EQ(read(id, 0, 1), "gone");
}

using Verify = StoreContract;
PARAPH_STORE_CONTRACT(Verify);

TEST_P(Verify, FindsEveryBlobInOrderOfId) {
  std::vector<BlobId> ids{hold("a", 1), hold("bb", 2), hold("ccc", 3)};
  std::ranges::sort(ids);
  const auto findings = verify();
  ASSERT_EQ(findings.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(findings[i].id, ids[i]);
    EXPECT_EQ(findings[i].references, static_cast<std::int64_t>(findings[i].bytes));
    EXPECT_TRUE(findings[i].present && findings[i].hash_matches);
  }
}

TEST_P(Verify, WalksInPieces) {
  for (const char* octets : {"a", "b", "c", "d", "e"}) hold(octets);
  std::vector<BlobId> seen;
  std::optional<BlobId> after;
  for (;;) {
    const auto findings = verify(after, 2);
    if (findings.empty()) break;
    EXPECT_LE(findings.size(), 2u);
    for (const auto& finding : findings) seen.push_back(finding.id);
    after = seen.back();
  }
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
}

TEST_P(Verify, SeesDamage) {
  const auto changed = hold("changed");
  const auto lost = hold("lost");
  if (!engine().damage(changed, "other") || !engine().damage(lost, std::nullopt)) GTEST_SKIP() << "tested elsewhere";
  for (const auto& finding : verify()) {
    EXPECT_EQ(finding.present, finding.id == changed);
    EXPECT_FALSE(finding.hash_matches);
  }
}

TEST_P(Verify, RepairSetsACount) {
  const auto id = hold("octets");
  EXPECT_EQ(outcome(run(store().repair_blob(id, 7))), "ok");
  EXPECT_EQ(references(id), 7);
  EXPECT_EQ(release(id, 7), "ok");
  EXPECT_EQ(read(id, 0, 1), "gone");
}

TEST_P(Verify, RepairDropsABlob) {
  const auto id = hold("octets", 3);
  EXPECT_EQ(outcome(run(store().repair_blob(id, 0))), "ok");
  EXPECT_EQ(read(id, 0, 1), "gone");
  EXPECT_EQ(verify().size(), 0u);
}

TEST_P(Verify, RepairCannotMakeOctets) {
  EXPECT_EQ(outcome(run(store().repair_blob(blob_of("none").id, 1))), "not found");
  EXPECT_EQ(verify().size(), 0u);
}

}  // namespace
}  // namespace paraph::store
