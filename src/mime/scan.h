#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/structure.h"

namespace paraph::mime {

/// Past a limit the message is still scanned to its end; a defect says what happened.
struct ScanLimits {
  std::size_t depth_max = 32;  ///< parts from the root down to a leaf, both counted
  std::size_t parts_max = 1000;
  std::size_t header_bytes_max = 256 * 1024;  ///< of one header block; fields past it are not read
  std::size_t header_line_bytes_max = 998;    ///< RFC 5322 §2.1.1, without the CRLF
  std::size_t kept_bytes_max =
      1024 * 1024;  ///< strings kept in the whole Structure: parts past it keep type and encoding only
};

/// Follows a scan: sees every octet of the message once, in order. Views are valid during the call only.
class ScanObserver {
 public:
  virtual ~ScanObserver() = default;
  /// A header block was read; `block` is as fed, at most header_bytes_max octets of it. `part.body` is not known yet.
  virtual void header_read(const mail::Part& part, std::string_view block) = 0;
  /// The next octets are the body of `part`, a leaf (or a composite that is not looked into).
  virtual void body_begins(const mail::Part& part) = 0;
  virtual void octets(std::string_view octets) = 0;
  /// The octets since body_begins() were that whole body.
  virtual void body_ends() = 0;
};

/// A run of a message known to be base64 lines, so that it need not be looked at (mail::Segment, kind Base64).
struct Base64Run {
  std::uint64_t wire_bytes = 0;
  std::uint64_t crlfs = 0;
  bool ends_in_crlf = false;
  std::uint8_t padding = 0;  ///< '=' at its end: 0, 1 or 2
};

/// Reads a message in any pieces and tells its MIME structure with exact octet ranges (RFC 2045, 2046, 5322). Any
/// octets are a message: what is wrong is told by defects, never by failure. Only CRLF ends a line. A delimiter is a
/// whole line: "--", boundary, "--" or not, blanks; the CRLF before it belongs to it. An outer delimiter closes all
/// inside. Where a delimiter follows a header block at once, that block's empty line serves as the delimiter's CRLF:
/// then `header` still holds it, and `body` is empty at its end.
///
/// Keeps one header block, about one line, and the Structure. Time is linear; a long body passes at many GB/s.
class Scanner {
 public:
  explicit Scanner(ScanLimits limits = {}, ScanObserver* observer = nullptr);

  /// The next octets.
  void feed(std::string_view octets);
  /// Passes over the next octets, which are base64 lines within one body. Observers do not see them.
  void skip_base64(const Base64Run& run);
  /// The message is over. Call once, last.
  mail::Structure finish();

 private:
  enum class Mode { Header, Body };
  enum class Place { Preamble, Parts, Epilogue };
  /// What comes after the octets at hand: not known yet, base64 text, the end.
  enum class Next { Unknown, Text, Nothing };
  enum class Verdict { No, Yes, NeedMore };
  /// A part whose end was not seen yet.
  struct Open {
    std::uint32_t part = 0;
    std::string boundary;  ///< with its "--"; empty unless this is a multipart that is looked into
    Place place = Place::Preamble;
    bool watched = false;            ///< body_begins() was told
    std::uint64_t crlfs_before = 0;  ///< its body
  };
  /// A delimiter line: of which multipart (index in open_), and its length with its CRLF.
  struct Delimiter {
    std::size_t level = 0;
    bool close = false;
    std::size_t bytes = 0;
  };

  // scan.cpp: octets
  std::size_t consume(std::string_view data, Next next);
  std::size_t consume_header(std::string_view data, Next next);
  std::size_t consume_field_lines(std::string_view rest);
  std::size_t consume_header_line(std::string_view rest, Next next);
  std::size_t consume_body(std::string_view data, Next next);
  Verdict match_delimiter(std::string_view rest, Next next, Delimiter& found) const;
  void take_header(std::string_view octets, bool ends_line);
  void keep_header(std::string_view octets);
  std::size_t take_base64_lines(std::string_view rest);
  void take_body(std::string_view octets);
  void advance(std::string_view octets);
  void tell(std::string_view octets);
  void check_base64(std::string_view octets);

  // scan_tree.cpp: parts
  void begin_part(std::uint32_t parent);
  void end_header(bool empty_line);
  void begin_body();
  bool look_inside();
  bool is_ambiguous(const std::string& delimiter) const;
  void pass_delimiter(std::string_view line_end, std::string_view line, const Delimiter& delimiter);
  void end_parts(std::size_t keep, bool at_delimiter);
  void end_part(const Open& open, bool at_delimiter);
  void keep_within_limit(mail::Part& part);
  void note(mail::Defect defect) { part().defects |= defect; }
  mail::Part& part() { return structure_.parts[open_.back().part]; }

  ScanLimits limits_;
  ScanObserver* observer_;
  mail::Structure structure_;
  std::vector<Open> open_;  ///< from the root to the innermost part
  Mode mode_ = Mode::Header;
  std::uint64_t offset_ = 0;       ///< octets consumed
  std::uint64_t crlfs_ = 0;        ///< CRLFs among them
  std::array<char, 4> history_{};  ///< the last four octets consumed: enough to tell what a body ends with
  std::string held_;               ///< fed, and not consumed yet: perhaps the start of a delimiter line
  bool line_start_ = false;        ///< in a body: the next octet begins a line whose CRLF before it is consumed
  // Of the header block being read:
  std::string header_;
  bool field_seen_ = false;
  bool in_line_ = false;          ///< in the midst of a line that is too long to hold
  std::uint64_t line_bytes_ = 0;  ///< of that line so far
  // Of the base64 body being read:
  std::size_t padding_ = 0;  ///< '=' seen
  std::size_t kept_bytes_ = 0;
};

/// The structure of a whole message in one piece.
mail::Structure scan(std::string_view message, ScanLimits limits = {});

}  // namespace paraph::mime
