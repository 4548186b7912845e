#pragma once
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>

#include "net/admission.h"
#include "net/asio/connections.h"
#include "net/asio/tls_session.h"
#include "net/stream.h"

namespace paraph::net::asio {

using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, Executor>;

/// A connected TCP or Unix socket. Each call tries the system call first and lets Asio wait only when it would block;
/// TLS runs on the descriptor itself. Holds its place among the admitted connections.
class SocketStream final : public Stream, private Connection {
 public:
  /// `socket` is connected and non-blocking. A peer at a Unix socket is given as loopback.
  SocketStream(Socket socket, const Endpoint& peer, Admission::Ticket ticket = {});
  ~SocketStream() override;

  Task<std::size_t> read_some(std::span<char> into) override;
  Task<void> write(std::string_view octets) override;
  Task<void> write_all(std::span<const std::string_view> pieces) override;
  Task<Wake> wait() override;
  void poke() override;
  void set_deadline(Duration from_now) override;
  Task<Result<void>> start_tls(std::shared_ptr<const TlsContext> context) override;
  bool encrypted() const override { return tls_ != nullptr && secured_; }
  std::string tls_name() const override;
  crypto::ChannelBinding channel_binding() const override;
  std::string peer_subject() const override;
  const Endpoint& peer() const& override { return peer_; }
  Endpoint local() const override;
  Executor executor() const override;
  Task<void> finish() override;
  void close() noexcept override;

  /// Waits for the outcome of a connect() under way: 0, or its errno.
  Task<int> connected();

 private:
  enum class Side { Read, Write };
  /// Waits until the socket is ready, or poke() came in a wait(). Throws DeadlineError, PeerGone.
  Task<void> suspend(Side side);
  Task<void> yield_when_due();
  Task<void> settle(TlsStep& step);
  Task<void> write_tls(std::string_view octets);
  Task<void> write_pieces_tls(std::span<const std::string_view> pieces);
  Task<void> drain();
  bool expired() const;
  void need_open() const;
  int descriptor() const;

  void poke_connection() override { poke(); }
  void close_connection() noexcept override { close(); }
  void on_deadline() override;

  mutable Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  Endpoint peer_;
  Admission::Ticket ticket_;
  unsigned short turns_;  ///< calls that may still succeed at once before the others get a turn
  bool secured_ = false;  ///< the handshake is over
  bool suspended_ = false;
  bool waiting_ = false;  ///< in wait(): poke() interrupts
  bool poked_ = false;
};

}  // namespace paraph::net::asio
