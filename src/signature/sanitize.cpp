// clean_html(): a signature's HTML, written anew from the tokens that an allow-list lets through (spec 5.2).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/text.h"
#include "signature/canonical.h"
#include "signature/html_references.h"
#include "signature/html_tokens.h"
#include "signature/make.h"

namespace paraph::signature {
namespace {

constexpr std::size_t kInputBytesMax = 256 * 1024;
constexpr std::size_t kDepthMax = 64;
constexpr std::uint64_t kPixelsMax = 1000;

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

constexpr std::array<std::string_view, 24> kElements{"a",     "b",  "br", "div", "em",    "font", "hr",     "i",
                                                     "img",   "li", "ol", "p",   "small", "span", "strong", "table",
                                                     "tbody", "td", "tr", "u",   "ul",    "sub",  "sup",    "th"};
/// Left out with everything inside.
constexpr std::array<std::string_view, 20> kDropped{
    "svg",      "math",  "template", "object", "embed",    "applet", "select", "button", "form",   "head",
    "noscript", "audio", "video",    "canvas", "frameset", "script", "style",  "title",  "iframe", "textarea"};

bool is_safe_character(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; }

/// Scheme by scheme: what a link of a signature may name.
std::optional<std::string> clean_link(std::string_view value) {
  const auto link = trimmed(value);
  for (const std::string_view scheme : {"https://", "mailto:", "tel:"}) {
    if (!istarts_with(link, scheme) || link.size() == scheme.size()) continue;
    if (link.size() > 2048 || !std::ranges::all_of(link, is_safe_character)) return std::nullopt;
    if (link.find_first_of(" \"<>\\^`{|}") != std::string_view::npos) return std::nullopt;
    return std::string(link);
  }
  return std::nullopt;
}

/// A whole number of at most kPixelsMax, or a percentage up to 100.
std::optional<std::string> clean_length(std::string_view value) {
  value = trimmed(value);
  const bool percent = value.ends_with('%');
  const auto number = parse_decimal(value.substr(0, value.size() - (percent ? 1 : 0)));
  if (!number || *number > (percent ? 100 : kPixelsMax)) return std::nullopt;
  return fmt::format("{}{}", *number, percent ? "%" : "");
}

std::optional<std::string> clean_word(std::string_view value) {
  value = trimmed(value);
  const bool plain = std::ranges::all_of(
      value, [](char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' || c == '#'; });
  if (value.empty() || value.size() > 35 || !plain) return std::nullopt;
  return std::string(value);
}

std::optional<std::string> clean_words(std::string_view value) {
  const bool plain = std::ranges::all_of(value, [](char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' || c == ' ' || c == ',' || c == '+';
  });
  if (trimmed(value).empty() || value.size() > 100 || !plain) return std::nullopt;
  return std::string(trimmed(value));
}

std::optional<std::string> clean_alternative(std::string_view value) {
  std::string out;
  for (const char c : value.substr(0, 200)) {
    if (is_safe_character(c)) out += c;
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

bool is_style_property(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kExact{"color",  "font",  "text-align", "padding",   "margin",
                                                           "border", "width", "height",     "max-width", "max-height"};
  static constexpr std::array<std::string_view, 4> kFamilies{"font-", "padding-", "margin-", "border-"};
  return is_one_of(name, kExact) ||
         std::ranges::any_of(kFamilies, [&](std::string_view family) { return name.starts_with(family); });
}

/// Letters, digits and little else: no functions, no escapes, no comments, no negative numbers, no number past
/// kPixelsMax.
bool is_style_value(std::string_view value) {
  static constexpr std::string_view kPunctuation = " #%.,-'";
  if (value.empty() || value.size() > 200) return false;
  std::uint64_t number = 0;
  char before = ' ';
  bool colour = false;
  for (const char c : value) {
    const bool letter = to_lower(c) >= 'a' && to_lower(c) <= 'z';
    if (!letter && !is_digit(c) && kPunctuation.find(c) == std::string_view::npos) return false;
    if (c == '#') colour = true;
    if (c == ' ' || c == ',') colour = false;
    if (is_digit(c) && before == '-') return false;
    number =
        is_digit(c) && !colour ? std::min<std::uint64_t>(number * 10 + static_cast<std::uint64_t>(c - '0'), 10'000) : 0;
    if (number > kPixelsMax) return false;
    if (c == '.' && before == '-') return false;
    before = c;
  }
  return std::ranges::count(value, '\'') % 2 == 0;
}

std::optional<std::string> clean_style(std::string_view value) {
  std::string out;
  for (const auto declaration : split(value, ';')) {
    const auto colon = declaration.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string name = lowered(trimmed(declaration.substr(0, colon)));
    // A family name is the one place for double quotes; single ones say the same.
    std::string setting(trimmed(declaration.substr(colon + 1)));
    std::ranges::replace(setting, '"', '\'');
    if (!is_style_property(name) || !is_style_value(setting)) continue;
    if (!out.empty()) out += "; ";
    out += name + ": " + setting;
  }
  if (out.empty()) return std::nullopt;
  return out;
}

using Cleaner = std::optional<std::string> (*)(std::string_view);
struct AllowedAttribute {
  std::string_view element;  ///< "" : every one
  std::string_view name;
  Cleaner clean;
};
constexpr std::array<AllowedAttribute, 23> kAttributes{{{"", "style", clean_style},
                                                        {"", "dir", clean_word},
                                                        {"", "lang", clean_word},
                                                        {"", "align", clean_word},
                                                        {"a", "href", clean_link},
                                                        {"img", "alt", clean_alternative},
                                                        {"img", "width", clean_length},
                                                        {"img", "height", clean_length},
                                                        {"img", "border", clean_length},
                                                        {"font", "color", clean_word},
                                                        {"font", "face", clean_words},
                                                        {"font", "size", clean_words},
                                                        {"table", "border", clean_length},
                                                        {"table", "cellpadding", clean_length},
                                                        {"table", "cellspacing", clean_length},
                                                        {"table", "width", clean_length},
                                                        {"td", "colspan", clean_length},
                                                        {"td", "rowspan", clean_length},
                                                        {"td", "width", clean_length},
                                                        {"td", "height", clean_length},
                                                        {"td", "valign", clean_word},
                                                        {"hr", "width", clean_length},
                                                        {"hr", "size", clean_length}}};

/// Writes allowed tokens, and keeps the elements closed in order.
class Writer {
 public:
  explicit Writer(std::string_view html) : html_(html) {}

  Result<std::string> run() {
    HtmlTokens tokens(html_);
    for (HtmlToken token; tokens.next(token);) {
      if (!dropping_.empty()) {
        skip(token);
      } else if (token.kind == HtmlToken::Kind::Text) {
        out_ += escape_html(decode_character_references(html_.substr(token.begin, token.end - token.begin)));
      } else if (token.kind == HtmlToken::Kind::Start) {
        if (!start(token)) return fail(Code::BadInput, "the signature HTML is nested over 64 deep");
      } else if (token.kind == HtmlToken::Kind::End) {
        end(token.name);
      }
    }
    while (!open_.empty()) close_last();
    return std::move(out_);
  }

 private:
  /// Within an element that is left out: waits for its end.
  void skip(const HtmlToken& token) {
    if (token.name != dropping_) return;
    if (token.kind == HtmlToken::Kind::Start) ++dropping_depth_;
    if (token.kind == HtmlToken::Kind::End && --dropping_depth_ == 0) dropping_.clear();
  }

  bool start(const HtmlToken& token) {
    if (is_one_of(token.name, kDropped)) {
      if (token.name == "embed") return true;  // has no end tag
      dropping_ = token.name;
      dropping_depth_ = 1;
      return true;
    }
    if (!is_one_of(token.name, kElements)) return true;
    if (token.name == "img" && token.attribute("src") != kImageSource) return true;
    if (open_.size() >= kDepthMax) return false;
    out_ += '<';
    out_ += token.name;
    if (token.name == "img") out_ += fmt::format(" src=\"{}\"", kImageSource);
    for (const auto& allowed : kAttributes) write_attribute(token, allowed);
    out_ += '>';
    if (!is_void_element(token.name)) open_.push_back(token.name);
    return true;
  }

  void write_attribute(const HtmlToken& token, const AllowedAttribute& allowed) {
    const std::string_view element = token.name == "th" ? "td" : std::string_view(token.name);
    if ((!allowed.element.empty() && allowed.element != element) || !token.has(allowed.name)) return;
    const auto value = allowed.clean(token.attribute(allowed.name));
    if (value) out_ += fmt::format(" {}=\"{}\"", allowed.name, escape_html(*value));
  }

  void end(std::string_view name) {
    if (std::ranges::find(open_, name) == open_.end()) return;
    while (open_.back() != name) close_last();
    close_last();
  }

  void close_last() {
    out_ += "</" + open_.back() + ">";
    open_.pop_back();
  }

  std::string_view html_;
  std::string out_;
  std::vector<std::string> open_;
  std::string dropping_;
  std::size_t dropping_depth_ = 0;
};

/// The tokenizer's text may hold anything that UTF-8 can; a signature's HTML holds neither controls nor overrides.
std::string without_controls(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto three = text.substr(i, 3);
    const bool override_mark = (three >= "\u202A" && three <= "\u202E") || (three >= "\u2066" && three <= "\u2069");
    const bool c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (override_mark || three == "\uFEFF") {
      i += 2;
    } else if (c1) {
      i += 1;
    } else if ((c >= 0x20 && c != 0x7F) || c == '\n') {
      out += text[i];
    } else if (c == '\t') {
      out += ' ';
    }
  }
  return out;
}

}  // namespace

Result<std::string> clean_html(std::string_view html) {
  if (html.empty()) return std::string();
  if (html.size() > kInputBytesMax) return fail(Code::TooLarge, "the signature HTML is over 256 KiB");
  if (!is_utf8(html)) return fail(Code::BadInput, "the signature HTML is not UTF-8");
  // Not NFC: that would join a tag's '>' with a combining solidus after it.
  const std::string input = with_lf(html);
  PARAPH_TRY(const std::string written, Writer(input).run());
  const std::string clean = without_controls(written);  // after the references in it became characters
  if (clean.size() > kHtmlBytesMax) return fail(Code::TooLarge, "the signature HTML is over 32 KiB");
  return std::string(trimmed(clean));
}

}  // namespace paraph::signature
