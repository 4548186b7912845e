#include "dkim/canonical.h"

#include <algorithm>

#include "base/text.h"

namespace paraph::dkim {
namespace {

constexpr std::size_t kBufferBytes = 8 * 1024;

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string relaxed_field(std::string_view field) {
  if (field.ends_with("\r\n")) field.remove_suffix(2);
  const auto colon = std::min(field.find(':'), field.size());
  std::string out = lowered(trimmed(field.substr(0, colon)));
  out += ':';
  const std::size_t value_begin = out.size();
  for (std::size_t at = colon + 1; at < field.size(); ++at) {
    if (field.substr(at).starts_with("\r\n")) {
      ++at;
    } else if (!is_blank(field[at])) {
      out += field[at];
    } else if (out.size() > value_begin && out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.size() > value_begin && out.back() == ' ') out.pop_back();
  out += "\r\n";
  return out;
}

}  // namespace

std::string canonical_field(Canonical how, std::string_view field) {
  if (how == Canonical::Relaxed) return relaxed_field(field);
  std::string out(field);
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

void BodyHasher::flush() {
  hash_.update(buffer_);
  buffer_.clear();
}

void BodyHasher::write(std::string_view octets) {
  bytes_ += octets.size();
  if (octets.size() >= kBufferBytes) {
    flush();
    hash_.update(octets);
    return;
  }
  buffer_ += octets;
  if (buffer_.size() >= kBufferBytes) flush();
}

/// Octets that stay as they are, and let everything stay that was held back before them.
void BodyHasher::octets(std::string_view run) {
  for (; line_ends_ != 0; --line_ends_) write("\r\n");
  if (blanks_) write(" ");
  blanks_ = false;
  write(run);
}

void BodyHasher::feed(std::string_view piece) {
  if (piece.empty()) return;
  if (cr_ && piece.front() != '\n') octets("\r");
  if (cr_ && piece.front() == '\n') {
    blanks_ = false;
    ++line_ends_;
    piece.remove_prefix(1);
  }
  cr_ = false;
  while (!piece.empty()) {
    const auto line = piece.substr(0, piece.find('\r'));
    text(line);
    piece.remove_prefix(line.size());
    if (piece.empty()) return;
    if (piece.size() == 1) {
      cr_ = true;
      return;
    }
    const bool line_end = piece[1] == '\n';
    if (line_end) {
      blanks_ = false;
      ++line_ends_;
    } else {
      octets("\r");
    }
    piece.remove_prefix(line_end ? 2 : 1);
  }
}

/// Octets of one line. Those of a recording, in base64, have no blanks: the library finds that out fastest.
void BodyHasher::text(std::string_view run) {
  const bool none = run.find(' ') == std::string_view::npos && run.find('\t') == std::string_view::npos;
  if (how_ == Canonical::Simple || none) {
    if (!run.empty()) octets(run);
    return;
  }
  while (!run.empty()) {
    const auto word = run.substr(0, run.find_first_of(" \t"));
    if (!word.empty()) octets(word);
    run.remove_prefix(word.size());
    const auto blanks = std::min(run.find_first_not_of(" \t"), run.size());
    blanks_ = blanks_ || blanks != 0;
    run.remove_prefix(blanks);
  }
}

BodyDigest BodyHasher::finish() {
  if (cr_) octets("\r");
  // Empty lines at the end count as none; what is not empty ends in one CRLF, and so does "simple" in any case.
  if (bytes_ != 0 || how_ == Canonical::Simple) write("\r\n");
  flush();
  const BlobId digest = hash_.finish();
  return {.sha256 = std::string(digest.view()), .bytes = bytes_};
}

}  // namespace paraph::dkim
