#pragma once
// For tests of RemoteSource: a place that answers what a test says.
#include <gmock/gmock.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "media/none/none_media.h"
#include "service/check.h"
#include "service/remote_source.h"
#include "service/testing.h"

namespace paraph::service {

inline const std::string kAlice = "alice@example.org";

inline std::string amr(char fill) {
  std::string octets = "#!AMR\n";
  for (int i = 0; i < 100; ++i) octets += '\x3C' + std::string(31, fill);
  return octets;
}

inline source::Fetched fetched(std::string text, std::string tag = "") {
  source::Fetched one;
  one.text = std::move(text);
  one.tag = std::move(tag);
  return one;
}

inline source::Fetched with_voice(char fill) {
  auto one = fetched("Alice");
  one.voice.push_back({.octets = amr(fill), .declared_type = "audio/AMR"});
  return one;
}

/// A place that a test tells what to answer, and when.
class ScriptedRemote final : public source::Remote {
 public:
  const std::string& name() const& override { return name_; }
  Result<source::Fetched> fetch(const std::string& owner, const std::string& tag) override {
    std::unique_lock lock(mutex_);
    ++fetches_;
    tags_.push_back(tag);
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    const auto answer = answer_;
    lock.unlock();
    return answer(owner);
  }
  void say(Result<source::Fetched> what) {
    say_of([what = std::move(what)](const std::string&) { return what; });
  }
  void say_of(std::function<Result<source::Fetched>(const std::string& owner)> answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  /// Fetches wait until it is let go.
  void hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  void wait_for_fetch(int number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return fetches_ >= number; });
  }
  int fetches() {
    const std::lock_guard lock(mutex_);
    return fetches_;
  }
  std::vector<std::string> tags() {
    const std::lock_guard lock(mutex_);
    return tags_;
  }

 private:
  std::string name_ = "hq";
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int fetches_ = 0;
  std::vector<std::string> tags_;
  std::function<Result<source::Fetched>(const std::string&)> answer_ = [](const std::string&) {
    return Result<source::Fetched>(fail(Code::NotFound, "who?"));
  };
};

inline const Result<source::Fetched> kDown = fail(Code::Unavailable, "down");

struct RemoteSourceTest : testing::Test, World {
  RemoteSourceTest() { remote.say(fetched("Alice")); }
  /// Whatever happened, the store is as `paraph check` wants it.
  void TearDown() override {
    auto findings = check_store(store, Repair::No, [](const Finding& finding) { ADD_FAILURE() << finding.text; });
    EXPECT_EQ(done(std::move(findings)), 0u);
  }
  RemoteServices services() {
    return {.store = store,
            .media = media,
            .clock = clock,
            .random = random,
            .limits = limits,
            .gate = gate,
            .metrics = &metrics};
  }
  /// Answers when the fetches that it caused have ended too.
  Result<source::Acquired> ask(const std::string& owner = kAlice) { return run(source.acquire(owner)); }
  std::string text(const std::string& owner = kAlice) {
    const auto acquired = ask(owner);
    return acquired ? acquired->signature.text : "(" + std::string(name(acquired.error().code)) + ")";
  }
  static std::string_view name(Code code) {
    return code == Code::NotFound ? "none" : code == Code::Unavailable ? "down" : "?";
  }

  Metrics metrics;
  media::none::NoneMedia media;
  crypto::SeededRandom random{1};
  net::Gate gate;
  ScriptedRemote remote;
  net::WorkerPool pool{2, 64};
  RemoteOptions options{.rows_max = 100};
  RemoteSource source{remote, services(), pool, options};
};

}  // namespace paraph::service
