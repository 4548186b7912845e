#include "wire/imap/framer.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "wire/imap/parse.h"

namespace paraph::imap {
namespace {

constexpr std::size_t kTagPrefixBytes = 256;    // enough of a command's begin to find its tag
constexpr std::size_t kAnnouncementBytes = 32;  // enough of a line's end to find ~{18446744073709551615+}CRLF

// Assigning an empty string would keep the memory.
void release(std::string& text) { std::string().swap(text); }

// Without LF or CRLF; what lies before `begin` belongs to a literal.
std::string_view without_line_end(std::string_view line, std::size_t begin = 0) {
  if (line.size() > begin && line.back() == '\n') line.remove_suffix(1);
  if (line.size() > begin && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

void Framer::feed(std::string_view octets) {
  PARAPH_ASSERT(input_.empty());
  input_ = octets;
}

void Framer::accept() {
  PARAPH_ASSERT(state_ == State::Asked);
  state_ = append_ ? State::Message : State::Literal;
}

void Framer::refuse() {
  PARAPH_ASSERT(state_ == State::Asked || append_);
  if (state_ == State::Asked && sync_ == Sync::Yes) {
    restart();
    return;
  }
  if (state_ == State::Line) {
    keep_end({});
    state_ = State::DrainLine;
    return;
  }
  drain_literal(literal_left_);
}

void Framer::expect_line() {
  PARAPH_ASSERT(state_ == State::Line && (held_.empty() || shown_));
  state_ = State::RawLine;
}

void Framer::discard() {
  input_ = {};
  restart();
}

// Back to the begin of a command; frees what the last one held.
void Framer::restart() {
  release(held_);
  release(tag_);
  literal_left_ = 0;
  line_begin_ = literal_bytes_ = 0;
  state_ = State::Line;
  append_ = report_ = shown_ = false;
}

std::string_view Framer::take(std::uint64_t bytes_max) {
  const auto taken = input_.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes_max, input_.size())));
  input_.remove_prefix(taken.size());
  return taken;
}

std::size_t Framer::heap_bytes() const {
  const auto inside = std::string().capacity();
  return (held_.capacity() > inside ? held_.capacity() : 0) + (tag_.capacity() > inside ? tag_.capacity() : 0);
}

Framer::Event Framer::next() {
  if (shown_) {
    release(held_);
    shown_ = false;
  }
  for (;;) {
    const State before = state_;
    const Event event = step();
    if (event.kind != Kind::NeedMore || (input_.empty() && state_ == before)) return event;
  }
}

// One step of next(): NeedMore means that nothing can be told yet, not that all octets are used.
Framer::Event Framer::step() {
  switch (state_) {
    case State::Line:
      return next_line();
    case State::Asked:
      PARAPH_ASSERT(!"accept() or refuse() first");
      return {};
    case State::Literal:
      return next_literal();
    case State::Message:
      return next_message();
    case State::DrainLine:
      return next_drain_line();
    case State::DrainLiteral:
      return next_drain_literal();
    case State::RawLine:
    case State::DrainRawLine:
      return next_raw_line();
  }
  return {};
}

Framer::Event Framer::next_line() {
  const auto lf = input_.find('\n');
  if (lf != std::string_view::npos) return end_line(take(lf + 1));
  const auto begin = take(input_.size());
  if (line_bytes() + begin.size() >= kCommandBytesMax) return too_long(begin);
  held_.append(begin);
  return {};
}

// `line` is the rest of the current line, with its LF.
Framer::Event Framer::end_line(std::string_view line) {
  if (line_bytes() + line.size() > kCommandBytesMax) return too_long(line);
  shown_ = !held_.empty();
  if (shown_) held_.append(line);
  const auto text = without_line_end(shown_ ? std::string_view(held_) : line, line_begin_);
  const auto literal = announced(text.substr(line_begin_));
  if (literal.present && is_message(text)) return begin_message(text, literal);
  if (literal.present) return begin_literal(line, literal);
  const Event event{.kind = append_ ? Kind::AppendEnd : Kind::Command, .text = text};
  const bool shown = shown_;
  std::string held = std::move(held_);
  restart();
  held_ = std::move(held);
  shown_ = shown;
  return event;
}

// RFC 9051 §9: literal = "{" number64 ["+"] "}", at the end of a line
Framer::Announced Framer::announced(std::string_view line) {
  if (!line.ends_with('}')) return {};
  line.remove_suffix(1);
  const Sync sync = line.ends_with('+') ? Sync::No : Sync::Yes;
  if (sync == Sync::No) line.remove_suffix(1);
  const auto brace = line.substr(line.size() - std::min(line.size(), kAnnouncementBytes)).rfind('{');
  if (brace == std::string_view::npos) return {};
  const auto bytes = parse_decimal(line.substr(line.rfind('{') + 1));
  if (!bytes) return {};
  return {.present = true, .bytes = *bytes, .sync = sync};
}

// Is the literal at the end of `text` a message, and no mailbox name? (RFC 9051 §6.3.12)
bool Framer::is_message(std::string_view text) const {
  if (append_) return true;
  const auto name = text.find(' ');
  if (name == std::string_view::npos || !istarts_with(text.substr(name), " APPEND ")) return false;
  return line_begin_ > 0 || text.substr(name).size() <= 8 || text[name + 8] != '{';
}

Framer::Event Framer::begin_message(std::string_view text, const Announced& literal) {
  if (!append_) tag_ = command_tag(text);
  append_ = true;
  literal_left_ = literal.bytes;
  literal_bytes_ = line_begin_ = 0;
  sync_ = literal.sync;
  state_ = State::Asked;
  return {.kind = Kind::Message, .text = text, .bytes = literal.bytes, .sync = literal.sync};
}

Framer::Event Framer::begin_literal(std::string_view line, const Announced& literal) {
  if (!shown_) held_ = line;
  shown_ = false;
  literal_left_ = literal.bytes;
  if (literal.bytes > kLiteralBytesMax - literal_bytes_) {
    tag_ = command_tag(std::string_view(held_).substr(0, kTagPrefixBytes));
    report_ = true;
    if (literal.sync == Sync::Yes) return end_drain();
    drain_literal(literal.bytes);
    return {};
  }
  state_ = literal.sync == Sync::Yes ? State::Asked : State::Literal;
  sync_ = literal.sync;
  if (literal.sync == Sync::No) return {};
  return {.kind = Kind::Literal, .bytes = literal.bytes, .sync = Sync::Yes};
}

Framer::Event Framer::next_literal() {
  const auto piece = take(literal_left_);
  held_.append(piece);
  literal_left_ -= piece.size();
  literal_bytes_ += static_cast<std::uint32_t>(piece.size());
  if (literal_left_ > 0) return {};
  line_begin_ = static_cast<std::uint32_t>(held_.size());
  state_ = State::Line;
  return {};
}

Framer::Event Framer::next_message() {
  const auto piece = take(literal_left_);
  literal_left_ -= piece.size();
  if (literal_left_ == 0) state_ = State::Line;
  if (piece.empty()) return {};
  return {.kind = Kind::Octets, .text = piece};
}

// The command is past its limit with `line`, which is used up: forget it, but for its tag and the end of the line.
Framer::Event Framer::too_long(std::string_view line) {
  if (!append_) {
    std::string prefix = held_.substr(0, kTagPrefixBytes);
    prefix.append(line.substr(0, kTagPrefixBytes - prefix.size()));
    tag_ = command_tag(prefix);
  }
  report_ = true;
  state_ = State::DrainLine;
  // What was taken goes through the same scan as what comes: give it back.
  keep_end({});
  input_ = {line.data(), line.size() + input_.size()};
  return {};
}

// held_ becomes the last octets of its line and of `octets`: enough to find a literal's announcement.
void Framer::keep_end(std::string_view octets) {
  std::string end =
      held_.substr(std::max<std::size_t>(line_begin_, held_.size() - std::min(held_.size(), kAnnouncementBytes)));
  line_begin_ = literal_bytes_ = 0;
  end.append(octets.substr(octets.size() - std::min(octets.size(), kAnnouncementBytes)));
  held_.swap(end);
  shown_ = false;
}

Framer::Event Framer::next_drain_line() {
  const auto lf = input_.find('\n');
  if (lf == std::string_view::npos) {
    keep_end(take(input_.size()));
    return {};
  }
  keep_end(take(lf + 1));
  const auto literal = announced(without_line_end(held_));
  if (!literal.present || literal.sync == Sync::Yes) return end_drain();
  drain_literal(literal.bytes);
  return {};
}

void Framer::drain_literal(std::uint64_t bytes) {
  release(held_);
  shown_ = false;
  literal_left_ = bytes;
  literal_bytes_ = line_begin_ = 0;
  state_ = State::DrainLiteral;
}

Framer::Event Framer::next_drain_literal() {
  literal_left_ -= take(literal_left_).size();
  if (literal_left_ == 0) state_ = State::DrainLine;
  return {};
}

Framer::Event Framer::end_drain() {
  const bool report = report_;
  std::string tag = std::move(tag_);
  restart();
  if (!report) return {};
  held_ = std::move(tag);
  shown_ = true;
  return {.kind = Kind::TooLong, .text = held_};
}

Framer::Event Framer::next_raw_line() {
  const auto lf = input_.find('\n');
  const auto piece = take(lf == std::string_view::npos ? input_.size() : lf + 1);
  const bool ended = lf != std::string_view::npos;
  if (state_ == State::DrainRawLine || held_.size() + piece.size() + (ended ? 0 : 1) > kLineBytesMax) {
    release(held_);
    state_ = ended ? State::Line : State::DrainRawLine;
    if (!ended) return {};
    return {.kind = Kind::TooLong, .text = "*"};
  }
  if (!ended) {
    held_.append(piece);
    return {};
  }
  state_ = State::Line;
  shown_ = !held_.empty();
  if (shown_) held_.append(piece);
  return {.kind = Kind::Line, .text = without_line_end(shown_ ? std::string_view(held_) : piece)};
}

}  // namespace paraph::imap
