#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "app/client/connection.h"
#include "base/result.h"
#include "wire/imap/response.h"

namespace paraph::client {

/// A logged-in IMAP connection: libcurl connects, secures and logs in, then commands go over its socket. Blocking; one
/// thread.
class Imap {
 public:
  Imap(const Place& place, std::string password);

  /// Connects and logs in. Unavailable.
  Result<void> open();
  /// Sends one command (without tag and line end) and hands every untagged response to `take` until its own answer.
  /// BadInput: the server answered NO or BAD; Unavailable: the connection broke, or nothing came for a minute.
  Result<void> command(std::string_view text, const std::function<void(const imap::Response&)>& take);
  /// LOGOUT, as far as the server still answers.
  void close();

 private:
  Result<void> send(std::string_view octets);
  Result<void> receive();
  Result<bool> wait(short events);
  Result<imap::Response> next();

  std::string where_;
  Connection connection_;
  imap::ResponseFramer framer_;
  unsigned commands_ = 0;
};

}  // namespace paraph::client
