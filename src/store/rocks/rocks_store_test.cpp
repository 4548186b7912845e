// What is this engine's alone: syncs shared, disks that fill up and break, files that are damaged, space given back.
#include "store/rocks/rocks_store.h"

#include <gmock/gmock.h>
#include <rocksdb/perf_context.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>

#include "crypto/sha256.h"
#include "store/rocks/faulty_files_test.h"
#include "store/rocks/segment.h"

namespace paraph::store::rocks {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct RocksTest : testing::Test {
  RocksTest() {
    std::string name = (fs::temp_directory_path() / "paraph-rocks-XXXXXX").native();
    folder = ::mkdtemp(name.data());
    options.data_dir = folder / "data";
    options.files = files;
  }
  ~RocksTest() override {
    store.reset();
    fs::remove_all(folder);
  }

  void open() { store = rocks::open(options).value(); }
  void close() { store.reset(); }

  template <class T>
  T run(Task<T> task) {
    boost::asio::io_context loop(1);
    std::optional<T> result;
    boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failed, T value) {
      if (failed) std::rethrow_exception(failed);
      result = std::move(value);
    });
    loop.run();
    return std::move(*result);
  }

  static Batch write(std::string key, std::string value) {
    Batch batch;
    batch.writes.push_back({std::move(key), std::move(value)});
    return batch;
  }
  static Batch hold(std::string octets) {
    Batch batch;
    const BlobId id = crypto::sha256(octets);
    batch.blobs.push_back({id, std::move(octets)});
    batch.retains.push_back(id);
    return batch;
  }
  static Batch release(const std::string& octets) {
    Batch batch;
    batch.releases.push_back(crypto::sha256(octets));
    return batch;
  }
  /// Octets that are no other number's.
  static std::string octets(int number, std::size_t bytes = 1000) {
    std::string text = std::to_string(number) + ":";
    text.resize(bytes, '.');
    return text;
  }

  Result<void> commit(Batch batch) { return run(store->commit(std::move(batch))); }
  bool done(Batch batch) { return commit(std::move(batch)).has_value(); }
  bool no_space(Batch batch) {
    const auto result = commit(std::move(batch));
    return !result && result.error().code == Code::NoSpace;
  }
  std::string get(std::string key) { return run(store->get(std::move(key))).value().value_or("(absent)"); }
  std::string read(const std::string& octets) {
    auto read = run(store->read_blob(crypto::sha256(octets), 0, octets.size()));
    return read ? *std::move(read) : "(absent)";
  }
  std::vector<fs::path> segment_files(const fs::path& data_dir) {
    std::vector<fs::path> found;
    for (const auto& file : fs::directory_iterator(data_dir / "store" / "segments")) found.push_back(file.path());
    std::ranges::sort(found);
    return found;
  }

  std::shared_ptr<FaultyFiles> files = std::make_shared<FaultyFiles>();
  fs::path folder;
  Options options;
  std::unique_ptr<Store> store;
};

TEST_F(RocksTest, OneServerAtATime) {
  open();
  const auto second = rocks::open(options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().text,
            "another paraph serves " + options.data_dir.native() + ": stop it first, or set another data_dir");
}

TEST_F(RocksTest, AFolderThatCannotBeMadeIsASentence) {
  std::ofstream(folder / "file") << "no folder";
  options.data_dir = folder / "file" / "data";
  EXPECT_THAT(rocks::open(options).error().text, HasSubstr("cannot be made"));
}

TEST_F(RocksTest, TheFolderIsTheOwnersAlone) {
  open();
  EXPECT_EQ(fs::status(options.data_dir / "store").permissions(), fs::perms::owner_all);
}

TEST_F(RocksTest, WhoWaitsTogetherSharesASync) {
  open();
  const auto before = store->counters();
  boost::asio::io_context loop(1);
  int answered = 0;
  const auto begin = [&](int n) {
    boost::asio::co_spawn(loop, store->commit(write(std::to_string(n), "v")),
                          [&](std::exception_ptr failed, const Result<void>& done) {
                            EXPECT_TRUE(!failed && done);
                            ++answered;
                          });
  };
  files->close_gate();
  begin(0);
  loop.poll();
  files->wait_for_sync();
  for (int n = 1; n < 100; ++n) begin(n);
  loop.poll();
  EXPECT_EQ(answered, 0) << "nobody is answered before the sync";
  files->open_gate();
  loop.run();
  EXPECT_EQ(answered, 100);
  EXPECT_EQ(store->counters().batches, before.batches + 100);
  EXPECT_EQ(store->counters().syncs, before.syncs + 2);
}

