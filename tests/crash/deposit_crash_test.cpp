// The power goes at a random moment while messages are deposited. Opened again, every message that was answered lies in
// the receiver's mailbox once, whole and signed; one that was not answered lies there once or not at all; the check
// finds nothing.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "base/text.h"
#include "folder.h"
#include "media/none/none_media.h"
#include "service/check.h"
#include "service/deposit.h"
#include "service/signatures.h"
#include "service/testing.h"
#include "source/local/local_source.h"
#include "store/rocks/rocks_store.h"
#include "unsynced_fs.h"

/// RocksDB loses track of a memtable when a log file cannot be made: no matter in a process that is dying.
extern "C" const char* __lsan_default_suppressions() { return "leak:rocksdb::DBImpl::SwitchMemtable\n"; }

namespace paraph::tests {
namespace {

using service::done;

constexpr int kFolders = 25;
constexpr int kRoundsInOneFolder = 8;
constexpr int kSenders = 6;

std::string amr(std::size_t frames, char fill) {
  std::string octets = "#!AMR\n";
  for (std::size_t i = 0; i < frames; ++i) octets += '\x3C' + std::string(31, fill);
  return octets;
}

/// What was sent: by subject, the audio; and which of it was answered.
struct Sent {
  std::map<std::string, std::string> audio;
  std::map<std::string, bool> answered;
};

/// The services over a store in one life of it.
struct Life {
  explicit Life(store::Store& store) : world(&store), deposit(make()) {}

  service::Deposit make() {
    service::DepositPolicy policy;
    policy.server_name = "vm.example.org";
    policy.save_sent = false;
    return {world.store, world.accounts, world.mailboxes, acquirer, random, world.clock, world.limits, policy};
  }

