#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "crypto/channel_binding.h"
#include "net/deadline.h"
#include "net/endpoint.h"
#include "net/tls_context.h"

namespace paraph::net {

/// Why wait() came back.
enum class Wake {
  Readable,  ///< read_some() gives octets, or 0 for the end
  Poked,     ///< poke() was called since the last wait() that answered Poked
  Deadline,  ///< the deadline passed
};

/// One connection. Owned by its session and used on that session's event loop only, by one coroutine at a time. Keeps
/// no buffer of its own. Every wait ends at the deadline last set: read, write, handshake and finish then throw
/// DeadlineError, wait() answers Wake::Deadline. A broken connection throws PeerGone. After either, only close() and
/// the destructor make sense; and after a failed write, reading with a new deadline: what the peer said before it took
/// no more may still be there.
class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  /// Closes.
  virtual ~Stream() = default;

  /// At least one octet into `into` (not empty), or 0 when the peer has closed its side. `into` stays until it answers.
  virtual Task<std::size_t> read_some(std::span<char> into) = 0;
  /// Writes all of `octets`, which stay until it answers.
  virtual Task<void> write(std::string_view octets) = 0;
  /// The same of several pieces in this order, in as few system calls and TLS records as possible. The array and the
  /// octets stay.
  virtual Task<void> write_all(std::span<const std::string_view> pieces) = 0;

  /// Waits for octets to read (the end counts), a poke, or the deadline, holding no buffer: this is how an idle session
  /// waits, also between two commands.
  virtual Task<Wake> wait() = 0;
  /// Ends the wait() that is under way, or the next one. From the stream's own event loop only; callers elsewhere post
  /// there. This is how a change feed wakes IDLE, and how shutdown reaches a session.
  virtual void poke() = 0;

  /// From now on all waits together end `from_now` after this call, until it is called again: set it per command or per
  /// chunk that has to arrive. A new stream has none; kNoDeadline takes it away.
  virtual void set_deadline(Duration from_now) = 0;

  /// The TLS handshake, as server or as client, as `context` says. Call it after the last clear reply was written. The
  /// stream keeps nothing it read before; the session must clear its framer, so that no clear-text octet survives (RFC
  /// 3207 §4.2). Unavailable: the handshake failed, the sentence says why; only close() makes sense then.
  virtual Task<Result<void>> start_tls(std::shared_ptr<const TlsContext> context) = 0;
  virtual bool encrypted() const = 0;
  /// "TLSv1.3 TLS_AES_256_GCM_SHA384", for Received and the log; empty in clear.
  virtual std::string tls_name() const = 0;
  /// What SCRAM-SHA-256-PLUS binds to; all empty in clear. Computed at each call.
  virtual crypto::ChannelBinding channel_binding() const = 0;

  /// The subject of the certificate that the peer proved to own, as RFC 2253 writes it ("CN=branch,O=Example"); empty
  /// when it showed none, or none that the context trusts, and in clear.
  virtual std::string peer_subject() const { return {}; }

  virtual const Endpoint& peer() const& = 0;
  /// The address and port of our side.
  virtual Endpoint local() const = 0;
  bool loopback() const { return peer().loopback(); }
  virtual Executor executor() const = 0;

  /// The polite end: everything written reaches the peer, even when the peer sent something that nobody read. Ends TLS,
  /// closes the writing side, and lets the peer close first, for at most 2 s and 64 KiB; then closes. Never throws.
  virtual Task<void> finish() = 0;
  /// At once, both ways. A wait under way throws PeerGone. Safe to repeat.
  virtual void close() noexcept = 0;
};

}  // namespace paraph::net
