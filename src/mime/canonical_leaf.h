#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "mail/rope.h"

namespace paraph::mime {

/// What a CanonicalLeaf makes of a body, in order.
class LeafSink {
 public:
  virtual ~LeafSink() = default;
  /// Octets that came as base64, in lines as mail::Segment describes them.
  virtual void decoded(std::string octets, std::uint32_t line_chars, bool final_crlf) = 0;
  /// Octets that stay as they came.
  virtual void verbatim(std::string_view octets) = 0;
};

/// Decodes one base64 body for as long as its encoding can be reproduced exactly, and hands on the rest as it came.
/// Each piece decoded but the last is as many whole lines as fit kBlobBytesMax.
class CanonicalLeaf {
 public:
  CanonicalLeaf(LeafSink& sink, std::size_t decoded_bytes_min) : sink_(sink), decoded_bytes_min_(decoded_bytes_min) {}

  /// A body begins. Bodies follow one another, each between begin() and end().
  void begin();
  void feed(std::string_view octets);
  void end();

 private:
  enum class State {
    FirstLine,  ///< its length will be that of all lines
    Lines,      ///< line_chars_ is known
    OneLine,    ///< the first line is longer than lines may be: then it must be the only one
    Stopped,    ///< the rest is verbatim
  };
  void feed_line(std::string_view& octets);
  void feed_lines(std::string_view& octets);
  void feed_one_line(std::string_view& octets);
  void end_line();
  bool take_last_line(std::string_view characters);
  void decode_groups();
  void stop(bool final_crlf);
  void flush(bool final_crlf);
  std::size_t piece_bytes_max() const;
  std::size_t line_octets() const { return line_chars_ / 4 * 3; }

  LeafSink& sink_;
  std::size_t decoded_bytes_min_;
  State state_ = State::Stopped;
  std::uint32_t line_chars_ = 0;
  std::string line_;             ///< a line that is not whole yet
  std::string decoded_;          ///< of whole lines, each ended by CRLF (of whole groups in OneLine)
  std::uint64_t handed_on_ = 0;  ///< decoded octets of this body that the sink has
};

}  // namespace paraph::mime
