#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "session/http/exchange.h"
#include "session/http/parser.h"
#include "session/http/routes.h"
#include "session/http/server.h"

namespace paraph::session_http {

/// The server stops: unwinds to serve().
struct Stopping {};

/// One HTTP connection: requests one after the other, each answered before the next is looked at. Lives as long as
/// serve(), on its stream's event loop. At rest it holds no buffers.
class Session {
 public:
  Session(Server& server, Tls tls, net::Stream& stream);
  /// The dialogue, to its end. Throws net::DeadlineError, net::PeerGone, Stopping, and what a broken store throws.
  Task<void> run();
  /// In the midst of a request: an answer is owed, even when run() has thrown.
  bool owes_answer() const { return owes_answer_; }
  /// The last answer of this connection. Throws if it does not get through.
  Task<void> say_goodbye(http::Response response);

 private:
  enum class Phase { Rest, Head, Body };

  Task<bool> read_head();
  Task<Result<void>> read_body(std::uint64_t bytes_max);
  Task<bool> read_more(Phase phase);
  net::Duration time_for(Phase phase) const;
  Task<http::Response> answer();
  Task<http::Response> answer_at(const Route& route);
  std::optional<http::Response> check_peer();
  Task<std::optional<http::Response>> check_user();
  Task<void> write(http::Response response);

  Server& server_;
  net::Stream& stream_;
  Tls tls_;
  Parser parser_;
  Exchange exchange_;
  std::unique_ptr<char[]> input_;  ///< what is being read into; none while the session rests
  bool owes_answer_ = false;
  bool keep_alive_ = true;
  bool body_taken_ = true;  ///< nothing of the current request waits to be read
  std::uint32_t auth_failures_ = 0;
  std::optional<sasl::Stranger> stranger_;
  std::array<Counter*, 6> answers_;  ///< by the first digit of the status
};

}  // namespace paraph::session_http