TEST_F(RocksTest, ARowThatManyOfAGroupChangeIsWrittenOnce) {
  constexpr std::size_t kBytes = 10'000;
  open();
  boost::asio::io_context loop(1);
  const auto begin = [&](int n) {
    boost::asio::co_spawn(loop, store->commit(write("k", std::string(kBytes, static_cast<char>('a' + n)))),
                          [](std::exception_ptr failed, const Result<void>& done) { EXPECT_TRUE(!failed && done); });
  };
  files->close_gate();
  begin(0);
  loop.poll();
  files->wait_for_sync();
  for (int n = 1; n < 20; ++n) begin(n);
  loop.poll();
  files->open_gate();
  loop.run();
  EXPECT_EQ(get("k"), std::string(kBytes, 't'));
  std::uintmax_t bytes = 0;
  for (const auto& file : segment_files(options.data_dir)) bytes += fs::file_size(file);
  EXPECT_LT(bytes, 3 * kBytes);
}

TEST_F(RocksTest, NobodyReadsWhatIsNotOnDisk) {
  open();
  boost::asio::io_context loop(1);
  files->close_gate();
  boost::asio::co_spawn(loop, store->commit(write("k", "v")), [](std::exception_ptr, const Result<void>&) {});
  loop.poll();
  files->wait_for_sync();
  EXPECT_EQ(get("k"), "(absent)");
  files->open_gate();
  loop.run();
  EXPECT_EQ(get("k"), "v");
}

TEST_F(RocksTest, AReadFromMemoryDoesNotLeaveTheThread) {
  open();
  ASSERT_TRUE(done(write("k", "v")));
  boost::asio::io_context loop(1);
  bool answered = false;
  boost::asio::co_spawn(loop, store->get("k"), [&](std::exception_ptr, const auto&) { answered = true; });
  loop.poll();  // runs what is ready, and waits for nobody
  EXPECT_TRUE(answered);
}

