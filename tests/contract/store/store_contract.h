#pragma once
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "crypto/sha256.h"
#include "store/store.h"

/// One suite for every adapter of the door: each sentence of store.h is a test.
namespace paraph::store {

/// A store under test, and what it lives on.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual Store& store() = 0;
  /// Closes and opens it again. False: this engine forgets.
  virtual bool reopen() = 0;
  /// Damages a stored blob: other octets, or (nullopt) none. False: this engine cannot.
  virtual bool damage(const BlobId& id, std::optional<std::string> octets) = 0;
};

struct EngineName {
  const char* name;
  std::unique_ptr<Engine> (*make)();
};
void PrintTo(const EngineName& engine, std::ostream* out);
std::vector<EngineName> engines();
std::string engine_name(const testing::TestParamInfo<EngineName>& info);

#define PARAPH_STORE_CONTRACT(Suite) \
  INSTANTIATE_TEST_SUITE_P(Contract, Suite, testing::ValuesIn(engines()), engine_name)

/// "ok", or the name of the code: so that a failed test reads well.
std::string outcome(const Result<void>& result);

/// Runs a task to its end on a loop of its own.
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

/// Runs `sessions` tasks at once, on `loops` threads with an event loop each. The task gets its number.
void run_sessions(int sessions, int loops, std::function<Task<void>(int)> session);

inline mail::NewBlob blob_of(std::string octets) {
  const BlobId id = crypto::sha256(octets);
  return {id, std::move(octets)};
}

class StoreContract : public testing::TestWithParam<EngineName> {
 protected:
  Store& store() { return engine_->store(); }
  Engine& engine() { return *engine_; }

  std::string commit(Batch batch) { return outcome(run(store().commit(std::move(batch)))); }
  void put(std::string key, std::optional<std::string> value);
  std::string add(std::string key, std::int64_t delta);
  std::optional<std::string> get(std::string key) { return run(store().get(std::move(key))).value(); }
  std::vector<std::string> keys(Scan scan);

  /// Puts the octets and takes `references` of them.
  BlobId hold(const std::string& octets, int references = 1);
  std::string release(const BlobId& id, int references = 1);
  std::string retain(const BlobId& id, int references = 1);
  /// The octets, or "gone".
  std::string read(const BlobId& id, std::uint64_t offset, std::uint64_t length);
  std::vector<BlobFinding> verify(std::optional<BlobId> after = {}, std::size_t blobs_max = 1000);
  std::int64_t references(const BlobId& id);

 private:
  std::unique_ptr<Engine> engine_ = GetParam().make();
};

}  // namespace paraph::store
