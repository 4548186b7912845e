#include "mime/tokens.h"

namespace paraph::mime {

namespace {

/// What stands for itself within quotes, and does not end them.
constexpr std::array<bool, 256> kPlainlyQuoted = [] {
  std::array<bool, 256> set{};
  set.fill(true);
  set['"'] = set['\\'] = set['\r'] = set['\n'] = set['\0'] = false;
  return set;
}();

bool is_plainly_quoted(char c) { return kPlainlyQuoted[static_cast<unsigned char>(c)]; }

}  // namespace

void Cursor::pass_cfws(std::string* comment) {
  for (;;) {
    if (is_fws(peek()) && !at_end()) {
      skip();
    } else if (peek() == '(') {
      if (comment) comment->clear();
      skip_comment(comment);
    } else {
      return;
    }
  }
}

void Cursor::skip_comment(std::string* comment) {
  std::size_t depth = 0;
  do {
    char c = text_[at_++];
    if (c == '(' && ++depth == 1) continue;
    if (c == ')' && --depth == 0) break;
    if (c == '\\' && !at_end()) c = text_[at_++];
    if (comment && c != '\r' && c != '\n') *comment += c;
  } while (!at_end());
}

std::optional<std::string> Cursor::take_quoted(bool* open) {
  if (!take('"')) return std::nullopt;
  std::string out(take_while(is_plainly_quoted));
  while (!at_end()) {
    char c = text_[at_++];
    if (c == '"') return out;
    if (c == '\\' && !at_end()) c = text_[at_++];
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  }
  if (open) *open = true;
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' || c == 127 ? ' ' : c;
  }
  return out + '"';
}

}  // namespace paraph::mime
