#pragma once
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/task.h"
#include "net/deadline.h"

namespace paraph::net {

/// Threads for what blocks (Argon2id, a disk walk), with a bounded queue. Callable from any thread. Declare it after
/// the event loops: its destructor finishes what is queued, and those who wait for it must still have a loop to go on
/// in.
class WorkerPool {
 public:
  WorkerPool(std::size_t threads, std::size_t jobs_max);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();

  /// False: the queue is full, and `job` was not taken. A job must not throw.
  [[nodiscard]] bool post(std::move_only_function<void()> job);
  std::size_t queued() const;

 private:
  void work();

  const std::size_t jobs_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> jobs_;
  bool ending_ = false;
  std::vector<std::jthread> threads_;
};

namespace detail {

template <class T>
struct Outcome {
  std::optional<T> value;
  std::exception_ptr error;
};
template <>
struct Outcome<void> {
  std::exception_ptr error;
};

/// Runs `callable` on the pool and completes on the handler's own executor; completes at once with Overloaded when
/// full.
template <class T, class Callable>
auto async_run(WorkerPool& pool, std::shared_ptr<Outcome<T>> outcome, Callable callable) {
  auto start = [&pool, outcome = std::move(outcome), callable = std::move(callable)](auto handler) mutable {
    auto executor = boost::asio::get_associated_executor(handler);
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto work = boost::asio::make_work_guard(executor);
    auto resume = [shared, executor]() mutable { boost::asio::post(executor, [shared] { std::move (*shared)(); }); };
    auto job = [outcome, callable = std::move(callable), resume, work = std::move(work)]() mutable {
      try {
        if constexpr (std::is_void_v<T>) {
          callable();
        } else {
          outcome->value.emplace(callable());
        }
      } catch (...) {
        outcome->error = std::current_exception();
      }
      resume();
    };
    if (pool.post(std::move(job))) return;
    outcome->error = std::make_exception_ptr(Overloaded("the worker pool's queue is full"));
    resume();
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>&, void()>(std::move(start), use_task);
}

}  // namespace detail

/// Runs a blocking `callable` on the pool and answers on the caller's event loop: its value, or its exception. Throws
/// Overloaded when the queue is full. The callable owns what it uses: the caller may be destroyed while it runs.
template <class Callable, class T = std::invoke_result_t<Callable&>>
Task<T> run_on(WorkerPool& pool, Callable callable) {
  auto outcome = std::make_shared<detail::Outcome<T>>();
  co_await detail::async_run<T>(pool, outcome, std::move(callable));
  if (outcome->error) std::rethrow_exception(outcome->error);
  if constexpr (!std::is_void_v<T>) co_return std::move(*outcome->value);
}

}  // namespace paraph::net
