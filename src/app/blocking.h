#pragma once
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <future>

#include "base/task.h"

namespace paraph::app {

/// Runs `task` on `executor`, whose loop another thread runs, and blocks until it has ended: its value, or its
/// exception.
template <class T>
T run_blocking(Executor executor, Task<T> task) {
  std::promise<T> promise;
  auto future = promise.get_future();
  boost::asio::co_spawn(executor, std::move(task), [&promise](std::exception_ptr failed, T value) {
    if (failed) return promise.set_exception(failed);
    promise.set_value(std::move(value));
  });
  return future.get();
}

inline void run_blocking(Executor executor, Task<void> task) {
  std::promise<void> promise;
  auto future = promise.get_future();
  boost::asio::co_spawn(executor, std::move(task), [&promise](std::exception_ptr failed) {
    if (failed) return promise.set_exception(failed);
    promise.set_value();
  });
  future.get();
}

}  // namespace paraph::app
