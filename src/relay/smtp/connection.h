#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/stream.h"
#include "relay/relay.h"
#include "wire/smtp/extensions.h"
#include "wire/smtp/reply_parser.h"

namespace paraph::relay::smtp {

namespace wire = paraph::smtp;

/// A reply as it is handed on.
Answer answer_of(const wire::Reply& reply);
/// In the place of one.
Answer no_answer(std::string sentence, std::string enhanced = "");

/// One connection to a server, from the greeting to QUIT: replies in order, and what is known of the server. A server
/// that breaks, is late, or is not understood is a failure (Unavailable, a sentence), never an exception; after one,
/// nothing more is written. Owned by whoever uses it, on the loop that opened it.
class Connection {
 public:
  explicit Connection(std::unique_ptr<net::Stream> stream) : stream_(std::move(stream)) {}

  /// The next reply. `after`: what it answers, for the sentence ("EHLO").
  Task<Result<wire::Reply>> read_reply(std::string_view after, net::Duration within);
  /// `octets` stay until it answers.
  Task<Result<void>> write(std::string_view octets, net::Duration within);
  /// A command, with its CRLF, and its reply. `name` is for the sentence.
  Task<Result<wire::Reply>> ask(std::string command, std::string_view name, net::Duration within);
  /// Octets that came in clear are forgotten; when there were any, somebody put them there, and it fails.
  Task<Result<void>> start_tls(std::shared_ptr<const net::TlsContext> context, net::Duration within);

  net::Stream& stream() { return *stream_; }
  const net::Stream& stream() const { return *stream_; }
  /// False: only close() makes sense.
  bool usable() const { return usable_; }
  /// No reply came that nobody waits for.
  bool at_rest() const { return parser_.at_rest(); }
  void close() noexcept;

  wire::Extensions offered;    ///< by the last EHLO
  std::uint64_t messages = 0;  ///< transactions begun
  bool needs_reset = false;    ///< the last one was left open

 private:
  std::unexpected<Error> broken(std::string sentence);

  std::unique_ptr<net::Stream> stream_;
  wire::ReplyParser parser_;
  bool usable_ = true;
};

/// QUIT, when that is still possible, and the end.
Task<void> quit(std::unique_ptr<Connection> connection, net::Duration within);

}  // namespace paraph::relay::smtp
