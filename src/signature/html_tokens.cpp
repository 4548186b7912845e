#include "signature/html_tokens.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/text.h"
#include "signature/html_references.h"

namespace paraph::signature {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kAttributesMax = 64;
constexpr std::string_view kBlanks = " \t\r\n\f";

bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
bool is_blank(char c) { return kBlanks.find(c) != kNone; }

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

/// The content of these is not markup (HTML standard, "parsing elements that contain only text"); plaintext never ends.
constexpr std::array<std::string_view, 9> kRawElements{"script",   "style", "xmp",      "iframe",   "noembed",
                                                       "noframes", "title", "textarea", "plaintext"};

}  // namespace

std::string_view HtmlToken::attribute(std::string_view wanted) const& {
  const auto found = std::ranges::find(attributes, wanted, &HtmlAttribute::name);
  return found == attributes.end() ? std::string_view{} : std::string_view(found->value);
}

bool HtmlToken::has(std::string_view wanted) const {
  return std::ranges::find(attributes, wanted, &HtmlAttribute::name) != attributes.end();
}

bool HtmlTokens::next(HtmlToken& token) {
  token = {};
  if (at_ >= html_.size()) return false;
  token.begin = at_;
  if (!raw_.empty()) return read_raw_text(token);
  if (read_markup(token)) return true;
  // Text: up to the next '<' that begins markup. A '<' that begins none is text itself.
  std::size_t at = at_;
  do {
    at = html_.find('<', at + 1);
  } while (at != kNone && at + 1 < html_.size() && !is_letter(html_[at + 1]) && html_[at + 1] != '/' &&
           html_[at + 1] != '!' && html_[at + 1] != '?');
  at_ = std::min(at, html_.size());
  token.kind = HtmlToken::Kind::Text;
  token.end = at_;
  return true;
}

/// Content of a raw text element, without its end tag. An empty content is passed over.
bool HtmlTokens::read_raw_text(HtmlToken& token) {
  token.kind = HtmlToken::Kind::RawText;
  token.name = raw_;
  std::size_t at = at_;
  for (;;) {
    at = raw_ == "plaintext" ? kNone : html_.find("</", at);
    if (at == kNone) {
      token.end = at_ = html_.size();  // never closed: raw_ stays, so ends_in_data() is false
      return true;
    }
    const auto after = html_.substr(at + 2);
    if (istarts_with(after, raw_) && after.size() > raw_.size() &&
        (is_blank(after[raw_.size()]) || after[raw_.size()] == '/' || after[raw_.size()] == '>')) {
      break;
    }
    at += 2;
  }
  if (raw_ == "script" && html_.substr(at_, at - at_).find("<!--") != kNone) certain_ = false;
  raw_.clear();
  const bool empty = at == at_;
  token.end = at_ = at;
  return empty ? next(token) : true;
}

/// A tag or comment at at_; false when there is text.
bool HtmlTokens::read_markup(HtmlToken& token) {
  if (html_[at_] != '<' || at_ + 1 >= html_.size()) return false;
  const char c = html_[at_ + 1];
  if (is_letter(c)) {
    token.kind = HtmlToken::Kind::Start;
    read_tag(token, at_ + 1);
    if (is_one_of(token.name, kRawElements)) raw_ = token.name;
    return true;
  }
  if (c == '!') {
    token.kind = HtmlToken::Kind::Comment;
    html_.substr(at_, 4) == "<!--" ? read_comment(token) : read_bogus_comment(token);
    return true;
  }
  if (c == '?') {
    read_bogus_comment(token);
    return true;
  }
  if (c == '/' && at_ + 2 >= html_.size()) certain_ = false;  // "</" is text here, and would be none before more
  if (c != '/' || at_ + 2 >= html_.size()) return false;
  if (is_letter(html_[at_ + 2])) {
    token.kind = HtmlToken::Kind::End;
    read_tag(token, at_ + 2);
  } else {
    read_bogus_comment(token);
  }
  return true;
}

void HtmlTokens::read_tag(HtmlToken& token, std::size_t name_at) {
  at_ = name_at;
  const std::size_t name_end = std::min(html_.find_first_of(" \t\r\n\f/>", at_), html_.size());
  token.name = lowered(html_.substr(at_, name_end - at_));
  at_ = name_end;
  for (;;) {
    at_ = std::min(html_.find_first_not_of(" \t\r\n\f/", at_), html_.size());
    if (at_ == html_.size()) {
      certain_ = false;  // the tag is not closed
      break;
    }
    if (html_[at_] == '>') {
      ++at_;
      break;
    }
    read_attribute(token);
  }
  token.end = at_;
}

void HtmlTokens::read_attribute(HtmlToken& token) {
  // A '=' in the first place belongs to the name.
  const std::size_t name_end = std::min(html_.find_first_of(" \t\r\n\f/>=", at_ + 1), html_.size());
  HtmlAttribute attribute{.name = lowered(html_.substr(at_, name_end - at_))};
  at_ = std::min(html_.find_first_not_of(kBlanks, name_end), html_.size());
  if (at_ < html_.size() && html_[at_] == '=') {
    at_ = std::min(html_.find_first_not_of(kBlanks, at_ + 1), html_.size());
    const char quote = at_ < html_.size() ? html_[at_] : ' ';
    std::size_t end = 0;
    if (quote == '"' || quote == '\'') {
      ++at_;
      end = html_.find(quote, at_);
    } else {
      end = html_.find_first_of(" \t\r\n\f>", at_);
    }
    const bool closed = end != kNone;
    end = std::min(end, html_.size());
    attribute.value = decode_character_references(html_.substr(at_, end - at_));
    at_ = end + (closed && (quote == '"' || quote == '\'') ? 1 : 0);
  }
  ++token.attributes_seen;
  if (token.attributes.size() < kAttributesMax && !token.has(attribute.name)) {
    token.attributes.push_back(std::move(attribute));
  }
}

void HtmlTokens::read_comment(HtmlToken& token) {
  const auto body = html_.substr(at_ + 4);
  if (body.starts_with(">") || body.starts_with("->")) {
    token.end = at_ = at_ + 4 + (body[0] == '>' ? 1 : 2);
    return;
  }
  for (std::size_t at = body.find("--"); at != kNone; at = body.find("--", at + 1)) {
    const auto after = body.substr(at + 2, 2);
    if (!after.starts_with(">") && after != "!>") continue;
    token.end = at_ = at_ + 4 + at + 2 + (after[0] == '>' ? 1 : 2);
    return;
  }
  certain_ = false;
  token.end = at_ = html_.size();
}

void HtmlTokens::read_bogus_comment(HtmlToken& token) {
  token.kind = HtmlToken::Kind::Comment;
  const std::size_t end = html_.find('>', at_);
  if (end == kNone) certain_ = false;
  token.end = at_ = end == kNone ? html_.size() : end + 1;
}

bool is_void_element(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kVoid{"area",  "base", "br",   "col",    "embed", "hr",  "img",
                                                          "input", "link", "meta", "source", "track", "wbr", "param"};
  return is_one_of(name, kVoid);
}

}  // namespace paraph::signature
