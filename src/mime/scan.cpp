#include "mime/scan.h"

#include <algorithm>
#include <utility>

#include "mime/base64.h"
#include "mime/field.h"
#include "mime/text_run.h"

namespace paraph::mime {
namespace {

using mail::Defect;

constexpr std::size_t kHeldMax = 1024;  ///< a delimiter line is not longer
constexpr std::size_t kRefill = 512;    ///< added to what is held at a time

std::string_view without_trailing_blanks(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// Octets at the end of `data` that may be the CRLF of a delimiter.
std::size_t undecided_bytes(std::string_view data) {
  if (data.ends_with("\r\n")) return 2;
  return data.ends_with('\r') ? 1 : 0;
}

/// text_run() over all of `octets`, delimiters or not.
TextRun whole_run(std::string_view octets) {
  TextRun total;
  while (total.bytes < octets.size()) {
    const TextRun run = text_run(octets.substr(total.bytes));
    total.bytes += run.bytes;
    total.crlfs += run.crlfs;
    total.nul |= run.nul;
    total.bare_cr |= run.bare_cr;
    total.bare_lf |= run.bare_lf;
  }
  return total;
}

Defect defects_of(const TextRun& run) {
  return (run.nul ? Defect::Nul : Defect::None) | (run.bare_cr ? Defect::BareCr : Defect::None) |
         (run.bare_lf ? Defect::BareLf : Defect::None);
}

}  // namespace

Scanner::Scanner(ScanLimits limits, ScanObserver* observer) : limits_(limits), observer_(observer) {
  // What most messages need, at once.
  structure_.parts.reserve(6);
  open_.reserve(4);
  header_.reserve(1024);
  begin_part(mail::kNoPart);
}

void Scanner::feed(std::string_view octets) {
  while (!held_.empty() && !octets.empty()) {
    const std::size_t more = std::min(octets.size(), kRefill);
    held_ += octets.substr(0, more);
    const std::size_t used = consume(held_, Next::Unknown);
    const std::size_t left = held_.size() - used;
    if (left <= more) {  // what was held is decided: go on in the input itself
      octets.remove_prefix(more - left);
      held_.clear();
      break;
    }
    octets.remove_prefix(more);
    held_.erase(0, used);
  }
  if (!held_.empty() || octets.empty()) return;
  const std::size_t used = consume(octets, Next::Unknown);
  held_ = octets.substr(used);
}

void Scanner::skip_base64(const Base64Run& run) {
  if (run.wire_bytes == 0) return;
  consume(std::exchange(held_, {}), Next::Text);
  while (mode_ == Mode::Header) end_header(false);
  if (open_.back().place == Place::Epilogue) note(Defect::Epilogue);
  if (open_.back().watched && padding_ != 0) note(Defect::BadBase64);
  padding_ += run.padding;
  offset_ += run.wire_bytes;
  crlfs_ += run.crlfs;
  history_ = run.ends_in_crlf ? std::array{'A', 'A', '\r', '\n'} : std::array{'A', 'A', 'A', 'A'};
  line_start_ = run.ends_in_crlf;
}

mail::Structure Scanner::finish() {
  consume(std::exchange(held_, {}), Next::Nothing);
  while (mode_ == Mode::Header) end_header(false);
  end_parts(0, false);
  structure_.size = offset_;
  for (const auto& each : structure_.parts) structure_.defects |= each.defects;
  return std::move(structure_);
}

/// Takes octets from the start of `data` and answers how many. What is left, less than kHeldMax octets, cannot be
/// decided without more; nothing is left unless `next` is Unknown.
std::size_t Scanner::consume(std::string_view data, Next next) {
  std::size_t used = 0;
  for (;;) {
    const Mode mode = mode_;
    const auto rest = data.substr(used);
    used += mode == Mode::Header ? consume_header(rest, next) : consume_body(rest, next);
    if (mode == mode_) return used;
  }
}

/// Lines of header blocks, until a body begins.
std::size_t Scanner::consume_header(std::string_view data, Next next) {
  std::size_t used = 0;
  while (mode_ == Mode::Header && used < data.size()) {
    const auto rest = data.substr(used);
    Delimiter delimiter;
    const Verdict verdict = in_line_ ? Verdict::No : match_delimiter(rest, next, delimiter);
    if (verdict == Verdict::NeedMore) return used;
    if (verdict == Verdict::Yes) {
      while (mode_ == Mode::Header) end_header(false);
      pass_delimiter({}, rest.substr(0, delimiter.bytes), delimiter);
      used += delimiter.bytes;
      continue;
    }
    const std::uint64_t parts = structure_.parts.size();
    std::size_t bytes = consume_field_lines(rest);
    if (bytes == 0) bytes = consume_header_line(rest, next);
    used += bytes;
    if (bytes == 0 && parts == structure_.parts.size()) return used;  // needs more, or a body begins
  }
  return used;
}

/// Whole lines of fields, as nearly all of a header block are, taken together. Whatever is unusual is left to
/// consume_header_line().
std::size_t Scanner::consume_field_lines(std::string_view rest) {
  if (in_line_ || rest.starts_with("From ")) return 0;
  std::size_t bytes = 0;
  for (auto end = rest.find("\r\n"); end != std::string_view::npos; end = rest.find("\r\n", bytes)) {
    const auto line = rest.substr(bytes, end - bytes);
    if (line.size() > limits_.header_line_bytes_max || line.size() > kHeldMax || line.starts_with("--")) break;
    const LineKind kind = line_kind(line);
    if (kind != LineKind::Field && (kind != LineKind::Continuation || !field_seen_)) break;
    field_seen_ = true;
    bytes = end + 2;
  }
  if (bytes != 0) keep_header(rest.substr(0, bytes));
  return bytes;
}

/// One line of a header block, or as much as there is of a long one. Ends the block where it ends. 0: needs more, or
/// ended.
std::size_t Scanner::consume_header_line(std::string_view rest, Next next) {
  const auto line_end = rest.find("\r\n");
  const bool complete = line_end != std::string_view::npos;
  if (!complete && !in_line_ && rest.size() < kHeldMax && next == Next::Unknown) return 0;
  // A CR at the end may be half a CRLF.
  const std::size_t undecided = !complete && next == Next::Unknown && rest.ends_with('\r') ? 1 : 0;
  const auto line = rest.substr(0, complete ? line_end : rest.size() - undecided);
  if (!in_line_) {
    // No more than can be held is looked at: else the answer would hang on how the line is cut.
    const LineKind kind = line_kind(line.substr(0, kHeldMax));
    const bool mbox = open_.size() == 1 && header_.empty() && line.starts_with("From ");
    if (kind == LineKind::Empty && complete) {
      take_header("\r\n", true);
      end_header(true);
      return 2;
    }
    if (mbox) {
      note(Defect::HeaderNotEnded);
    } else if (kind == LineKind::Field) {
      field_seen_ = true;
    } else if (kind != LineKind::Continuation || !field_seen_) {
      end_header(false);
      return 0;
    }
  }
  const auto octets = rest.substr(0, complete ? line_end + 2 : line.size());
  take_header(octets, complete);
  return octets.size();
}

/// Octets of a header block: of one line, with its CRLF when `ends_line`.
void Scanner::take_header(std::string_view octets, bool ends_line) {
  line_bytes_ = (in_line_ ? line_bytes_ : 0) + octets.size() - (ends_line ? 2 : 0);
  if (line_bytes_ > limits_.header_line_bytes_max) note(Defect::LongHeaderLine);
  in_line_ = !ends_line;
  keep_header(octets);
}

/// Octets of a header block, whose lines are counted.
void Scanner::keep_header(std::string_view octets) {
  const std::size_t room = limits_.header_bytes_max - std::min(header_.size(), limits_.header_bytes_max);
  header_ += octets.substr(0, room);
  if (octets.size() > room) note(Defect::LongHeaders);
  const TextRun run = whole_run(octets);
  const Defect defects = defects_of(run);
  note(defects);
  if (mail::has(defects, Defect::Nul | Defect::BareCr | Defect::BareLf)) note(Defect::HeaderOctets);
  crlfs_ += run.crlfs;
  advance(octets);
  tell(octets);
}

/// Octets of bodies, preambles and epilogues, until a header block begins.
std::size_t Scanner::consume_body(std::string_view data, Next next) {
  std::size_t used = 0;
  while (mode_ == Mode::Body && used < data.size()) {
    const auto rest = data.substr(used);
    Delimiter delimiter;
    if (line_start_) {
      const Verdict verdict = match_delimiter(rest, next, delimiter);
      if (verdict == Verdict::NeedMore) return used;
      if (verdict == Verdict::Yes) {
        pass_delimiter({}, rest.substr(0, delimiter.bytes), delimiter);
        used += delimiter.bytes;
        continue;
      }
      line_start_ = false;
    }
    if (const std::size_t bytes = take_base64_lines(rest); bytes != 0) {
      used += bytes;
      continue;
    }
    const auto text = rest.substr(0, rest.size() - (next == Next::Unknown ? undecided_bytes(rest) : 0));
    const TextRun run = text_run(text);
    const auto passed = text.substr(0, run.bytes);
    const bool candidate = run.bytes < text.size() && passed.ends_with("\r\n");
    const Verdict verdict = candidate ? match_delimiter(rest.substr(run.bytes), next, delimiter) : Verdict::No;
    const bool delimits = verdict != Verdict::No;  // or may: then its CRLF stays with it
    note(defects_of(run));
    crlfs_ += run.crlfs - (delimits ? 1 : 0);
    take_body(passed.substr(0, passed.size() - (delimits ? 2 : 0)));
    used += passed.size();
    if (verdict == Verdict::NeedMore) return used - 2;
    if (verdict == Verdict::Yes) {
      pass_delimiter(passed.substr(passed.size() - 2), rest.substr(run.bytes, delimiter.bytes), delimiter);
      used += delimiter.bytes;
    } else if (run.bytes == text.size()) {
      return used;
    }
  }
  return used;
}

/// Lines of a base64 body, without looking for anything else in them: they can hold no delimiter. What is left of a
/// line may come first. Answers how many octets were taken; a further line stays, as its CRLF may be a delimiter's.
std::size_t Scanner::take_base64_lines(std::string_view rest) {
  constexpr std::size_t kLineBytesMax = 1000;
  if (part().encoding != mail::Encoding::Base64 || !part().leaf() || padding_ != 0) return 0;
  std::size_t begun = 0;
  Base64Lines whole = base64_lines(rest);
  if (whole.bytes == 0) {
    begun = rest.substr(0, kLineBytesMax).find('\n') + 1;
    const auto line = rest.substr(0, begun);
    if (begun < 2 || line.find('\r') != begun - 2 || base64_prefix(line) != begun) return 0;  // npos + 1 is 0
    whole = base64_lines(rest.substr(begun));
    if (whole.bytes == 0) return 0;
  }
  crlfs_ += whole.lines + (begun != 0 ? 1 : 0);
  const auto octets = rest.substr(0, begun + whole.bytes);
  advance(octets);
  tell(octets);
  return octets.size();
}

/// Octets of a body, already counted.
void Scanner::take_body(std::string_view octets) {
  if (octets.empty()) return;
  const Open& open = open_.back();
  if (open.watched && part().encoding == mail::Encoding::Base64 && part().leaf()) check_base64(octets);
  if (open.place == Place::Epilogue && !has(part().defects, Defect::Epilogue) &&
      octets.find_first_not_of("\r\n") != std::string_view::npos) {
    note(Defect::Epilogue);
  }
  advance(octets);
  tell(octets);
}

/// Whether a delimiter line of some open multipart is at the start of `rest`, which is the start of a line.
Scanner::Verdict Scanner::match_delimiter(std::string_view rest, Next next, Delimiter& found) const {
  if (rest.size() < 2 && next == Next::Unknown && std::string_view("--").starts_with(rest)) return Verdict::NeedMore;
  if (!rest.starts_with("--")) return Verdict::No;
  const auto window = rest.substr(0, kHeldMax);
  const auto lf = window.find('\n');
  std::string_view line = window;
  if (lf != std::string_view::npos) {
    if (window[lf - 1] != '\r') return Verdict::No;
    found.bytes = lf + 1;
    line = window.substr(0, lf - 1);
  } else {
    if (window.size() == kHeldMax || next == Next::Text) return Verdict::No;
    if (next == Next::Unknown) return Verdict::NeedMore;
    found.bytes = line.size();
  }
  line = without_trailing_blanks(line);
  for (std::size_t level = open_.size(); level-- > 0;) {
    const Open& open = open_[level];
    if (open.boundary.empty() || open.place == Place::Epilogue || !line.starts_with(open.boundary)) continue;
    const auto after = line.substr(open.boundary.size());
    if (!after.empty() && after != "--") continue;
    found.level = level;
    found.close = !after.empty();
    return Verdict::Yes;
  }
  return Verdict::No;
}

void Scanner::advance(std::string_view octets) {
  offset_ += octets.size();
  if (octets.size() >= history_.size()) {
    std::ranges::copy_n(octets.end() - history_.size(), history_.size(), history_.begin());
    return;
  }
  std::shift_left(history_.begin(), history_.end(), static_cast<std::ptrdiff_t>(octets.size()));
  std::ranges::copy(octets, history_.end() - octets.size());
}

void Scanner::tell(std::string_view octets) {
  if (observer_ != nullptr && !octets.empty()) observer_->octets(octets);
}

/// Octets of a base64 leaf: all alphabet and line ends, then at most two '=' and line ends.
void Scanner::check_base64(std::string_view octets) {
  if (padding_ == 0) octets.remove_prefix(base64_prefix(octets));
  for (const char c : octets) {
    if (c == '\r' || c == '\n') continue;
    if (c == '=' && ++padding_ <= 2) continue;
    note(Defect::BadBase64);
    return;
  }
}

mail::Structure scan(std::string_view message, ScanLimits limits) {
  Scanner scanner(limits);
  scanner.feed(message);
  return scanner.finish();
}

}  // namespace paraph::mime
