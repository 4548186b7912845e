#include "queue/wake.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <functional>
#include <mutex>
#include <utility>

namespace paraph::queue {
namespace {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

}  // namespace

struct Wake::State {
  std::mutex mutex;
  bool rung = false;             ///< under mutex, as all here
  std::function<void()> waiter;  ///< wakes who waits now

  /// False: it rang already.
  bool begin(std::function<void()> wake) {
    const std::lock_guard lock(mutex);
    if (std::exchange(rung, false)) return false;
    waiter = std::move(wake);
    return true;
  }
  void end() {
    const std::lock_guard lock(mutex);
    rung = false;
    waiter = nullptr;
  }
};

Wake::Wake() : state_(std::make_shared<State>()) {}

void Wake::ring() {
  std::function<void()> wake;
  {
    const std::lock_guard lock(state_->mutex);
    state_->rung = true;
    wake = std::exchange(state_->waiter, nullptr);
  }
  if (wake) wake();
}

Task<void> Wake::wait(std::chrono::milliseconds at_most) {
  const auto state = state_;
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto timer = std::make_shared<Timer>(executor, at_most);
  // The loop has one thread: what is posted runs when this coroutine has given it up, and waits.
  const bool waiting = state->begin([timer, executor] { boost::asio::post(executor, [timer] { timer->cancel(); }); });
  if (!waiting) co_return;
  const auto ended = co_await timer->async_wait(boost::asio::as_tuple(use_task));
  static_cast<void>(ended);
  state->end();
}

}  // namespace paraph::queue
