#include "wire/smtp/framer.h"

#include <algorithm>

#include "base/assert.h"

namespace paraph::smtp {
namespace {

// Assigning an empty string would keep the memory.
void release(std::string& text) { std::string().swap(text); }

}  // namespace

void Framer::feed(std::string_view octets) {
  PARAPH_ASSERT(input_.empty());
  input_ = octets;
}

void Framer::begin_data() {
  PARAPH_ASSERT(state_ == State::Command);
  state_ = State::Data;
  check_ = LineCheck();
}

void Framer::begin_chunk(std::uint64_t bytes, FirstChunk first) {
  PARAPH_ASSERT(state_ == State::Command);
  state_ = State::Chunk;
  chunk_left_ = bytes;
  if (first == FirstChunk::Yes) check_ = LineCheck();
}

void Framer::expect_auth_line() { auth_line_ = true; }

void Framer::discard() {
  input_ = {};
  release(held_);
  state_ = State::Command;
  auth_line_ = false;
  shown_ = false;
}

std::size_t Framer::heap_bytes() const { return held_.capacity() > std::string().capacity() ? held_.capacity() : 0; }

Framer::Event Framer::next() {
  if (shown_) {
    release(held_);
    shown_ = false;
  }
  switch (state_) {
    case State::Command:
    case State::BadCommand:
      return next_line();
    case State::Data:
      return next_data();
    case State::DataDot:
    case State::DataDotCr:
      return next_after_dot();
    case State::Chunk:
      return next_chunk();
  }
  return {};
}

std::string_view Framer::take(std::size_t bytes) {
  const auto taken = input_.substr(0, bytes);
  input_.remove_prefix(taken.size());
  return taken;
}

Framer::Event Framer::next_line() {
  const auto lf = input_.find('\n');
  if (lf != std::string_view::npos) return end_line(take(lf + 1));
  const auto begin = take(input_.size());
  if (state_ == State::BadCommand) return {};
  if (held_.size() + begin.size() < line_bytes_max()) {
    held_.append(begin);
    return {};
  }
  state_ = State::BadCommand;
  release(held_);
  return {};
}

// `line` is the end of the line, or all of it, with its LF.
Framer::Event Framer::end_line(std::string_view line) {
  const bool fits = state_ == State::Command && held_.size() + line.size() <= line_bytes_max();
  state_ = State::Command;
  auth_line_ = false;
  shown_ = !held_.empty();
  if (!fits) return {.kind = Kind::BadLine};
  if (shown_) {
    held_.append(line);
    line = held_;
  }
  if (!line.ends_with("\r\n")) return {.kind = Kind::BadLine};
  line.remove_suffix(2);
  return {.kind = Kind::Line, .text = line};
}

// Pieces end where a dot has to go: before the first octet of a line.
Framer::Event Framer::next_data() {
  if (input_.empty()) return {};
  if (check_.at_line_start() && input_.front() == '.') {
    take(1);
    state_ = State::DataDot;
    return next_after_dot();
  }
  return {.kind = Kind::Octets, .text = take(check_.feed_to_dot(input_))};
}

// RFC 5321 §4.5.2: a line that is only a dot ends the message; from any other the first dot is taken away. What ends
// the line is CRLF and nothing else, or two servers could see different messages in the same octets.
Framer::Event Framer::next_after_dot() {
  if (input_.empty()) return {};
  if (state_ == State::DataDot && input_.front() == '\r') {
    take(1);
    state_ = State::DataDotCr;
    if (input_.empty()) return {};
  }
  if (state_ == State::DataDotCr) {
    if (input_.front() != '\n') {
      state_ = State::Data;
      check_.feed(".\r");
      return {.kind = Kind::Octets, .text = "\r"};
    }
    take(1);
    state_ = State::Command;
    return {.kind = Kind::MessageEnd, .line_ends = check_.result()};
  }
  state_ = State::Data;
  check_.feed(".");
  return next_data();
}

Framer::Event Framer::next_chunk() {
  if (chunk_left_ == 0) {
    state_ = State::Command;
    return {.kind = Kind::ChunkEnd, .line_ends = check_.result()};
  }
  if (input_.empty()) return {};
  const auto piece = take(static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, input_.size())));
  chunk_left_ -= piece.size();
  check_.feed(piece);
  return {.kind = Kind::Octets, .text = piece};
}

}  // namespace paraph::smtp
