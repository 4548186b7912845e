#include "signature/html_view.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "signature/html_references.h"
#include "signature/html_tokens.h"
#include "signature/html_tree.h"

namespace paraph::signature {
namespace {

constexpr std::string_view kOwnClass = "paraph-signature";

/// Elements that stay within a line; every other tag ends it.
bool is_inline(std::string_view name) {
  static constexpr std::array<std::string_view, 33> kInline{
      "a",    "abbr",  "acronym", "b",      "bdi",    "bdo", "big", "cite",  "code", "data", "del",
      "dfn",  "em",    "font",    "i",      "img",    "ins", "kbd", "label", "mark", "q",    "s",
      "samp", "small", "span",    "strike", "strong", "sub", "sup", "time",  "tt",   "u",    "var"};
  return std::ranges::find(kInline, name) != kInline.end();
}

bool has_class(std::string_view classes, std::string_view wanted) {
  for (const auto word : split(classes, ' ')) {
    if (iequals(trimmed(word), wanted)) return true;
  }
  return false;
}

/// The thin rule over "From: ... Sent: ..." by which alone Outlook's HTML tells where the answered message begins:
/// border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in
bool is_outlook_rule(std::string_view style) {
  std::string text;
  for (const char c : style) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') text += to_lower(c);
  }
  return text.starts_with("border:none;border-top:solid#") && text.find("1.0pt;padding:3.0pt0") != std::string::npos;
}

bool begins_quote(const HtmlToken& tag) {
  return tag.kind == HtmlToken::Kind::Start && is_reply_container(tag.name, tag.attribute("type"), tag.attribute("id"),
                                                                  tag.attribute("class"), tag.attribute("style"));
}

/// Blanks, `</body>` and `</html>`.
bool is_end_of_page(const HtmlToken& token, std::string_view html) {
  if (token.kind == HtmlToken::Kind::Text) return trimmed(html.substr(token.begin, token.end - token.begin)).empty();
  return token.kind == HtmlToken::Kind::End && (token.name == "body" || token.name == "html");
}

/// The place that the tokens tell.
std::optional<HtmlPoint> find_point_in_tokens(std::string_view html, bool before_quote) {
  std::optional<std::size_t> body_end;
  HtmlTokens tokens(html);
  for (HtmlToken token; tokens.next(token);) {
    if (!tokens.certain()) break;
    if (before_quote && begins_quote(token)) return HtmlPoint{.at = token.begin, .before_quote = true};
    if (token.kind == HtmlToken::Kind::End && token.name == "body") body_end = token.begin;
  }
  if (body_end && tokens.certain()) return HtmlPoint{.at = *body_end};
  if (body_end || !tokens.ends_in_data()) return std::nullopt;
  return HtmlPoint{.at = html.size()};
}

/// Is nothing shown from here on?
bool ends_page(std::string_view html) {
  HtmlTokens tokens(html);
  for (HtmlToken token; tokens.next(token);) {
    if (!is_end_of_page(token, html)) return false;
  }
  return true;
}

/// Does the tree have the place where the tokens have it?
bool agrees(const HtmlPlaces& places, const HtmlPoint& point, std::string_view html, bool before_quote) {
  if (point.before_quote) return places.quote == point.at && places.quote_is_open;
  if (before_quote && places.quote) return false;
  if (places.body_end) return places.body_end == point.at;
  return point.at == html.size() && places.end_is_open;
}

/// Appends text of one line, each run of blanks (the no-break space too) as one space, none at the line's start.
void append_collapsed(std::string& line, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool no_break = text.substr(i, 2) == "\u00A0";
    if (no_break || std::string_view(" \t\r\n\f").find(text[i]) != std::string_view::npos) {
      if (!line.empty() && line.back() != ' ') line += ' ';
      if (no_break) ++i;
    } else {
      line += text[i];
    }
  }
}

void end_line(std::string& lines, std::string& line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
  if (!line.empty()) {
    if (!lines.empty()) lines += '\n';
    lines += line;
  }
  line.clear();
}

}  // namespace

std::string html_lines(std::string_view html) {
  std::string lines;
  std::string line;
  HtmlTokens tokens(html);
  for (HtmlToken token; tokens.next(token);) {
    switch (token.kind) {
      case HtmlToken::Kind::Text:
        append_collapsed(line, decode_character_references(html.substr(token.begin, token.end - token.begin)));
        break;
      case HtmlToken::Kind::RawText:
        if (token.name == "xmp" || token.name == "plaintext") {
          append_collapsed(line, html.substr(token.begin, token.end - token.begin));
        }
        break;
      case HtmlToken::Kind::Start:
      case HtmlToken::Kind::End:
        if (token.name == "td" || token.name == "th") {
          append_collapsed(line, " ");
        } else if (!is_inline(token.name)) {
          end_line(lines, line);
        }
        break;
      case HtmlToken::Kind::Comment:
        break;
    }
  }
  end_line(lines, line);
  return lines;
}

