// fill_html(): the tokens of a template, with each field escaped for the place where it stands.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "signature/html_references.h"
#include "signature/html_tokens.h"
#include "signature/template.h"
#include "signature/template_line.h"

namespace paraph::signature {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kBlanks = " \t\r\n\f";
constexpr std::string_view kUnreserved = "-._~";

bool is_alphanumeric(char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); }

bool is_block(std::string_view element) {
  static constexpr std::array<std::string_view, 9> kBlocks{"div", "p", "li", "ul", "ol", "tr", "hr", "table", "tbody"};
  return std::ranges::find(kBlocks, element) != kBlocks.end();
}

std::string percent_encoded(std::string_view value, std::string_view also_plain) {
  std::string out;
  for (const char c : value) {
    if (is_alphanumeric(c) || kUnreserved.find(c) != kNone || also_plain.find(c) != kNone) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

/// "+49 (30) 123-45" as +493012345; what follows an extension mark is left out with the mark.
std::string phone_digits(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (is_digit(c) || (c == '+' && out.empty())) out += c;
    if (c == ';' || c == ',' || to_lower(c) == 'x') break;
  }
  return out;
}

/// Everything but letters and digits of ASCII as references: it cannot end a value, quoted in whatever way, or not.
std::string attribute_escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool plain = is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80;
    if (plain) {
      out += c;
    } else {
      out += fmt::format("&#{};", static_cast<int>(c));
    }
  }
  return out;
}

/// `before` is what stands in the attribute before the field.
std::string address_escaped(std::string_view value, std::string_view before) {
  const auto start = trimmed(before);
  if (start.empty()) return attribute_escaped(percent_encoded(value, ":/?#[]@!$&'()*+,;=%"));
  if (istarts_with(start, "tel:")) return attribute_escaped(phone_digits(value));
  if (istarts_with(start, "mailto:") && start.find('?') == kNone)
    return attribute_escaped(percent_encoded(value, "@+"));
  return attribute_escaped(percent_encoded(value, ""));
}

class HtmlFiller {
 public:
  HtmlFiller(std::string_view html, const Fields& fields) : html_(html), values_(fields) {}

  std::string run() {
    HtmlTokens tokens(html_);
    for (HtmlToken token; tokens.next(token);) {
      const auto octets = html_.substr(token.begin, token.end - token.begin);
      if (token.kind == HtmlToken::Kind::Text) {
        add_text(octets);
      } else if (token.kind == HtmlToken::Kind::Start) {
        add_start(token, octets);
      } else if (token.kind == HtmlToken::Kind::End) {
        line_.add_tag(octets, TemplateLine::Nesting::Closes);
        if (is_block(token.name)) end_line();
      } else {
        line_.add_tag(octets, TemplateLine::Nesting::Stands);
      }
    }
    end_line();
    return std::move(out_);
  }

 private:
  void add_text(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t line_end = std::min(text.find('\n', at), text.size() - 1) + 1;
      add_text_line(text.substr(at, line_end - at));
      if (text[line_end - 1] == '\n') end_line();
      at = line_end;
    }
  }

  void add_text_line(std::string_view text) {
    std::size_t at = 0;
    while (const auto field = find_field(text, at)) {
      add_literal(text.substr(at, field->begin - at));
      line_.add_field(escape_html(values_.take(field->name)));
      at = field->end;
    }
    add_literal(text.substr(at));
  }

  void add_literal(std::string_view text) { line_.add_literal(text, decode_character_references(text)); }

  void add_start(const HtmlToken& token, std::string_view octets) {
    const bool block = is_block(token.name);
    if (block) end_line();
    const auto nesting = is_void_element(token.name) ? TemplateLine::Nesting::Stands : TemplateLine::Nesting::Opens;
    line_.add_tag(filled_tag(octets), nesting);
    if (token.name == "br" || token.name == "hr") end_line();
  }

  /// A start tag with the fields of its attributes' values filled in.
  std::string filled_tag(std::string_view tag) {
    if (!find_field(tag, 0)) return std::string(tag);
    std::string out;
    std::size_t at = std::min(tag.find_first_of(" \t\r\n\f/>"), tag.size());
    out += tag.substr(0, at);
    while (at < tag.size()) {
      const std::size_t name_at = std::min(tag.find_first_not_of(" \t\r\n\f/>", at), tag.size());
      const std::size_t name_end = std::min(tag.find_first_of(" \t\r\n\f/>=", name_at + 1), tag.size());
      const std::size_t equals = std::min(tag.find_first_not_of(kBlanks, name_end), tag.size());
      if (equals == tag.size() || tag[equals] != '=') {
        out += tag.substr(at, name_end - at);
        at = name_end;
        continue;
      }
      const std::size_t value_at = std::min(tag.find_first_not_of(kBlanks, equals + 1), tag.size());
      out += tag.substr(at, value_at - at);
      at = value_at;
      add_value(out, tag, at, lowered(tag.substr(name_at, name_end - name_at)));
    }
    return out;
  }

  /// The value at `at` of an attribute, which is moved behind it.
  void add_value(std::string& out, std::string_view tag, std::size_t& at, std::string_view attribute) {
    if (at == tag.size()) return;
    const bool quoted = tag[at] == '"' || tag[at] == '\'';
    const std::size_t begin = at + (quoted ? 1 : 0);
    const std::size_t end =
        std::min(quoted ? tag.find(tag[at], begin) : tag.find_first_of(" \t\r\n\f>", begin), tag.size());
    const auto value = tag.substr(begin, end - begin);
    if (quoted) out += tag[at];
    std::size_t done = 0;
    const bool address = attribute == "href" || attribute == "src";
    while (const auto field = find_field(value, done)) {
      out += value.substr(done, field->begin - done);
      const std::string filled = values_.take(field->name);
      out += address ? address_escaped(filled, value.substr(0, field->begin)) : attribute_escaped(filled);
      done = field->end;
    }
    const bool closed = quoted && end < tag.size();
    out += value.substr(done);
    if (closed) out += tag[end];
    at = end + (closed ? 1 : 0);
  }

  void end_line() {
    if (!line_.empty()) out_ += line_.take();
  }

  std::string_view html_;
  FieldValues values_;
  TemplateLine line_;
  std::string out_;
};

}  // namespace

std::string fill_html(std::string_view html, const Fields& fields) { return HtmlFiller(html, fields).run(); }

}  // namespace paraph::signature
