#include "wire/smtp/reply_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace paraph::smtp {
namespace {

// RFC 5321 §4.2.1: 2yz to 5yz; 1yz is not used in SMTP.
bool is_code(std::string_view line) {
  return line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && is_digit(line[1]) && is_digit(line[2]);
}

std::size_t digits_at(std::string_view text, std::size_t from) {
  std::size_t digits = 0;
  while (from + digits < text.size() && is_digit(text[from + digits])) ++digits;
  return digits;
}

/// How long the enhanced code at the begin of `text` is; 0: there is none. RFC 3463 §2: class "." subject "." detail.
std::size_t enhanced_bytes(std::string_view text, char wanted_class) {
  if (wanted_class == '3' || text.size() < 5 || text[0] != wanted_class || text[1] != '.') return 0;
  const auto subject = digits_at(text, 2);
  const auto dot = 2 + subject;
  if (subject == 0 || subject > 3 || dot >= text.size() || text[dot] != '.') return 0;
  const auto detail = digits_at(text, dot + 1);
  const auto end = dot + 1 + detail;
  if (detail == 0 || detail > 3 || (end < text.size() && text[end] != ' ')) return 0;
  return end;
}

std::string cleaned(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

}  // namespace

void ReplyParser::discard() {
  std::string().swap(held_);
  used_ = searched_ = lines_ = bytes_ = 0;
  reply_ = {};
}

ReplyParser::Event ReplyParser::bad(std::string why) {
  discard();
  broken_ = true;
  return {.kind = Kind::Bad, .why = std::move(why)};
}

ReplyParser::Event ReplyParser::next() {
  if (broken_) return bad("nothing more is understood");
  for (;;) {
    const auto lf = held_.find('\n', searched_);
    if (lf == std::string::npos) {
      searched_ = held_.size();
      if (held_.size() - used_ >= kReplyLineBytesMax) return bad("a line is too long");
      held_.erase(0, std::exchange(used_, 0));
      searched_ = held_.size();
      return {};
    }
    const std::string_view line = std::string_view(held_).substr(used_, lf - used_);
    if (line.size() >= kReplyLineBytesMax) return bad("a line is too long");
    auto event = take_line(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
    if (event.kind == Kind::Bad) return event;
    used_ = searched_ = lf + 1;
    if (event.kind == Kind::Reply) return event;
  }
}

// RFC 5321 §4.2.1: "250-first", "250 last". A code alone is a last line too.
ReplyParser::Event ReplyParser::take_line(std::string_view line) {
  const bool last = line.size() <= 3 || line[3] == ' ';
  if (!is_code(line) || (!last && line[3] != '-')) return bad(fmt::format("no reply: \"{}\"", printable(line, 60)));
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (lines_ != 0 && code != reply_.code) return bad("the lines of a reply have two codes");
  bytes_ += line.size();
  if (++lines_ > kReplyLinesMax || bytes_ > kReplyBytesMax) return bad("a reply is too long");

  std::string_view text = line.size() > 4 ? line.substr(4) : std::string_view();
  const auto enhanced = enhanced_bytes(text, line[0]);
  if (lines_ == 1) {
    reply_.code = code;
    reply_.enhanced = text.substr(0, enhanced);
  } else {
    reply_.text += '\n';
  }
  if (enhanced != 0 && text.substr(0, enhanced) == reply_.enhanced)
    text.remove_prefix(std::min(text.size(), enhanced + 1));
  reply_.text += cleaned(text);
  if (!last) return {};
  lines_ = bytes_ = 0;
  return {.kind = Kind::Reply, .reply = std::exchange(reply_, {}), .why = {}};
}

}  // namespace paraph::smtp
