#pragma once
#include <array>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <optional>

#include "base/task.h"

namespace paraph::net::asio {

using SteadyTime = std::chrono::steady_clock::time_point;

class Connections;

/// A stream as its event loop knows it: a link in one of the loop's lists.
class Connection {
 public:
  explicit Connection(Connections& all);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection();

  virtual void poke_connection() = 0;
  virtual void close_connection() noexcept = 0;

 protected:
  /// Called once the deadline has passed, within a tick. Must not destroy any connection.
  virtual void on_deadline() = 0;
  void set_due(SteadyTime due);
  SteadyTime due() const { return due_; }

 private:
  friend class Connections;
  void link(Connection*& head);
  void unlink();

  Connections& all_;
  Connection* next_ = nullptr;
  Connection** here_ = nullptr;  ///< the pointer that points at this
  SteadyTime due_ = SteadyTime::max();
  SteadyTime looked_at_ = SteadyTime::max();  ///< when the wheel comes by; max: it does not
};

/// The open streams of one event loop, and a timing wheel for their deadlines: setting one costs a store into memory,
/// and a thousand idle streams cost one timer. A service of its io_context, used on that loop's thread only.
class Connections final : public boost::asio::execution_context::service {
 public:
  static boost::asio::execution_context::id id;
  static constexpr std::chrono::milliseconds kTick{50};
  static constexpr std::size_t kSlots = 1024;

  explicit Connections(boost::asio::execution_context& context);
  static Connections& of(Executor loop);

  void poke_all();
  void close_all();

 private:
  friend class Connection;
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
  void shutdown() noexcept override;
  void place(Connection& connection);
  void arm();
  void tick();
  void visit(Connection*& slot, SteadyTime now);
  template <class Do>
  void for_each(Do&& act);
  Connection*& slot_of(SteadyTime time);

  std::optional<Timer> timer_;
  bool armed_ = false;
  SteadyTime seen_;  ///< slots up to here were visited
  std::size_t in_wheel_ = 0;
  std::array<Connection*, kSlots> slots_{};
  Connection* without_deadline_ = nullptr;
};

}  // namespace paraph::net::asio
