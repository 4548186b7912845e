#pragma once
#include <cstddef>
#include <string_view>

namespace paraph::smtp {

/// What is wrong with the line ends of a message (RFC 5321 §2.3.8: CR and LF only as CRLF).
struct LineEnds {
  bool bare_cr = false;
  bool bare_lf = false;
  bool clean() const { return !bare_cr && !bare_lf; }
  friend bool operator==(LineEnds, LineEnds) = default;
};

/// Finds bare CR and bare LF in octets that come in any pieces. Allocates nothing; several GB/s.
class LineCheck {
 public:
  void feed(std::string_view octets) { scan(octets, StopAtDot::No); }
  /// Feeds no further than the first CRLF that a dot follows, or all; how many octets that was.
  std::size_t feed_to_dot(std::string_view octets) { return scan(octets, StopAtDot::Yes); }
  /// The octets so far, as if they were all: a CR at their end is bare.
  LineEnds result() const;
  /// True at the start of the message and after each CRLF.
  bool at_line_start() const { return line_start_; }

 private:
  enum class StopAtDot { No, Yes };
  std::size_t scan(std::string_view octets, StopAtDot stop);
  void note_cr(std::string_view line, bool whole);

  LineEnds found_;
  bool after_cr_ = false;
  bool line_start_ = true;
};

}  // namespace paraph::smtp
