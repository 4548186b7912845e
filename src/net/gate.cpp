#include "net/gate.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

#include "base/assert.h"
#include "base/log.h"

namespace paraph::net {

Gate::~Gate() { PARAPH_ASSERT(running_ == 0); }

std::size_t Gate::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

bool Gate::wait_until_empty(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  return empty_.wait_for(lock, at_most, [this] { return running_ == 0; });
}

void Gate::enter() {
  const std::lock_guard lock(mutex_);
  ++running_;
}

void Gate::leave() {
  // Notified under the lock: the waiter may destroy the gate as soon as it has it.
  const std::lock_guard lock(mutex_);
  if (--running_ == 0) empty_.notify_all();
}

/// One task inside. Travels in the completion handler, so that a task whose event loop is destroyed leaves too.
class Pass {
 public:
  explicit Pass(Gate& gate) : gate_(&gate) { gate.enter(); }
  Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
  Pass& operator=(Pass&&) = delete;
  ~Pass() {
    if (gate_ != nullptr) gate_->leave();
  }

 private:
  Gate* gate_;
};

namespace {

void log_escaped(const char* name, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& escaped) {
    log(Level::Error, "task={} ended=exception what=\"{}\"", name, escaped.what());
  } catch (...) {
    log(Level::Error, "task={} ended=exception", name);
  }
}

}  // namespace

void spawn(Gate& gate, Executor executor, const char* name, Task<void> task) {
  auto ended = [pass = Pass(gate), name](const std::exception_ptr& error) {
    if (error) log_escaped(name, error);
  };
  boost::asio::co_spawn(executor, std::move(task), std::move(ended));
}

}  // namespace paraph::net
