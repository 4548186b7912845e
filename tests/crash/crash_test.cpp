// The power goes at a random moment; the store is opened again; every batch that was answered is there, whole, and no
// half of any other. Each seed is printed by the test that fails.
#include <gtest/gtest.h>

#include "folder.h"
#include "model.h"
#include "store/rocks/rocks_store.h"
#include "unsynced_fs.h"

/// RocksDB loses track of a memtable when a log file cannot be made: no matter in a process that is dying.
extern "C" const char* __lsan_default_suppressions() { return "leak:rocksdb::DBImpl::SwitchMemtable\n"; }

namespace paraph::tests {
namespace {

/// One life of the store in `folder`: sessions work on it until the power goes. Then what was not synced is lost.
void live_and_die(const Folder& folder, Model& model, std::uint64_t seed, store::rocks::Options options) {
  auto files = std::make_shared<UnsyncedFs>(seed);
  options.data_dir = folder.path();
  options.files = files;
  std::mt19937_64 chance(seed);
  files->cut_after(chance() % 2 == 0 ? chance() % 60 : chance() % 300);
  {
    auto opened = store::rocks::open(options);
    if (opened) model.work(**opened, seed, [&] { return files->is_cut(); });
  }
  files->lose_unsynced();
}

/// What is found when the store is opened again: the sentences of what is wrong, none when all is well.
std::string after(const Folder& folder, Model& model) {
  const auto files = std::make_shared<UnsyncedFs>(0);  // syncs that cost nothing
  auto opened = store::rocks::open({.data_dir = folder.path(), .free_bytes_min = 0, .files = files});
  if (!opened) return opened.error().text;
  return model.compare(**opened);
}

/// So small that files end, are written out and swept all the time.
const store::rocks::Options kOptions{
    .buffer_bytes = 64 << 10, .segment_bytes = 100'000, .young_segments = 0, .free_bytes_min = 0};

constexpr int kRounds = 200;
constexpr int kRoundsInOneFolder = 20;

TEST(Crash, LosesNothingThatWasAnswered) {
  for (int n = 0; n < kRounds / kRoundsInOneFolder; ++n) {
    const Folder folder(in_memory());
    Model model;
    for (int round = 0; round < kRoundsInOneFolder; ++round) {
      const auto seed = static_cast<std::uint64_t>(n * kRoundsInOneFolder + round + 1);
      live_and_die(folder, model, seed, kOptions);
      ASSERT_EQ(after(folder, model), "") << "seed " << seed << ", round " << round << " in its folder";
    }
  }
}

/// The test can fail: a store that answers before it syncs is caught.
TEST(Crash, WouldSeeAStoreThatDoesNotSync) {
  auto unsynced = kOptions;
  unsynced.sync = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Folder folder(in_memory());
    Model model;
    live_and_die(folder, model, seed, unsynced);
    if (!after(folder, model).empty()) return;
  }
  FAIL() << "nothing was lost in 20 crashes of a store that does not sync";
}

}  // namespace
}  // namespace paraph::tests