  service::World world;
  crypto::SystemRandom random;
  media::none::NoneMedia media;
  service::Signatures signatures{world.store, media, world.clock, world.limits};
  source::local::LocalSource local{world.store};
  service::Acquirer acquirer{{&local}, std::chrono::seconds(5)};
  service::Deposit deposit;
};

/// That many octets, eight to a draw.
std::string random_octets(std::mt19937_64& chance, std::size_t bytes) {
  std::string octets;
  octets.reserve(bytes + sizeof(std::uint64_t));
  while (octets.size() < bytes) {
    const std::uint64_t draw = chance();
    octets.append(reinterpret_cast<const char*>(&draw), sizeof draw);
  }
  octets.resize(bytes);
  return octets;
}

/// Deposits until the store fails: small, middling, and now and then larger than one blob.
Task<void> send(Life& life, Sent& sent, std::string name, std::uint64_t seed) {
  std::mt19937_64 chance(seed);
  constexpr std::size_t kBytes[] = {40, 40, 5'000, 5'000, 5'000, 300'000};
  for (int n = 0;; ++n) {
    const std::string subject = name + "." + std::to_string(n);
    std::string audio = random_octets(chance, kBytes[chance() % std::size(kBytes)]);
    const std::string octets =
        "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: " + subject +
        "\r\nMIME-Version: 1.0\r\nContent-Type: audio/AMR\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
        mime::encode_base64(audio);
    sent.audio[subject] = std::move(audio);
    auto received = co_await life.world.receive(octets);
    if (!received) co_return;
    auto principal = co_await life.world.accounts.find("alice@example.org");
    if (!principal) co_return;
    service::Transaction transaction{.principal = std::move(*principal),
                                     .reverse_path = {"alice", "example.org"},
                                     .recipients = {{{"bob", "example.org"}}},
                                     .received_from = "client.example (192.0.2.1)",
                                     .protocol = "ESMTPSA"};
    auto outcome = co_await life.deposit.submit(std::move(transaction), std::move(*received));
    if (!outcome) co_return;
    sent.answered[subject] = true;
  }
}

void live_and_die(const Folder& folder, Sent& sent, std::uint64_t seed) {
  auto files = std::make_shared<UnsyncedFs>(seed);
  std::mt19937_64 chance(seed);
  {
    auto opened = store::rocks::open({.data_dir = folder.path(), .files = files});
    ASSERT_TRUE(opened) << opened.error().text;
    Life life(**opened);
    files->cut_after(20 + chance() % 200);
    boost::asio::io_context loop{1};
    for (int i = 0; i < kSenders; ++i) {
      // A disk that breaks is an exception: the world ends for that session.
      boost::asio::co_spawn(
          loop,
          send(life, sent, std::to_string(seed) + "." + std::to_string(i), seed * 100 + static_cast<std::uint64_t>(i)),
          [](std::exception_ptr) {});
    }
    loop.run();
  }
  files->lose_unsynced();
}

/// Everything that is wrong with what is found when the store is opened again.
void look(const Folder& folder, const Sent& sent, const std::string& voice) {
  auto opened = store::rocks::open({.data_dir = folder.path(), .files = std::make_shared<UnsyncedFs>(0)});
  ASSERT_TRUE(opened) << opened.error().text;
  Life life(**opened);
  done(service::recover_uploads(**opened));
  const auto bob = done(life.world.accounts.find("bob@example.org")).id;
  const auto inbox = life.world.box(bob, "INBOX");
  std::map<std::string, int> found;
  for (const auto uid : life.world.uids(inbox.id)) {
    const auto octets = life.world.octets(inbox.id, Uid{uid});
    const auto structure = mime::scan(octets);
    const auto& subject = structure.root().envelope->subject;
    ++found[subject];
    std::vector<std::string> sounds;
    for (const auto& part : structure.parts) {
      if (part.type == "audio") sounds.push_back(mime::decode_base64(octets.substr(part.body.begin, part.body.size())));
    }
    EXPECT_EQ(sounds.size(), 2u) << subject;
    EXPECT_TRUE(sounds.size() == 2 && sounds[0] == sent.audio.at(subject) && sounds[1] == voice)
        << subject << " is not whole";
    EXPECT_NE(octets.find("\r\n-- \r\nAlice, extension 42\r\n"), std::string::npos) << subject << " is not signed";
  }
  for (const auto& [subject, count] : found) EXPECT_EQ(count, 1) << subject;
  for (const auto& [subject, _] : sent.answered)
    EXPECT_TRUE(found.contains(subject)) << subject << " was answered and is lost";
  std::string findings;
  done(service::check_store(**opened, service::Repair::No, [&](const service::Finding& finding) {
    findings += finding.name + ": " + finding.text + "\n";
  }));
  EXPECT_EQ(findings, "");
}

/// Eight lives in one folder. Returns how many messages were answered.
std::size_t live_again_and_again(int number, const std::string& voice) {
  const Folder folder;
  Sent sent;
  {
    auto opened = store::rocks::open({.data_dir = folder.path(), .files = std::make_shared<UnsyncedFs>(0)});
    if (!opened) throw std::runtime_error(opened.error().text);
    Life life(**opened);
    life.world.make_accounts();
    done(life.signatures.set(life.world.alice, "alice@example.org", {.text = "Alice, extension 42", .voice = voice}));
  }
  for (int round = 0; round < kRoundsInOneFolder && !testing::Test::HasFailure(); ++round) {
    const auto seed = static_cast<std::uint64_t>(number * kRoundsInOneFolder + round + 1);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round) + " in its folder");
    live_and_die(folder, sent, seed);
    look(folder, sent, voice);
  }
  return sent.answered.size();
}

TEST(DepositCrash, EveryMessageThatWasAnsweredIsThereOnceWholeAndSigned) {
  const auto voice = amr(150, 'v');
  std::atomic<std::size_t> answered = 0;
  {
    // All folders at once: RocksDB pauses for a second whenever its background work meets the cut.
    std::vector<std::jthread> threads;
    for (int n = 0; n < kFolders; ++n) threads.emplace_back([&, n] { answered += live_again_and_again(n, voice); });
  }
  EXPECT_GT(answered, 200u) << "too few messages for the test to mean anything";
}

}  // namespace
}  // namespace paraph::tests
