#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "wire/smtp/reply.h"

namespace paraph::smtp {

/// What a server may send at most: a line with its end, and the lines and octets of one reply. RFC 5321 §4.5.3.1.5 asks
/// for 512 octets a line; extensions add to that.
inline constexpr std::size_t kReplyLineBytesMax = 2048;
inline constexpr std::size_t kReplyLinesMax = 100;
inline constexpr std::size_t kReplyBytesMax = 64 * 1024;

/// Puts a server's octets together to replies. It never waits.
///
///     parser.feed(octets);                       // as they came from the socket, in any pieces
///     while ((event = parser.next()).kind == Kind::Reply) ...
///
/// However the octets are cut, the events are the same. A bare LF ends a line too: a reply says something to us alone,
/// so there is nobody to smuggle past. After Bad the server is not understood any more, and everything is Bad.
/// One session owns it; not thread-safe.
class ReplyParser {
 public:
  enum class Kind {
    NeedMore,  ///< nothing more to say: feed again
    Reply,     ///< `reply` is complete
    Bad,       ///< no reply, or past a bound: `why` says which; close
  };

  /// `reply.text` is printable ASCII, any other octet is '?'; the enhanced code of the first line is split off, and so
  /// is the same code at the begin of the others (RFC 2034 §4).
  struct Event {
    Kind kind = Kind::NeedMore;
    Reply reply;
    std::string why;
  };

  /// Copies.
  void feed(std::string_view octets) { held_ += octets; }
  Event next();
  /// Forgets what was fed: after STARTTLS, octets in clear must not count (RFC 3207 §6).
  void discard();
  /// True if nothing is held: no reply that nobody asked for, and no half one.
  bool at_rest() const { return held_.size() == used_ && lines_ == 0; }

 private:
  Event bad(std::string why);
  Event take_line(std::string_view line);

  std::string held_;          // those before `used_` are done with
  std::size_t used_ = 0;      // octets
  std::size_t searched_ = 0;  // no LF between used_ and here
  Reply reply_;               // as far as it has come
  std::size_t lines_ = 0;     // of reply_
  std::size_t bytes_ = 0;     // of reply_
  bool broken_ = false;
};

}  // namespace paraph::smtp
