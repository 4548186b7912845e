#include "net/asio/connections.h"

#include <algorithm>

namespace paraph::net::asio {

boost::asio::execution_context::id Connections::id;

Connection::Connection(Connections& all) : all_(all) { link(all_.without_deadline_); }

Connection::~Connection() { unlink(); }

void Connection::link(Connection*& head) {
  next_ = head;
  here_ = &head;
  if (next_ != nullptr) next_->here_ = &next_;
  head = this;
}

void Connection::unlink() {
  *here_ = next_;
  if (next_ != nullptr) next_->here_ = here_;
  if (looked_at_ != SteadyTime::max()) --all_.in_wheel_;
  looked_at_ = SteadyTime::max();
}

// A later deadline stays where it is: the wheel comes by too early, and puts it further on.
void Connection::set_due(SteadyTime due) {
  due_ = due;
  if (due_ < looked_at_) all_.place(*this);
}

Connections::Connections(boost::asio::execution_context& context)
    : service(context),
      timer_(std::in_place, static_cast<boost::asio::io_context&>(context).get_executor()),
      seen_(std::chrono::steady_clock::now()) {}

Connections& Connections::of(Executor loop) { return boost::asio::use_service<Connections>(loop.context()); }

// The timer goes while the service that it needs is still there.
void Connections::shutdown() noexcept { timer_.reset(); }

Connection*& Connections::slot_of(SteadyTime time) {
  const auto ticks = time.time_since_epoch() / kTick;
  return slots_[static_cast<std::size_t>(ticks) % kSlots];
}

void Connections::place(Connection& connection) {
  connection.unlink();
  if (connection.due_ == SteadyTime::max()) {
    connection.link(without_deadline_);
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (in_wheel_ == 0) seen_ = now;
  // Within one turn of the wheel, and after the slot that was visited last.
  const SteadyTime first = seen_ + kTick;
  const SteadyTime last = seen_ + kTick * static_cast<int>(kSlots - 1);
  connection.looked_at_ = std::clamp<SteadyTime>(connection.due_ + kTick, first, last);
  connection.link(slot_of(connection.looked_at_));
  ++in_wheel_;
  arm();
}

void Connections::arm() {
  if (armed_ || !timer_ || in_wheel_ == 0) return;
  armed_ = true;
  timer_->expires_at(seen_ + kTick);
  timer_->async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void Connections::tick() {
  const auto now = std::chrono::steady_clock::now();
  // After a long stall each slot is visited once, not once a tick.
  seen_ = std::max<SteadyTime>(seen_, now - kTick * static_cast<int>(kSlots));
  while (seen_ + kTick <= now) {
    seen_ += kTick;
    visit(slot_of(seen_), now);
  }
  armed_ = false;
  arm();
}

void Connections::visit(Connection*& slot, SteadyTime now) {
  Connection* all = slot;
  slot = nullptr;
  if (all != nullptr) all->here_ = &all;
  while (all != nullptr) {
    Connection& connection = *all;
    if (connection.due_ > now) {
      place(connection);
      continue;
    }
    connection.unlink();
    connection.link(without_deadline_);
    connection.on_deadline();
  }
}

template <class Do>
void Connections::for_each(Do&& act) {
  const auto each = [&](Connection* connection) {
    for (; connection != nullptr; connection = connection->next_) act(*connection);
  };
  each(without_deadline_);
  for (Connection* slot : slots_) each(slot);
}

void Connections::poke_all() {
  for_each([](Connection& connection) { connection.poke_connection(); });
}

void Connections::close_all() {
  for_each([](Connection& connection) { connection.close_connection(); });
}

}  // namespace paraph::net::asio
