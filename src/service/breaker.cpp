#include "service/breaker.h"

#include <algorithm>

namespace paraph::service {

/// A wall clock that was set back must not keep it open for ever: only a time within the pause counts as open.
Breaker::State Breaker::state_at(Time now) const {
  if (!open_) return State::Closed;
  return now >= opened_ && now < opened_ + pause_ ? State::Open : State::HalfOpen;
}

bool Breaker::admit(Time now) {
  const std::lock_guard lock(mutex_);
  const auto state = state_at(now);
  if (state == State::Closed) return true;
  if (state == State::Open || trying_) return false;
  trying_ = true;
  return true;
}

void Breaker::succeeded() {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
  open_ = trying_ = false;
}

void Breaker::failed(Time now) {
  const std::lock_guard lock(mutex_);
  // Of several requests at once the later failures tell nothing new about the pause.
  if (open_ && !trying_) return;
  trying_ = false;
  if (!open_ && ++failures_ < options_.failures_max) return;
  whole_ = open_ ? std::min(2 * whole_, options_.most) : options_.first;
  const auto jitter = random_.below(static_cast<std::uint64_t>(whole_.count()) / 4 + 1);
  open_ = true;
  opened_ = now;
  pause_ = whole_ - std::chrono::milliseconds(jitter);
}

void Breaker::abandoned() {
  const std::lock_guard lock(mutex_);
  trying_ = false;
}

Breaker::State Breaker::state(Time now) const {
  const std::lock_guard lock(mutex_);
  return state_at(now);
}

std::string_view name_of(Breaker::State state) {
  switch (state) {
    case Breaker::State::Open:
      return "open";
    case Breaker::State::HalfOpen:
      return "half-open";
    case Breaker::State::Closed:
      break;
  }
  return "closed";
}

}  // namespace paraph::service
