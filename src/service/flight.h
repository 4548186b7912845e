#pragma once
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "source/source.h"

namespace paraph::service {

/// One fetch on its way, and those who wait for it, each on its own event loop. Any thread.
class Flight {
 public:
  using Outcome = Result<source::Acquired>;

  /// Wakes everybody who waits, and whoever comes later. Once.
  void land(Outcome outcome) {
    std::vector<std::move_only_function<void()>> waiters;
    {
      const std::lock_guard lock(mutex_);
      outcome_ = std::make_shared<const Outcome>(std::move(outcome));
      waiters.swap(waiters_);
    }
    for (auto& wake : waiters) wake();
  }

  /// Answers when the flight has landed, on the caller's event loop.
  static Task<Outcome> wait(std::shared_ptr<Flight> flight) {
    auto start = [flight](auto handler) {
      auto executor = boost::asio::get_associated_executor(handler);
      auto shared = std::make_shared<decltype(handler)>(std::move(handler));
      auto resume = [shared, executor, work = boost::asio::make_work_guard(executor)]() mutable {
        boost::asio::post(executor, [shared] { std::move (*shared)(); });
      };
      flight->add(std::move(resume));
    };
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>&, void()>(std::move(start),
                                                                                                use_task);
    co_return *flight->outcome();
  }

 private:
  void add(std::move_only_function<void()> wake) {
    {
      const std::lock_guard lock(mutex_);
      if (!outcome_) return waiters_.push_back(std::move(wake));
    }
    wake();
  }

  std::shared_ptr<const Outcome> outcome() const {
    const std::lock_guard lock(mutex_);
    return outcome_;
  }

  mutable std::mutex mutex_;  ///< over all below
  std::vector<std::move_only_function<void()>> waiters_;
  std::shared_ptr<const Outcome> outcome_;
};

}  // namespace paraph::service
