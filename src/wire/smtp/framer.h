#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/smtp/line_ends.h"

namespace paraph::smtp {

/// RFC 5321 §4.5.3.1.4 asks for 512 octets; extensions (SMTPUTF8 paths, AUTH=, SASL) add to that.
inline constexpr std::size_t kCommandBytesMax = 2048;
/// RFC 4954 §4: lines of a SASL exchange.
inline constexpr std::size_t kAuthLineBytesMax = 12288;

/// Cuts a client's octets into command lines and message octets. It never writes and never waits.
///
///     framer.feed(octets);                     // as they came from the socket, in any pieces
///     for (;;) {
///       Framer::Event event = framer.next();   // until Kind::NeedMore: all that was fed is used up then
///       ...                                    // a DATA command that is answered 354: framer.begin_data()
///     }
///
/// However the octets are cut, the events are the same, except that message octets may come in more pieces.
/// A Framer at rest (NeedMore, no half line) owns no memory. One session owns it; not thread-safe.
class Framer {
 public:
  enum class Kind {
    NeedMore,    ///< nothing more to say: feed again
    Line,        ///< `text` is a command or SASL line, without its CRLF
    BadLine,     ///< a line past its limit, or ended by a bare LF: it was consumed and is not shown (500 5.5.2)
    Octets,      ///< `text` is the next piece of the message, dots already unstuffed; never empty
    MessageEnd,  ///< CRLF.CRLF after begin_data(); `line_ends` says what was wrong (554 5.5.2, no smuggling)
    ChunkEnd,    ///< all octets of begin_chunk() are out; `line_ends` covers all chunks since the first
  };

  /// `text` points into what was fed, or into the framer: valid until the next call of next(), feed() or discard().
  struct Event {
    Kind kind = Kind::NeedMore;
    std::string_view text;
    LineEnds line_ends;
  };

  enum class FirstChunk { Yes, No };

  /// Gives the next octets. They must stay in place until next() has answered NeedMore, which it must have before this.
  void feed(std::string_view octets);
  Event next();

  /// From here to CRLF.CRLF is message content (RFC 5321 §4.1.1.4). Call it after the Line that was DATA.
  void begin_data();
  /// The next `bytes` octets are message content (RFC 3030 §2). Call it after the Line that was BDAT, refused or not:
  /// the client sends them in any case.
  void begin_chunk(std::uint64_t bytes, FirstChunk first);
  /// The next line may be a SASL response: up to kAuthLineBytesMax octets.
  void expect_auth_line();

  /// Forgets whatever the client has sent already: after STARTTLS, octets in clear must not count (RFC 3207 §6).
  void discard();
  /// True if octets are waiting that no event has shown: a client pipelines.
  bool has_more() const { return !input_.empty() || (!held_.empty() && !shown_); }

  /// Octets of memory owned besides the object itself: 0 at rest, and at most its limits.
  std::size_t heap_bytes() const;

 private:
  enum class State : std::uint8_t { Command, BadCommand, Data, DataDot, DataDotCr, Chunk };

  Event next_line();
  Event next_data();
  Event next_chunk();
  Event next_after_dot();
  std::size_t line_bytes_max() const { return auth_line_ ? kAuthLineBytesMax : kCommandBytesMax; }
  Event end_line(std::string_view line);
  std::string_view take(std::size_t bytes);

  std::string_view input_;  // fed, not used yet
  std::string held_;        // the begin of a line whose end has not come
  std::uint64_t chunk_left_ = 0;
  LineCheck check_;
  State state_ = State::Command;
  bool auth_line_ = false;
  bool shown_ = false;  // held_ was given out by the last event
};

}  // namespace paraph::smtp