std::optional<HtmlPoint> find_html_point(std::string_view html, bool before_quote) {
  const auto point = find_point_in_tokens(html, before_quote);
  if (!point) return std::nullopt;
  // Below a quote it is known again only where it ends the page (own_divs).
  if (!before_quote && unquoted_html(html).size() < point->at && !ends_page(html.substr(point->at)))
    return find_html_point(html, true);
  const auto places = find_html_places(html);
  if (!places || !agrees(*places, *point, html, before_quote)) return std::nullopt;
  return point;
}

bool is_reply_container(std::string_view element, std::string_view type, std::string_view id, std::string_view classes,
                        std::string_view style) {
  static constexpr std::array<std::string_view, 7> kElements{"div",     "blockquote", "span", "p",
                                                             "section", "table",      "hr"};
  if (std::ranges::find(kElements, element) == kElements.end()) return false;
  if (element == "blockquote" && iequals(type, "cite")) return true;
  static constexpr std::array<std::string_view, 3> kIds{"appendonsend", "divRplyFwdMsg",
                                                        "mail-editor-reference-message-container"};
  if (std::ranges::any_of(kIds, [&](std::string_view name) { return iequals(id, name); })) return true;
  static constexpr std::array<std::string_view, 5> kClasses{"gmail_quote", "moz-cite-prefix", "yahoo_quoted",
                                                            "protonmail_quote", "ms-outlook-mobile-reference-message"};
  if (element == "div" && is_outlook_rule(style)) return true;
  return std::ranges::any_of(kClasses, [&](std::string_view name) { return has_class(classes, name); });
}

std::string_view unquoted_html(std::string_view html) {
  HtmlTokens tokens(html);
  for (HtmlToken token; tokens.next(token);) {
    if (begins_quote(token)) return html.substr(0, token.begin);
  }
  return html;
}

bool shows_lines(std::string_view html_lines, std::string_view fragment_lines) {
  if (fragment_lines.empty()) return false;
  const auto whole_lines = [](std::string_view lines) { return "\n" + std::string(lines) + "\n"; };
  const std::string hay = whole_lines(html_lines);
  const std::string needle = whole_lines(fragment_lines);
  // memmem is linear also for lines made to be slow (std::string::find is not).
  return ::memmem(hay.data(), hay.size(), needle.data(), needle.size()) != nullptr;
}

std::vector<OwnDiv> own_divs(std::string_view html) {
  std::vector<OwnDiv> divs;
  HtmlTokens tokens(html);
  std::size_t depth = 0;  // of div elements within the one that we look at
  bool quoted = false;    // past the begin of quoted text: only the last div may be ours
  bool last = false;      // nothing that shows has followed the last one found
  OwnDiv div;
  for (HtmlToken token; tokens.next(token);) {
    quoted |= depth == 0 && begins_quote(token);
    if (last && !is_end_of_page(token, html)) {
      divs.pop_back();
      last = false;
    }
    if (token.name != "div" || token.kind == HtmlToken::Kind::RawText) continue;
    if (token.kind == HtmlToken::Kind::Start) {
      // One within another is a new one: ours holds none.
      if (has_class(token.attribute("class"), kOwnClass)) {
        div = {.whole = {token.begin, 0}, .inside = {token.end, 0}};
        depth = 1;
      } else if (depth > 0) {
        ++depth;
      }
    } else if (depth > 0 && --depth == 0) {
      div.whole.end = token.end;
      div.inside.end = token.begin;
      if (divs.size() < kOwnDivsMax) {
        divs.push_back(div);
        last = quoted;
      }
    }
  }
  return divs;
}

std::optional<mail::Range> find_own_div(std::string_view html,
                                        const std::function<bool(const std::string& lines)>& wanted) {
  for (const auto& div : own_divs(html)) {
    if (wanted(html_lines(html.substr(div.whole.begin, div.whole.size())))) return div.whole;
  }
  return std::nullopt;
}

std::string without_image(std::string_view html, std::string_view src) {
  std::string out;
  HtmlTokens tokens(html);
  for (HtmlToken token; tokens.next(token);) {
    const bool drop = token.kind == HtmlToken::Kind::Start && token.name == "img" && token.attribute("src") == src;
    if (!drop) out += html.substr(token.begin, token.end - token.begin);
  }
  return out;
}

bool shows_image(std::string_view html, std::string_view src) {
  HtmlTokens tokens(html);
  for (HtmlToken token; tokens.next(token);) {
    if (token.kind == HtmlToken::Kind::Start && token.name == "img" && token.attribute("src") == src) return true;
  }
  return false;
}

}  // namespace paraph::signature
