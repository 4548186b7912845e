#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "crypto/channel_binding.h"
#include "net/asio/tls.h"
#include "net/tls_context.h"

namespace paraph::net::asio {

/// OpenSSL's SSL_CTX as the TlsContext that this adapter understands.
class OpenSslContext final : public TlsContext {
 public:
  enum class Role { Server, Client };
  OpenSslContext(SSL_CTX* owned, Role role, std::string server_name, bool verify);
  /// A client's.
  OpenSslContext(SSL_CTX* owned, ClientTls demands);
  ~OpenSslContext() override;

  /// A new connection's state on this descriptor, which stays the caller's. Throws std::runtime_error when out of
  /// memory.
  SSL* new_session(int descriptor) const;

 private:
  void demand(SSL* ssl) const;
  /// True: at least one record can be used.
  bool demand_dane(SSL* ssl) const;

  SSL_CTX* context_;
  Role role_;
  ClientTls demands_;
};

/// What a call could do without waiting.
struct TlsStep {
  enum class Kind { Done, WantRead, WantWrite, Ended, Broken };
  Kind kind = Kind::Done;
  std::size_t octets = 0;
  std::string why;  ///< of Broken
};

/// One connection's TLS on a non-blocking descriptor. Never waits. Owned by its stream, whose event loop alone uses it.
class TlsSession {
 public:
  TlsSession(std::shared_ptr<const OpenSslContext> context, int descriptor);

  TlsStep handshake();
  TlsStep read(std::span<char> into);
  TlsStep write(std::string_view octets);
  /// Done: read() has octets, the end, or a failure to report at once. Holds no buffer when there is nothing.
  TlsStep look();
  /// Sends close_notify.
  TlsStep end();

  std::string name() const;
  crypto::ChannelBinding binding() const;
  /// As net::Stream::peer_subject().
  std::string peer_subject() const;

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  TlsStep step(int result, std::size_t octets);

  std::shared_ptr<const OpenSslContext> context_;  ///< outlives the handshake's callbacks
  std::unique_ptr<SSL, Free> ssl_;
};

/// The first line of this thread's OpenSSL error queue, for people; empties the queue.
std::string openssl_reason();

}  // namespace paraph::net::asio
