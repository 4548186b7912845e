#pragma once
#include <memory>
#include <optional>
#include <string>

#include "world.h"

namespace paraph::transcripts {

/// How a client's octets reach the server.
enum class Cut { AsWritten, Octets };

/// The client's end of one connection to a world, which outlives it. Every call returns when the world has come to
/// rest.
class Client {
 public:
  /// `loopback`: where the server sees the client come from.
  Client(World& world, const std::string& kind, Cut cut, bool loopback);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string octets);
  /// The next line without its CRLF; nullopt: no whole line has come.
  std::optional<std::string> read_line();
  /// What has come and was not asked for yet.
  const std::string& unread() const& { return received_; }
  /// The server closed.
  bool ended() const { return ended_; }
  /// The client's side of the handshake.
  void start_tls();
  void close();
  /// Time goes by for the server. Not after it has closed.
  void pass(net::Duration time);
  /// As shutdown does to every stream. Not after the server has closed.
  void poke();
  crypto::ChannelBinding binding() const { return stream_->channel_binding(); }

 private:
  void start(Task<void> task);
  Task<void> read_on();
  Task<void> write(std::string octets);
  Task<void> shake_hands();

  World& world_;
  std::unique_ptr<net::memory::MemoryStream> stream_;
  net::memory::MemoryStream* server_ = nullptr;  ///< lives until the server closes
  std::string received_;
  bool ended_ = false;
};

}  // namespace paraph::transcripts
