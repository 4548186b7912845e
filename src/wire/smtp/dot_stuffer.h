#pragma once
#include <string>
#include <string_view>

#include "wire/smtp/line_ends.h"

namespace paraph::smtp {

/// A message to what follows DATA (RFC 5321 §4.5.2): a dot before each dot that begins a line, and the end. Pieces may
/// be cut anywhere.
class DotStuffer {
 public:
  /// Appends `octets`, stuffed. False: they hold a bare CR or LF, by which some server may see an end where none is
  /// (RFC 5321 §2.3.8); nothing was appended, and nothing may follow.
  [[nodiscard]] bool append(std::string& out, std::string_view octets);
  /// Appends the end: CRLF when the message does not end with one, a dot, CRLF. False as above.
  [[nodiscard]] bool append_end(std::string& out);

 private:
  void take(std::string& out, std::string_view octets);

  LineCheck check_;
  bool held_cr_ = false;  // whether it is bare, the next piece tells
};

}  // namespace paraph::smtp
