#include "signature/html_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "base/text.h"

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

struct NamedReference {
  std::string_view name;
  std::string_view utf8;
};
constexpr std::array<NamedReference, 16> kNamed{{{"amp", "&"},
                                                 {"lt", "<"},
                                                 {"gt", ">"},
                                                 {"quot", "\""},
                                                 {"apos", "'"},
                                                 {"colon", ":"},
                                                 {"trade", "\u2122"},
                                                 {"hellip", "\u2026"},
                                                 {"mdash", "\u2014"},
                                                 {"ndash", "\u2013"},
                                                 {"bull", "\u2022"},
                                                 {"lsquo", "\u2018"},
                                                 {"rsquo", "\u2019"},
                                                 {"ldquo", "\u201C"},
                                                 {"rdquo", "\u201D"},
                                                 {"euro", "\u20AC"}}};

/// U+00A0 to U+00FF, in this order.
constexpr std::array<std::string_view, 96> kLatin1{
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",   "ordf",
    "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",   "acute",  "micro",
    "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave",
    "Aacute", "Acirc",  "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",
    "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",
    "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute",
    "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave",
    "iacute", "icirc",  "iuml",   "eth",    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide",
    "oslash", "ugrave", "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

void append_utf8(std::string& out, std::uint32_t c) {
  if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
  const auto put = [&](std::uint32_t octet) { out += static_cast<char>(static_cast<unsigned char>(octet)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

/// The reference that begins at text[0] == '&': its UTF-8 in `out`, and how many octets it took; 0 when it is none.
std::size_t take_reference(std::string_view text, std::string& out) {
  const std::string_view window = text.substr(0, 12);
  if (window.size() > 2 && window[1] == '#') {
    const bool is_hex = to_lower(window[2]) == 'x';
    const std::size_t digits = is_hex ? 3 : 2;
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(window.data() + std::min(digits, window.size()),
                                              window.data() + window.size(), value, is_hex ? 16 : 10);
    const auto used = static_cast<std::size_t>(end - window.data());
    if (used == digits && error == std::errc::invalid_argument) return 0;
    append_utf8(out, error == std::errc{} ? value : 0xFFFD);
    return used < window.size() && window[used] == ';' ? used + 1 : used;
  }
  for (const auto& [name, utf8] : kNamed) {
    if (window.substr(1, name.size()) == name && window.substr(1 + name.size(), 1) == ";") {
      out += utf8;
      return name.size() + 2;
    }
  }
  const auto end = window.find(';');
  const auto name = window.substr(1, end == kNone ? 0 : end - 1);
  const auto found = std::ranges::find(kLatin1, name);
  if (name.empty() || found == kLatin1.end()) return 0;
  append_utf8(out, static_cast<std::uint32_t>(0xA0 + (found - kLatin1.begin())));
  return name.size() + 2;
}

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

std::string decode_character_references(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t used = text[at] == '&' ? take_reference(text.substr(at), out) : 0;
    if (used == 0) {
      out += text[at++];
    } else {
      at += used;
    }
  }
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string ascii_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      out += text[i++];
      continue;
    }
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    std::uint32_t c = lead & (0xFFu >> (bytes + 1));
    for (std::size_t k = 1; k < bytes && i + k < text.size(); ++k) {
      c = c << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    }
    out += fmt::format("&#{};", c);
    i += bytes;
  }
  return out;
}

bool is_void_element(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kVoid{"area",  "base", "br",   "col",    "embed", "hr",  "img",
                                                          "input", "link", "meta", "source", "track", "wbr", "param"};
  return is_one_of(name, kVoid);
}

}  // namespace paraph::signature
