#include "service/guesses.h"

namespace paraph::service {

bool Guesses::take(const std::string& peer) {
  const std::scoped_lock lock(mutex_);
  const Time now = clock_.now();
  forget_old(now);
  const auto [at, is_new] = by_peer_.try_emplace(peer, Counted{.since = now});
  if (is_new) order_.push_back(peer);
  return ++at->second.guesses <= limits_.recipient_guesses_max;
}

std::size_t Guesses::peers() const {
  const std::scoped_lock lock(mutex_);
  return by_peer_.size();
}

void Guesses::forget_old(Time now) {
  while (!order_.empty()) {
    const auto oldest = by_peer_.find(order_.front());
    const bool over = now - oldest->second.since >= kPeriod || by_peer_.size() >= kPeersMax;
    if (!over) return;
    by_peer_.erase(oldest);
    order_.pop_front();
  }
}

}  // namespace paraph::service
