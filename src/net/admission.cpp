#include "net/admission.h"

#include <utility>

namespace paraph::net {

Admission::Ticket::Ticket(Ticket&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)), peer_(other.peer_), kind_(other.kind_) {}

Admission::Ticket& Admission::Ticket::operator=(Ticket&& other) noexcept {
  if (this == &other) return *this;
  if (admission_ != nullptr) admission_->release(*this);
  admission_ = std::exchange(other.admission_, nullptr);
  peer_ = other.peer_;
  kind_ = other.kind_;
  return *this;
}

Admission::Ticket::~Ticket() {
  if (admission_ != nullptr) admission_->release(*this);
}

Admission::Ticket Admission::admit(const Endpoint& peer) {
  const bool in_all_only = limits_.loopback_unlimited_per_peer && peer.loopback();
  const std::lock_guard lock(mutex_);
  if (connections_ >= limits_.connections_max) return {};
  if (in_all_only) {
    ++connections_;
    return {*this, peer, Ticket::Kind::CountedInAllOnly};
  }
  const auto at = by_peer_.try_emplace(peer.peer_key(), 0).first;
  if (at->second >= limits_.connections_per_peer_max) {
    if (at->second == 0) by_peer_.erase(at);
    return {};
  }
  ++at->second;
  ++connections_;
  return {*this, peer, Ticket::Kind::Counted};
}

Admission::Ticket Admission::turn_away(const Endpoint& peer) {
  const std::lock_guard lock(mutex_);
  if (turned_away_ >= kTurnedAwayMax) return {};
  ++turned_away_;
  return {*this, peer, Ticket::Kind::TurnedAway};
}

std::size_t Admission::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

void Admission::release(const Ticket& ticket) {
  const std::lock_guard lock(mutex_);
  if (ticket.kind_ == Ticket::Kind::TurnedAway) {
    --turned_away_;
    return;
  }
  --connections_;
  if (ticket.kind_ == Ticket::Kind::CountedInAllOnly) return;
  const auto at = by_peer_.find(ticket.peer_.peer_key());
  if (--at->second == 0) by_peer_.erase(at);
}

}  // namespace paraph::net
