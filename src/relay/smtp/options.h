#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "net/stream.h"
#include "relay/relay.h"

namespace paraph::relay::smtp {

/// Opens a connection on this event loop within this time. Unavailable: nobody took it.
using Connect = std::function<Task<Result<std::unique_ptr<net::Stream>>>(Executor, net::Endpoint, net::Duration)>;

/// What a host must prove in the handshake, made ready: what `tls`, `names`, `tlsa` and `ca_pem` say. Any thread.
using MakeTls = std::function<Result<std::shared_ptr<const net::TlsContext>>(const Host&)>;

/// How long a server may take for each of its parts: RFC 5321 §4.5.3.2, where that says anything.
struct Patience {
  net::Duration connect = std::chrono::seconds(30);
  net::Duration greeting = std::chrono::minutes(5);
  net::Duration command = std::chrono::minutes(5);  ///< EHLO, STARTTLS, AUTH, MAIL, RCPT, RSET
  net::Duration handshake = std::chrono::minutes(1);
  net::Duration data = std::chrono::minutes(2);        ///< DATA's 354
  net::Duration piece = std::chrono::minutes(3);       ///< to take one piece of the message
  net::Duration end = std::chrono::minutes(10);        ///< the reply after the last octet
  net::Duration last_words = std::chrono::seconds(5);  ///< QUIT; what it said before it took no more octets
};

struct Options {
  std::string name;  ///< who we are, in EHLO
  Patience patience;
  net::Duration idle = std::chrono::seconds(30);  ///< a connection is kept for the next message
  std::uint64_t messages_max = 100;               ///< over one connection: after so many it is not kept
  std::size_t idle_max = 256;                     ///< connections kept, on all loops together
  std::size_t addresses_max = 8;                  ///< of one host, tried in one send()
  /// With CHUNKING and PIPELINING, a message of at most so many octets leaves together with its envelope: one round
  /// trip, and octets for nothing when all recipients are refused.
  std::uint64_t one_trip_bytes_max = 128 * 1024;
};

inline constexpr std::size_t kPieceBytes = 64 * 1024;

}  // namespace paraph::relay::smtp