TEST_F(RocksTest, AlmostFullOnlyWhatIsSmallIsTaken) {
  options.free_bytes_min = 64 << 20;
  open();
  ASSERT_TRUE(done(hold("octets")));
  files->free_bytes = 40 << 20;
  EXPECT_TRUE(no_space(hold("more octets")));
  EXPECT_TRUE(no_space(write("k", std::string(100'000, 'v'))));
  EXPECT_TRUE(done(write("flag", "seen")));
  EXPECT_TRUE(done(release("octets")));
  files->free_bytes = 1 << 20;
  EXPECT_TRUE(no_space(write("flag", "unseen")));
  EXPECT_EQ(get("flag"), "seen");
  files->free_bytes = 1 << 30;
  EXPECT_TRUE(done(hold("more octets")));
}

TEST_F(RocksTest, WhatDoesNotFitWasNeverThere) {
  open();
  ASSERT_TRUE(done(hold(octets(1))));
  files->room_bytes = 500;
  auto unused = std::make_shared<std::vector<mail::NewBlob>>();
  Batch batch = hold(octets(2));
  batch.unused_blobs = unused;
  EXPECT_TRUE(no_space(std::move(batch)));
  EXPECT_EQ(unused->size(), 1u);
  EXPECT_EQ(read(octets(2)), "(absent)");
  EXPECT_TRUE(no_space(hold(octets(3))));
  files->room_bytes = 1 << 30;
  EXPECT_TRUE(done(hold(octets(4))));
  close();
  open();
  EXPECT_EQ(read(octets(1)), octets(1));
  EXPECT_EQ(read(octets(2)), "(absent)");
  EXPECT_EQ(read(octets(4)), octets(4));
}

TEST_F(RocksTest, ABrokenDiskEndsAllCommits) {
  open();
  ASSERT_TRUE(done(write("k", "v")));
  files->syncs_fail = true;
  EXPECT_THROW(commit(write("k", "w")), std::runtime_error);
  files->syncs_fail = false;
  EXPECT_THROW(commit(write("k", "x")), std::runtime_error);
  EXPECT_EQ(get("k"), "v");
}

/// A killed process leaves what it wrote to its files, synced or not: a copy of them, taken while the store is open.
struct KilledTest : RocksTest {
  void SetUp() override {
    open();
    for (int n = 0; n < 5; ++n) {
      Batch batch = hold(octets(n));
      batch.writes.push_back({"last", std::to_string(n)});
      ASSERT_TRUE(done(std::move(batch)));
    }
    fs::copy(options.data_dir, folder / "killed", fs::copy_options::recursive);
    close();
    options.data_dir = folder / "killed";
  }
  fs::path journal() { return segment_files(options.data_dir).back(); }
  /// Where each record begins, and the end of the last.
  std::vector<std::uint64_t> record_ends() {
    std::ifstream file(journal(), std::ios::binary);
    const std::string all(std::istreambuf_iterator<char>(file), {});
    std::vector<std::uint64_t> ends{kSegmentMagic.size()};
    while (ends.back() < all.size()) {
      ends.push_back(ends.back() + parse_record_head(all.substr(ends.back(), kRecordHeadBytes))->record_bytes());
    }
    return ends;
  }
  void damage(std::uint64_t offset) {
    std::fstream file(journal(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(offset));
    const char octet = static_cast<char>(file.get() ^ 0x55);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(octet);
  }
};

TEST_F(KilledTest, FindsAllThatWasAnswered) {
  for (int lives = 0; lives < 3; ++lives) {
    open();
    EXPECT_EQ(get("last"), "4");
    for (int n = 0; n < 5; ++n) EXPECT_EQ(read(octets(n)), octets(n));
    close();
  }
}

TEST_F(KilledTest, ATornLastRecordIsAsIfItHadNeverBeen) {
  const auto ends = record_ends();
  ASSERT_EQ(ends.size(), 6u);
  const auto whole = folder / "whole";
  fs::copy(options.data_dir, whole, fs::copy_options::recursive);
  for (std::uint64_t cut = ends[4]; cut < ends[5]; cut += 97) {
    fs::remove_all(options.data_dir);
    fs::copy(whole, options.data_dir, fs::copy_options::recursive);
    fs::resize_file(journal(), cut);
    open();
    EXPECT_EQ(get("last"), "3") << cut;
    EXPECT_EQ(read(octets(4)), "(absent)");
    EXPECT_TRUE(done(write("last", "new")));
    close();
    open();
    EXPECT_EQ(get("last"), "new");
    EXPECT_EQ(read(octets(3)), octets(3));
    close();
  }
}

TEST_F(KilledTest, TheLastRecordsBlobsMustBeWhole) {
  damage(record_ends()[4] + kRecordHeadBytes + 500);
  open();
  EXPECT_EQ(get("last"), "3");
}

TEST_F(KilledTest, DamageBeforeTheLastRecordIsRefused) {
  const auto ends = record_ends();
  damage(ends[3] - 5);  // in the keys of a record
  const auto refused = rocks::open(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::Corrupt);
  EXPECT_THAT(refused.error().text, HasSubstr("is damaged"));
}

TEST_F(KilledTest, CheckSeesADamagedBlob) {
  damage(record_ends()[1] + kRecordHeadBytes + 500);
  open();
  const auto findings = run(store->verify_blobs(std::nullopt, 100)).value();
  EXPECT_EQ(findings.size(), 5u);
  for (const auto& finding : findings) {
    EXPECT_TRUE(finding.present);
    EXPECT_EQ(finding.hash_matches, finding.id != crypto::sha256(octets(1)));
  }
}

TEST_F(KilledTest, CheckSeesALostBlobAndRepairDropsIt) {
  open();
  close();
  for (const auto& file : segment_files(options.data_dir)) fs::remove(file);
  open();
  const auto findings = run(store->verify_blobs(std::nullopt, 100)).value();
  ASSERT_EQ(findings.size(), 5u);
  for (const auto& finding : findings) EXPECT_FALSE(finding.present);
  EXPECT_EQ(run(store->read_blob(findings[0].id, 0, 1)).error().code, Code::Corrupt);
  EXPECT_EQ(run(store->repair_blob(findings[0].id, 1)).error().code, Code::NotFound);
  EXPECT_TRUE(run(store->repair_blob(findings[0].id, 0)));
  EXPECT_EQ(run(store->verify_blobs(std::nullopt, 100))->size(), 4u);
}

struct SweepTest : RocksTest {
  SweepTest() {
    options.segment_bytes = 20'000;
    options.young_segments = 0;
  }
  void hold_and_release(int count) {
    for (int n = 0; n < count; ++n) {
      ASSERT_TRUE(done(hold(octets(n))));
      ASSERT_TRUE(done(release(octets(n))));
    }
  }
};

TEST_F(SweepTest, SegmentsThatNobodyNeedsAreDeleted) {
  open();
  hold_and_release(200);
  files->wait_for_deleted(5);
  EXPECT_TRUE(run(store->verify_blobs(std::nullopt, 1000))->empty());
}

TEST_F(SweepTest, TheLastSegmentsAreLeftAlone) {
  options.young_segments = 3;
  open();
  hold_and_release(200);
  files->wait_for_deleted(5);
  const auto left = segment_files(options.data_dir);
  ASSERT_GE(left.size(), 4u);
  const auto number = [](const fs::path& file) { return std::stoull(file.filename().string(), nullptr, 16); };
  EXPECT_EQ(number(left.back()) - number(left[left.size() - 4]), 3u) << "none of the last ones is missing";
}

TEST_F(SweepTest, NothingIsLeftAloneWhereTheDiskHasLittleRoom) {
  options.young_segments = 1000;
  options.free_bytes_min = 0;
  files->free_bytes = 15 * options.segment_bytes;
  open();
  hold_and_release(200);
  files->wait_for_deleted(5);
  EXPECT_TRUE(run(store->verify_blobs(std::nullopt, 1000))->empty());
}

TEST_F(SweepTest, ADiskThatOthersFilledGetsBackWhatWasLeftAlone) {
  options.young_segments = 1000;
  options.free_bytes_min = 64 << 20;
  open();
  hold_and_release(200);
  files->free_bytes = 40 << 20;
  EXPECT_TRUE(no_space(hold(octets(200))));
  files->wait_for_deleted(5);
}

TEST_F(SweepTest, WhatLivesAmongGarbageIsMoved) {
  open();
  for (int n = 0; n < 200; ++n) ASSERT_TRUE(done(hold(octets(n))));
  for (int n = 0; n < 200; ++n) {
    if (n % 10 != 0) ASSERT_TRUE(done(release(octets(n))));
  }
  ASSERT_TRUE(done(hold(octets(1000, 30'000))));  // begins a segment, which hints the sweeper
  ASSERT_TRUE(done(hold(octets(1001, 30'000))));
  files->wait_for_deleted(8);
  for (int lives = 0; lives < 2; ++lives) {
    for (int n = 0; n < 200; n += 10) EXPECT_EQ(read(octets(n)), octets(n));
    for (const auto& finding : *run(store->verify_blobs(std::nullopt, 1000))) EXPECT_TRUE(finding.hash_matches);
    close();
    open();
  }
}

/// Reads one blob again and again while the sweeper moves it about.
Task<void> read_often(Store& store, std::string octets, int times) {
  for (int i = 0; i < times; ++i) {
    const auto read = co_await store.read_blob(crypto::sha256(octets), 0, octets.size());
    EXPECT_TRUE(read && *read == octets);
    Batch rolls;
    rolls.writes.push_back({"filler", std::string(5000, 'f')});
    const auto done = co_await store.commit(std::move(rolls));
    EXPECT_TRUE(done);
  }
}

TEST_F(SweepTest, ReadersFindABlobThatIsBeingMoved) {
  open();
  ASSERT_TRUE(done(hold(octets(1))));
  boost::asio::io_context loop(1);
  boost::asio::co_spawn(loop, read_often(*store, octets(1), 300),
                        [](std::exception_ptr failed) { EXPECT_FALSE(failed); });
  loop.run();
  files->wait_for_deleted(10);
  EXPECT_EQ(read(octets(1)), octets(1));
}

/// What a file is found by does not fit into the cache as a whole: each look-up needs a piece of it.
TEST_F(RocksTest, ALookUpReadsLittleOfALongFile) {
  constexpr int kKeys = 100'000, kPerBatch = 1'000, kLookUps = 100;
  const auto key = [](int number) { return "key " + std::to_string(number); };
  open();
  for (int first = 0; first < kKeys; first += kPerBatch) {
    Batch batch;
    for (int i = first; i < first + kPerBatch; ++i) batch.writes.push_back({key(i), "value"});
    ASSERT_TRUE(done(std::move(batch)));
  }
  close();
  options.cache_bytes = 128 << 10;
  options.buffer_bytes = 64 << 10;
  options.counts_reads = true;
  open();
  rocksdb::get_perf_context()->Reset();
  for (int i = 0; i < kLookUps; ++i) EXPECT_EQ(get(key(i * 997)), "value");
  const auto bytes = rocksdb::get_perf_context()->block_read_byte / kLookUps;
  EXPECT_GT(bytes, 0u) << "it is the files that are read";
  EXPECT_LE(bytes, 32u << 10);
}

}  // namespace
}  // namespace paraph::store::rocks
