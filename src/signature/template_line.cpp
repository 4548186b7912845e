#include "signature/template_line.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace paraph::signature {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kValueBytesMax = 256;
constexpr std::size_t kFilledBytesMax = 16 * 1024;

bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }

bool is_field_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax || !is_letter(name[0])) return false;
  return std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
}

/// Other names of a field, lower-case: of LDAP, of vCard, and what people write.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kAliases{{{"cn", "displayname"},
                                                                                  {"fn", "displayname"},
                                                                                  {"name", "displayname"},
                                                                                  {"phone", "tel"},
                                                                                  {"telephone", "tel"},
                                                                                  {"telephonenumber", "tel"},
                                                                                  {"address", "mail"},
                                                                                  {"email", "mail"},
                                                                                  {"o", "org"},
                                                                                  {"organization", "org"},
                                                                                  {"ou", "unit"},
                                                                                  {"department", "unit"},
                                                                                  {"web", "url"},
                                                                                  {"preferredlanguage", "language"}}};

/// Octets of a character that no value keeps, at the beginning of `text` (UTF-8); 0 when it may stay.
std::size_t forbidden_octets(std::string_view text) {
  const auto c = static_cast<unsigned char>(text[0]);
  if (c < 0x20 || c == 0x7F) return 1;
  if (c == 0xC2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xA0) return 2;
  const auto three = text.substr(0, 3);
  const bool override_mark = (three >= "\u2028" && three <= "\u202E") || (three >= "\u2066" && three <= "\u2069");
  return override_mark || three == "\uFEFF" ? 3 : 0;
}

std::string plain_value(std::string_view value) {
  // A value far too long is not worth a look at its end; what is cut within a character is cut again below.
  std::string out;
  if (!is_utf8(value)) return out;
  for (std::size_t i = 0; i < value.size() && out.size() < kValueBytesMax + 4;) {
    const std::size_t forbidden = forbidden_octets(value.substr(i));
    if (value[i] == '\n' || value[i] == '\r' || value[i] == '\t') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (forbidden == 0) {
      out += value[i];
    }
    i += std::max<std::size_t>(forbidden, 1);
  }
  if (out.size() > kValueBytesMax) {
    std::size_t end = kValueBytesMax;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
    out.resize(end);
  }
  return std::string(trimmed(out));
}

/// Letters and digits of any script make a word; blanks, punctuation, arrows, signs and emoji do not.
bool has_word(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto at = [&](std::size_t k) { return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0; };
    if (at(0) < 0x80) {
      if (is_letter(text[i]) || is_digit(text[i])) return true;
      ++i;
    } else if (at(0) == 0xC2) {  // U+0080 to U+00BF
      i += 2;
    } else if ((at(0) == 0xE2 && at(1) < 0xB0) || (at(0) == 0xE3 && at(1) == 0x80) ||
               (at(0) == 0xEF && at(1) == 0xB8)) {
      i += 3;                                     // U+2000 to U+2BFF, U+3000 to U+303F, variation selectors
    } else if (at(0) == 0xF0 && at(1) == 0x9F) {  // U+1F000 to U+1FFFF
      i += 4;
    } else {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<FieldPlace> find_field(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find("{{", from); at != kNone; at = text.find("{{", at)) {
    const std::size_t name_at = at + 2;
    if (text.substr(name_at, 1) == "{") {  // a run of three or more is text
      at = std::min(text.find_first_not_of('{', at), text.size());
      continue;
    }
    const std::size_t close = text.substr(name_at, kNameBytesMax + 16).find("}}");
    if (close != kNone) {
      const auto name = trimmed(text.substr(name_at, close));
      if (is_field_name(name)) return FieldPlace{.begin = at, .end = name_at + close + 2, .name = name};
    }
    at = name_at;
  }
  return std::nullopt;
}

FieldValues::FieldValues(const Fields& fields) : bytes_left_(kFilledBytesMax) {
  for (const auto& [name, value] : fields) by_name_.try_emplace(lowered(name), plain_value(value));
}

std::string FieldValues::take(std::string_view name) {
  std::string key = lowered(name);
  auto found = by_name_.find(key);
  if (found == by_name_.end()) {
    const auto alias = std::ranges::find(kAliases, key, [](const auto& pair) { return pair.first; });
    if (alias != kAliases.end()) found = by_name_.find(std::string(alias->second));
  }
  if (found == by_name_.end()) return {};
  if (found->second.size() > bytes_left_) return {};
  bytes_left_ -= found->second.size();
  return found->second;
}

void TemplateLine::add_literal(std::string_view text, std::string_view shown) {
  if (text.empty()) return;
  const bool label = trimmed(shown).ends_with(':');
  const Kind kind = !has_word(shown) ? Kind::Punctuation : label ? Kind::Label : Kind::Word;
  pieces_.push_back({kind, std::string(text)});
}

void TemplateLine::add_field(std::string value) { pieces_.push_back({Kind::Field, std::move(value)}); }

void TemplateLine::add_tag(std::string_view tag, Nesting nesting) {
  if (nesting == Nesting::Opens) ++depth_;
  if (nesting == Nesting::Closes && --depth_ < 0) closes_more_ = true;
  pieces_.push_back({Kind::Tag, std::string(tag)});
}

bool TemplateLine::is_left_out() const {
  bool fields = false;
  for (const auto& piece : pieces_) {
    if (piece.kind == Kind::Word) return false;
    if (piece.kind != Kind::Field) continue;
    if (!piece.text.empty()) return false;
    fields = true;
  }
  return fields;
}

std::string TemplateLine::tags_alone() const {
  std::string out;
  if (depth_ == 0 && !closes_more_) return out;
  for (const auto& piece : pieces_) {
    if (piece.kind == Kind::Tag) out += piece.text;
  }
  return out;
}

/// Punctuation before the first field belongs to that one, after the last field to that, and in between to the next.
std::string TemplateLine::with_punctuation() const {
  // For each place, whether the next field after it has a value (nullopt: none follows).
  std::vector<std::optional<bool>> next(pieces_.size());
  std::optional<bool> following;
  for (std::size_t i = pieces_.size(); i-- > 0;) {
    next[i] = following;
    if (pieces_[i].kind == Kind::Word || pieces_[i].kind == Kind::Label) following = true;
    if (pieces_[i].kind == Kind::Field) following = !pieces_[i].text.empty();
  }
  std::string out;
  std::optional<bool> before;  // whether the last field before had a value
  bool shown = false;          // something to read stands before
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const auto& piece = pieces_[i];
    if (piece.kind == Kind::Punctuation) {
      const bool wanted = !before ? next[i].value_or(true) : !next[i] ? *before : *next[i] && shown;
      if (!wanted) continue;
    } else if (piece.kind != Kind::Tag) {
      before = !piece.text.empty();
      shown = shown || *before;
    }
    out += piece.text;
  }
  return out;
}

std::string TemplateLine::take() {
  std::string out = is_left_out() ? tags_alone() : with_punctuation();
  *this = TemplateLine();
  return out;
}

}  // namespace paraph::signature
