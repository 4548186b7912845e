#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "app/milter/message.h"
#include "base/result.h"

/// The engine inside somebody else's MTA (Postfix, Sendmail), by libmilter.
namespace paraph::milter {

/// What the milter is made of.
struct Options {
  std::string socket;  ///< socket_name()
  std::uint64_t message_bytes_max = 0;
  std::chrono::seconds timeout{300};  ///< for the MTA's next word
  /// The whole message as it shall go, or "" when it goes as it is. Called on libmilter's threads, many at once; may
  /// block. Unavailable: try again later; Denied, Refused: it must not go.
  std::function<Result<std::string>(const Message&)> attach;
};

/// Serves until SIGTERM or SIGINT. `ready` is called when the socket is open. Only once in a process: libmilter has one
/// state. Unavailable: the socket cannot be had.
Result<void> serve(Options options, const std::function<void()>& ready);

}  // namespace paraph::milter
