#pragma once
#include <atomic>
#include <exception>
#include <functional>
#include <stdexcept>
#include <utility>
#include <variant>

#include "store/store.h"

namespace paraph::store {

/// A Store whose n-th call fails: a scenario run once for each n shows that nothing is lost and nothing doubled. Calls
/// are get, get_many, scan, commit, read_blob, verify_blobs and repair_blob, counted together from 1 in order of
/// arrival. For tests.
class Flaky final : public Store {
 public:
  /// How a call fails: with a code, or by throwing std::runtime_error (the disk broke).
  struct Throws {};
  using Failure = std::variant<Code, Throws>;
  /// What became of a commit that fails: usually nothing; `Applied` models an answer lost after the work was done.
  enum class Effect { None, Applied };

  explicit Flaky(Store& inner) : inner_(inner) {}

  /// Done once, before the next commit: what another server does meanwhile.
  std::function<Task<void>()> meanwhile;

  /// Call number `n` (from now on, counting from 1) fails; 0: none does. Set it while no call is under way.
  void fail_at(std::uint64_t n, Failure failure = Code::Unavailable, Effect effect = Effect::None) {
    calls_ = 0;
    fail_at_ = n;
    failure_ = failure;
    effect_ = effect;
  }
  /// Calls since fail_at(): when it is below n, the scenario is over and every failure was tried.
  std::uint64_t calls() const { return calls_; }

  Task<Result<std::optional<std::string>>> get(std::string key) override {
    if (due()) co_return broken();
    co_return co_await inner_.get(std::move(key));
  }
  Task<Result<std::vector<std::optional<std::string>>>> get_many(std::vector<std::string> keys) override {
    if (due()) co_return broken();
    co_return co_await inner_.get_many(std::move(keys));
  }
  Task<Result<std::vector<KeyValue>>> scan(Scan scan) override {
    if (due()) co_return broken();
    co_return co_await inner_.scan(std::move(scan));
  }
  Task<Result<void>> commit(Batch batch) override {
    if (const auto once = std::exchange(meanwhile, nullptr)) co_await once();
    const bool fails = due();
    if (fails && effect_ == Effect::None) co_return broken();
    auto done = co_await inner_.commit(std::move(batch));
    if (fails) co_return broken();
    co_return done;
  }
  Task<Result<std::string>> read_blob(BlobId id, std::uint64_t offset, std::uint64_t length) override {
    if (due()) co_return broken();
    co_return co_await inner_.read_blob(id, offset, length);
  }
  std::unique_ptr<Subscription> watch(std::uint64_t topic, std::function<void()> wake) override {
    return inner_.watch(topic, std::move(wake));
  }
  Task<Result<std::vector<BlobFinding>>> verify_blobs(std::optional<BlobId> after, std::size_t blobs_max) override {
    if (due()) co_return broken();
    co_return co_await inner_.verify_blobs(after, blobs_max);
  }
  Task<Result<void>> repair_blob(BlobId id, std::int64_t references) override {
    if (due()) co_return broken();
    co_return co_await inner_.repair_blob(id, references);
  }
  Counters counters() const override { return inner_.counters(); }

 private:
  bool due() { return ++calls_ == fail_at_; }
  std::unexpected<Error> broken() const {
    if (std::holds_alternative<Throws>(failure_)) throw std::runtime_error("the test's store broke");
    return fail(std::get<Code>(failure_), "the test's store failed this call");
  }

  Store& inner_;
  std::atomic<std::uint64_t> calls_ = 0;
  std::uint64_t fail_at_ = 0;
  Failure failure_ = Code::Unavailable;
  Effect effect_ = Effect::None;
};

}  // namespace paraph::store
