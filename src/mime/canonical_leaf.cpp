#include "mime/canonical_leaf.h"

#include <algorithm>
#include <utility>

#include "mime/base64.h"
#include "mime/base64_kernel.h"

namespace paraph::mime {
namespace {

constexpr std::uint32_t kLineCharsMax = 996;  // RFC 5322 §2.1.1: 998, and a multiple of 4
constexpr std::size_t kOneLineChunk = 16 * 1024;
constexpr std::size_t kLastGroup = 6;  ///< the last group of one line, and its CRLF

/// Decodes up to `lines` lines onto the end of `out`; answers how many were canonical.
std::size_t append_lines(std::string& out, std::string_view text, std::size_t lines, std::size_t characters,
                         bool crlf) {
  const std::size_t before = out.size();
  const std::size_t octets = characters / 4 * 3;
  const std::size_t needed = before + lines * octets;
  // More is likely to come: with room for it, what is decoded already need not be copied.
  if (needed > out.capacity())
    out.reserve(std::min<std::size_t>(2 * needed, std::max<std::size_t>(needed, mail::kBlobBytesMax)));
  std::size_t done = 0;
  out.resize_and_overwrite(needed, [&](char* data, std::size_t) {
    done = best_base64().decode_lines(data + before, text.data(), lines, characters, crlf);
    return before + done * octets;
  });
  return done;
}

}  // namespace

void CanonicalLeaf::begin() {
  state_ = State::FirstLine;
  line_chars_ = 0;
  handed_on_ = 0;
}

void CanonicalLeaf::feed(std::string_view octets) {
  while (!octets.empty()) {
    switch (state_) {
      case State::FirstLine:
        feed_line(octets);
        break;
      case State::Lines:
        line_.empty() ? feed_lines(octets) : feed_line(octets);
        break;
      case State::OneLine:
        feed_one_line(octets);
        break;
      case State::Stopped:
        sink_.verbatim(octets);
        return;
    }
  }
}

void CanonicalLeaf::end() {
  const bool first = state_ == State::FirstLine;
  if (first) line_chars_ = static_cast<std::uint32_t>(line_.size());
  if (state_ == State::OneLine) {
    const bool crlf = line_.ends_with("\r\n");
    if (crlf) line_.resize(line_.size() - 2);
    if (append_canonical_decoded(decoded_, line_)) {
      line_.clear();
      flush(crlf);
    } else if (crlf) {
      line_ += "\r\n";
    }
  } else if (state_ != State::Stopped && take_last_line(line_)) {
    line_.clear();
    flush(false);
  }
  if (state_ != State::Stopped) stop(state_ != State::OneLine);
}

/// Up to the end of one line, which is gathered in line_.
void CanonicalLeaf::feed_line(std::string_view& octets) {
  const std::size_t longest = (state_ == State::FirstLine ? kLineCharsMax : line_chars_) + 2;
  const std::size_t room = longest - line_.size();
  const auto window = octets.substr(0, room);
  const auto lf = window.find('\n');
  const std::size_t bytes = lf == std::string_view::npos ? window.size() : lf + 1;
  line_ += octets.substr(0, bytes);
  octets.remove_prefix(bytes);
  if (lf != std::string_view::npos) {
    end_line();
  } else if (line_.size() == longest) {
    if (state_ == State::FirstLine) {
      state_ = State::OneLine;
    } else {
      stop(true);
    }
  }
}

/// line_ holds a line with its LF.
void CanonicalLeaf::end_line() {
  if (!line_.ends_with("\r\n")) return stop(true);
  const auto characters = std::string_view(line_).substr(0, line_.size() - 2);
  if (state_ == State::FirstLine) line_chars_ = static_cast<std::uint32_t>(characters.size());
  if (!take_last_line(characters)) return stop(true);
  const bool whole = characters.size() == line_chars_ && !characters.ends_with('=');
  line_.clear();
  if (!whole) return stop(true);
  state_ = State::Lines;
  if (decoded_.size() == piece_bytes_max()) flush(true);
}

/// Decodes a line that may be the last one: shorter than others, or padded.
bool CanonicalLeaf::take_last_line(std::string_view characters) {
  if (characters.empty() || characters.size() > line_chars_ || line_chars_ % 4 != 0) return false;
  return append_canonical_decoded(decoded_, characters);
}

/// As many whole lines as there are, then what is left of the next one.
void CanonicalLeaf::feed_lines(std::string_view& octets) {
  const std::size_t line_bytes = line_chars_ + 2;
  const std::size_t room = (piece_bytes_max() - decoded_.size()) / line_octets();
  const std::size_t lines = std::min(octets.size() / line_bytes, room);
  const std::size_t done = append_lines(decoded_, octets, lines, line_chars_, true);
  octets.remove_prefix(done * line_bytes);
  if (decoded_.size() == piece_bytes_max()) {
    flush(true);
  } else {
    feed_line(octets);
  }
}

/// One line without end: groups of four, but for what may be the end.
void CanonicalLeaf::feed_one_line(std::string_view& octets) {
  const std::size_t bytes = std::min(octets.size(), kOneLineChunk);
  line_ += octets.substr(0, bytes);
  octets.remove_prefix(bytes);
  decode_groups();
}

void CanonicalLeaf::decode_groups() {
  if (line_.size() < kLastGroup) return;
  const std::size_t groups = (line_.size() - kLastGroup) / 4;
  const std::size_t room = (piece_bytes_max() - decoded_.size()) / 3;
  const std::size_t wanted = std::min(groups, room);
  std::size_t done = append_lines(decoded_, line_, wanted != 0 ? 1 : 0, wanted * 4, false) != 0 ? wanted : 0;
  if (done != wanted) done = append_lines(decoded_, line_, wanted, 4, false);  // up to where it goes wrong
  line_.erase(0, done * 4);
  if (done != wanted) return stop(false);
  if (decoded_.size() != piece_bytes_max()) return;
  flush(false);
  decode_groups();
}

/// What was decoded stays decoded; line_ and all that follows is verbatim.
void CanonicalLeaf::stop(bool final_crlf) {
  flush(final_crlf);
  sink_.verbatim(line_);
  line_.clear();
  state_ = State::Stopped;
}

void CanonicalLeaf::flush(bool final_crlf) {
  if (decoded_.empty()) return;
  std::string octets = std::exchange(decoded_, {});
  handed_on_ += octets.size();
  if (handed_on_ < decoded_bytes_min_) {
    sink_.verbatim(encode_base64(octets, line_chars_, final_crlf));
  } else {
    sink_.decoded(std::move(octets), line_chars_, final_crlf);
  }
}

/// As much as one blob takes, in whole lines.
std::size_t CanonicalLeaf::piece_bytes_max() const {
  const std::size_t unit = line_chars_ == 0 ? 3 : line_octets();
  return mail::kBlobBytesMax / unit * unit;
}

}  // namespace paraph::mime
