#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace paraph::imap {

/// Octets of a command outside its literals, and inside those that are kept with it (mailbox names, passwords, search
/// texts).
inline constexpr std::size_t kCommandBytesMax = 64 * 1024;
inline constexpr std::size_t kLiteralBytesMax = 64 * 1024;
/// A SASL response (RFC 9051 §6.2.2) or IDLE's DONE.
inline constexpr std::size_t kLineBytesMax = 12288;

/// Does the client wait for "+ " before it sends a literal's octets? RFC 7888: not with {n+}.
enum class Sync { Yes, No };

/// Cuts a client's octets into commands, literals and the messages of APPEND. It never writes and never waits.
///
///     framer.feed(octets);
///     for (;;) {
///       Framer::Event event = framer.next();    // until Kind::NeedMore: all that was fed is used up then
///
/// An APPEND is told in steps, so that a wrong one is refused before its octets are sent, and a right one never lies in
/// memory:
///
///     Message     text = `a1 APPEND Sent (\Seen) {70000}`   parse_append(text), look up, then accept() (after writing
///     "+ " if
///                                                           sync is Yes) or refuse() (after writing the tagged NO)
///     Octets ...  the message, as views of what was fed
///     AppendEnd   text = what follows the octets: check_append_end(text), then the tagged OK. Another Message here is
///                 MULTIAPPEND (RFC 3502): its text has no command in front; accept() it, or refuse() the whole APPEND
///
/// A literal anywhere else is collected into its command, which is given out in one piece with the literal in place
/// (`a2 LOGIN {5}CRLFalice secret`); only a synchronising one needs the session: Literal, write "+ ", accept(). Lines
/// end with CRLF; a bare LF is taken too, for the telephones that send it.
///
/// However the octets are cut, the events are the same, except that message octets may come in more pieces.
/// A Framer at rest (NeedMore between commands) owns no memory. One session owns it; not thread-safe.
class Framer {
 public:
  enum class Kind {
    NeedMore,   ///< nothing more to say: feed again
    Command,    ///< `text` is a complete command without its line end: parse_command(text)
    Line,       ///< after expect_line(): `text` is a SASL response or DONE
    Literal,    ///< a synchronising literal of `bytes` octets, within limits, waits for "+ ": accept() or refuse()
    Message,    ///< APPEND's literal of `bytes` octets comes next: accept() or refuse()
    Octets,     ///< `text` is the next piece of that message; never empty
    AppendEnd,  ///< the APPEND is complete; `text` follows the message's octets: "" or ")" after UTF8 (...)
    TooLong,    ///< a command or line past its limits (BAD, or NO [TOOBIG]); `text` is its tag, or "*" if it has none.
                ///< What was sent of it is consumed; a synchronising literal that was announced will not be sent after
                ///< the tagged reply
  };

  /// `text` points into what was fed, or into the framer: valid until the next call of any other member but has_more().
  struct Event {
    Kind kind = Kind::NeedMore;
    std::string_view text;
    std::uint64_t bytes = 0;  ///< Literal, Message
    Sync sync = Sync::No;     ///< Literal, Message: Yes: write "+ " before accept()
  };

  /// Gives the next octets. They must stay in place until next() has answered NeedMore, which it must have before this.
  void feed(std::string_view octets);
  Event next();

  /// Answers Literal and Message: its octets are wanted.
  void accept();
  /// Answers Literal and Message: the command has been answered NO or BAD. A synchronising literal will not come; any
  /// other is read and forgotten to the end of its command, however long (RFC 7888 §4: the session may prefer BYE for a
  /// huge one). No event tells when that is done: the next one belongs to the next command. Also allowed between Octets
  /// (disk full).
  void refuse();
  /// The next line is no command: a SASL response, or DONE (RFC 9051 §6.3.13). Call it after the Command that began
  /// this, and again after each Line for one more.
  void expect_line();

  /// Forgets whatever the client has sent already: after STARTTLS, octets in clear must not count (RFC 9051 §6.2.1).
  void discard();
  /// True if octets are waiting that no event has shown: a client pipelines.
  bool has_more() const { return !input_.empty() || (!held_.empty() && !shown_); }

  /// Octets of memory owned besides the object itself: 0 at rest, and at most its limits.
  std::size_t heap_bytes() const;

 private:
  enum class State : std::uint8_t {
    Line,       // collecting a line of a command
    Asked,      // Literal or Message was given out: accept() or refuse() is due
    Literal,    // collecting a literal into held_
    Message,    // handing out a message's octets
    DrainLine,  // consuming a command that is refused or too long; held_ is the end of the line so far
    DrainLiteral,
    RawLine,  // expect_line()
    DrainRawLine,
  };
  /// What the end of a line announces (RFC 9051 §9, literal).
  struct Announced {
    bool present = false;
    std::uint64_t bytes = 0;
    Sync sync = Sync::Yes;
  };

  Event step();
  Event next_line();
  Event end_line(std::string_view line);
  Event next_literal();
  Event next_message();
  Event next_drain_line();
  Event next_drain_literal();
  Event next_raw_line();
  Event begin_message(std::string_view text, const Announced& literal);
  Event begin_literal(std::string_view line, const Announced& literal);
  Event too_long(std::string_view line);
  Event end_drain();
  void drain_literal(std::uint64_t bytes);
  void restart();
  void keep_end(std::string_view octets);
  std::string_view take(std::uint64_t bytes_max);
  bool is_message(std::string_view text) const;
  std::size_t line_bytes() const { return held_.size() - literal_bytes_; }
  static Announced announced(std::string_view line);

  std::string_view input_;           // fed, not used yet
  std::string held_;                 // the command so far, when it does not lie whole in what was fed
  std::string tag_;                  // of the command, once it may be wanted for TooLong
  std::uint64_t literal_left_ = 0;   // octets of the current literal still to come
  std::uint32_t line_begin_ = 0;     // where in held_ the current line begins
  std::uint32_t literal_bytes_ = 0;  // of all literals in held_
  State state_ = State::Line;
  Sync sync_ = Sync::No;  // of the literal asked about
  bool append_ = false;   // the command is an APPEND, and its message was announced
  bool report_ = false;   // the drained command ends in TooLong
  bool shown_ = false;    // held_ was given out by the last event
};

}  // namespace paraph::imap
