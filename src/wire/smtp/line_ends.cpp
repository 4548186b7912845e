#include "wire/smtp/line_ends.h"

namespace paraph::smtp {

LineEnds LineCheck::result() const {
  LineEnds ends = found_;
  ends.bare_cr = ends.bare_cr || after_cr_;
  return ends;
}

// A CR in `line` is bare unless it is the last octet, where an LF follows (`whole`) or may follow.
void LineCheck::note_cr(std::string_view line, bool whole) {
  if (!found_.bare_cr) {
    const auto cr = line.find('\r');
    found_.bare_cr = cr != std::string_view::npos && cr + 1 != line.size();
  }
  if (!whole) after_cr_ = line.ends_with('\r');
}

std::size_t LineCheck::scan(std::string_view octets, StopAtDot stop) {
  if (octets.empty()) return 0;
  if (after_cr_ && octets.front() != '\n') {
    found_.bare_cr = true;
    after_cr_ = false;
  }
  std::size_t at = 0;
  while (at < octets.size()) {
    const auto lf = octets.find('\n', at);
    if (lf == std::string_view::npos) {
      note_cr(octets.substr(at), false);
      line_start_ = false;
      return octets.size();
    }
    note_cr(octets.substr(at, lf - at), true);
    line_start_ = lf > at ? octets[lf - 1] == '\r' : after_cr_;
    if (!line_start_) found_.bare_lf = true;
    after_cr_ = false;
    at = lf + 1;
    if (stop == StopAtDot::Yes && line_start_ && at < octets.size() && octets[at] == '.') return at;
  }
  return at;
}

}  // namespace paraph::smtp
