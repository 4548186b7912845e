#include "store/flaky.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "store/memory/memory_store.h"

namespace paraph::store {
namespace {

struct FlakyTest : testing::Test {
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
  Result<void> put(std::string key) {
    Batch batch;
    batch.writes.push_back({std::move(key), "v"});
    return run(flaky.commit(std::move(batch)));
  }
  bool has(std::string key) { return run(memory.get(std::move(key)))->has_value(); }

  memory::MemoryStore memory;
  Flaky flaky{memory};
};

TEST_F(FlakyTest, FailsTheCallAskedForAndNoOther) {
  flaky.fail_at(2, Code::NoSpace);
  EXPECT_TRUE(put("a"));
  EXPECT_EQ(put("b").error().code, Code::NoSpace);
  EXPECT_TRUE(put("c"));
  EXPECT_TRUE(has("a") && !has("b") && has("c"));
  EXPECT_EQ(flaky.calls(), 3u);
}

TEST_F(FlakyTest, CountsReadsToo) {
  flaky.fail_at(3);
  EXPECT_TRUE(run(flaky.get("a")));
  EXPECT_TRUE(run(flaky.scan({.from = "a", .to = "b"})));
  EXPECT_EQ(run(flaky.read_blob({}, 0, 1)).error().code, Code::Unavailable);
}

TEST_F(FlakyTest, MayLoseTheAnswerAlone) {
  flaky.fail_at(1, Code::Unavailable, Flaky::Effect::Applied);
  EXPECT_FALSE(put("a"));
  EXPECT_TRUE(has("a"));
}

TEST_F(FlakyTest, MayThrow) {
  flaky.fail_at(1, Flaky::Throws{});
  EXPECT_THROW(put("a"), std::runtime_error);
  EXPECT_FALSE(has("a"));
}

}  // namespace
}  // namespace paraph::store
