#include "service/turns.h"

#include <algorithm>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace paraph::service {

Turn::Turn(Turn&& other) noexcept
    : turns_(std::exchange(other.turns_, nullptr)), ids_(std::move(other.ids_)), building_(other.building_) {}

Turn& Turn::operator=(Turn&& other) noexcept {
  if (this == &other) return *this;
  if (turns_ != nullptr) turns_->leave(ids_, building_);
  turns_ = std::exchange(other.turns_, nullptr);
  ids_ = std::move(other.ids_);
  building_ = other.building_;
  return *this;
}

Turn::~Turn() {
  if (turns_ != nullptr) turns_->leave(ids_, building_);
}

void Turn::submitted() {
  if (turns_ == nullptr || !building_) return;
  building_ = false;
  turns_->stop_building(ids_);
}

bool Turns::try_enter(std::uint64_t id, Kind kind) {
  const std::lock_guard lock(mutex_);
  Slot& slot = slots_[id];
  if (!slot.waiters.empty() || !slot.admits(kind)) return false;
  slot.building = true;
  ++slot.inside;
  return true;
}

/// True: entered. False: `wake` is called once the place is ours.
bool Turns::enter_or_queue(std::uint64_t id, Kind kind, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  Slot& slot = slots_[id];
  if (slot.waiters.empty() && slot.admits(kind)) {
    slot.building = true;
    ++slot.inside;
    return true;
  }
  slot.waiters.push_back({kind, std::move(wake)});
  return false;
}

Task<void> Turns::enter(std::uint64_t id, Kind kind) {
  if (try_enter(id, kind)) co_return;
  const Executor executor = co_await boost::asio::this_coro::executor;
  auto start = [this, id, kind, executor](auto handler) {
    // The handler may only be moved and std::function copies: it is kept in a shared place, and taken out once.
    auto kept = std::make_shared<decltype(handler)>(std::move(handler));
    auto wake = [kept, executor] { boost::asio::post(executor, [kept] { std::move (*kept)(); }); };
    if (enter_or_queue(id, kind, wake)) wake();
  };
  co_await boost::asio::async_initiate<decltype(use_task), void()>(std::move(start), use_task);
}

Task<Turn> Turns::take(std::vector<std::uint64_t> ids, Kind kind) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  Turn turn;
  turn.turns_ = this;
  turn.building_ = true;
  turn.ids_.reserve(ids.size());
  for (const auto id : ids) {
    co_await enter(id, kind);
    turn.ids_.push_back(id);
  }
  co_return turn;
}

/// Lets in those at the head of the queue, in order, as far as they may. Under mutex_; the wakes are for after it.
void Turns::admit(Slot& slot, Wakes& wakes) {
  if (slot.waiters.empty() || !slot.admits(slot.waiters.front().kind)) return;
  slot.building = true;
  ++slot.inside;
  wakes.push_back(std::move(slot.waiters.front().wake));
  slot.waiters.pop_front();
}

void Turns::stop_building(const std::vector<std::uint64_t>& ids) {
  Wakes wakes;
  {
    const std::lock_guard lock(mutex_);
    for (const auto id : ids) {
      Slot& slot = slots_[id];
      slot.building = false;
      admit(slot, wakes);
    }
  }
  for (const auto& wake : wakes) wake();
}

void Turns::leave(const std::vector<std::uint64_t>& ids, bool building) {
  Wakes wakes;
  {
    const std::lock_guard lock(mutex_);
    for (const auto id : ids) {
      const auto found = slots_.find(id);
      Slot& slot = found->second;
      if (building) slot.building = false;
      --slot.inside;
      admit(slot, wakes);
      if (slot.inside == 0 && slot.waiters.empty()) slots_.erase(found);
    }
  }
  for (const auto& wake : wakes) wake();
}

std::size_t Turns::wanted() const {
  const std::lock_guard lock(mutex_);
  return slots_.size();
}

}  // namespace paraph::service
