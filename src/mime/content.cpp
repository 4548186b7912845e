#include "mime/content.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "mime/charset.h"
#include "mime/field.h"
#include "mime/percent.h"
#include "mime/tokens.h"

namespace paraph::mime {
namespace {

constexpr std::size_t kParametersMax = 64;
constexpr std::size_t kValueBytesMax = 4096;
constexpr std::size_t kLanguagesMax = 32;

/// A parameter as written: `name*3*=value` has section 3 and is encoded.
struct RawParameter {
  std::string name;
  std::string value;
  std::optional<unsigned> section;
  bool encoded = false;
  bool plain() const { return !section && !encoded; }
};

/// Splits RFC 2231's marks from a name: `name*`, `name*0`, `name*0*`.
RawParameter with_marks(std::string_view written) {
  RawParameter out;
  out.name = lowered(written);
  if (out.name.ends_with('*')) {
    out.encoded = true;
    out.name.pop_back();
  }
  const auto star = out.name.find('*');
  if (star == std::string::npos) return out;
  const auto number = parse_decimal(std::string_view(out.name).substr(star + 1));
  if (number && *number < kParametersMax) {
    out.section = static_cast<unsigned>(*number);
    out.name.resize(star);
  }
  return out;
}

/// Passes blanks and comments. Was there a comment? Many readers know of none, and take it for a part of what is there.
bool skips_comment(Cursor& cursor) {
  const std::size_t from = cursor.at();
  cursor.skip_cfws();
  return cursor.since(from).find('(') != std::string_view::npos;
}

/// The next parameter after the value proper, if there is one. `exact` turns false where readers could differ.
std::optional<RawParameter> next_parameter(Cursor& cursor, bool& exact) {
  for (;;) {
    cursor.skip_cfws();
    if (cursor.at_end()) return std::nullopt;
    if (!cursor.take(';')) {
      exact = false;
      cursor.take_while([](char c) { return c != ';'; });
      continue;
    }
    cursor.skip_cfws();
    if (cursor.at_end() || cursor.peek() == ';') continue;  // "; ;" and a last ";" mean nothing
    const auto name = cursor.take_while(is_token_char);
    cursor.skip_cfws();
    if (name.empty() || !cursor.take('=')) {
      exact = false;
      cursor.take_while([](char c) { return c != ';'; });
      continue;
    }
    std::optional<RawParameter> parameter(with_marks(name));
    const bool boundary = parameter->name == "boundary";
    if (skips_comment(cursor) && boundary) exact = false;
    const std::size_t quote = cursor.at();
    bool open = false;
    if (auto value = cursor.take_quoted(&open)) {
      parameter->value = std::move(*value);
      if (open) exact = false;
      if (boundary && cursor.since(quote).find_first_of("\\\r\n") != std::string_view::npos) exact = false;
    } else {
      const std::size_t from = cursor.at();
      const auto token = cursor.take_while(is_token_char);
      parameter->value = token;
      if (skips_comment(cursor) && boundary) exact = false;
      if (!cursor.at_end() && cursor.peek() != ';') {
        // Neither quoted nor one token, as careless writers do: everything up to the next ";".
        if (boundary) exact = false;
        cursor.take_while([](char c) { return c != ';' && c != '"'; });
        parameter->value = unfold(cursor.since(from));
      }
    }
    if (boundary && (skips_comment(cursor) || !parameter->plain())) exact = false;
    return parameter;
  }
}

/// The sections of one parameter, in order, as one UTF-8 value (RFC 2231 §3, §4).
std::string joined(std::vector<const RawParameter*> sections) {
  const auto key = [](const RawParameter* p) { return std::pair(p->section.value_or(0), p); };
  std::ranges::sort(sections, {}, key);  // of two with one number, all of one vector, the first comes first
  std::string octets;
  std::string charset;
  bool encoded = false;
  unsigned next = 0;
  for (const RawParameter* section : sections) {
    if (section->section.value_or(0) != next++) break;
    std::string_view value = section->value;
    if (section->encoded && next == 1) {
      const auto first = value.find('\'');
      const auto second = first == std::string_view::npos ? first : value.find('\'', first + 1);
      if (second != std::string_view::npos) {
        charset = value.substr(0, first);
        value.remove_prefix(second + 1);
        encoded = true;
      }
    }
    octets += section->encoded ? percent_decoded(value) : std::string(value);
  }
  return encoded ? to_utf8_lossy(charset.empty() ? "utf-8" : charset, octets) : octets;
}

void cut(std::string& value) {
  if (value.size() > kValueBytesMax) value.resize(kValueBytesMax);
}

/// Each name once, RFC 2231's sections joined.
std::vector<mail::Parameter> merged(std::vector<RawParameter> raw, bool& exact) {
  std::vector<mail::Parameter> out;
  out.reserve(raw.size());
  for (const RawParameter& parameter : raw) {
    if (find_parameter(out, parameter.name) != nullptr) continue;
    std::vector<const RawParameter*> marked;
    RawParameter* plain = nullptr;
    for (RawParameter& other : raw) {
      if (other.name != parameter.name) continue;
      if (!other.plain()) {
        marked.push_back(&other);
      } else if (plain == nullptr) {
        plain = &other;
      } else {
        exact = false;  // twice
      }
    }
    std::string value = marked.empty() ? std::move(plain->value) : joined(marked);  // this name does not come again
    cut(value);
    out.push_back({parameter.name, std::move(value)});
  }
  return out;
}

std::vector<mail::Parameter> take_parameters(Cursor& cursor, bool& exact) {
  std::vector<mail::Parameter> out;
  auto first = next_parameter(cursor, exact);
  if (!first) return out;
  auto another = next_parameter(cursor, exact);
  if (!another && first->plain()) {  // one, as most fields have
    cut(first->value);
    out.reserve(1);
    out.emplace_back(std::move(first->name), std::move(first->value));
    return out;
  }
  std::vector<RawParameter> raw;
  raw.push_back(*std::move(first));
  for (; another; another = next_parameter(cursor, exact)) {
    if (raw.size() < kParametersMax) raw.push_back(*std::move(another));
  }
  return merged(std::move(raw), exact);
}

/// RFC 2046 §5.1.1: printable ASCII, no blank at the end. Readers differ on other boundaries.
bool is_plain_boundary(std::string_view boundary) {
  return !boundary.ends_with(' ') && std::ranges::all_of(boundary, [](char c) { return c >= ' ' && c < 127; });
}

std::string percent_encoded(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 128 && is_token_char(c) && c != '%' && c != '*' && c != '\'') {
      out += c;
    } else {
      out += '%';
      out += kDigits[octet >> 4];
      out += kDigits[octet & 15];
    }
  }
  return out;
}

}  // namespace

std::optional<ContentType> parse_content_type(std::string_view raw) {
  Cursor cursor(raw);
  ContentType out;
  if (skips_comment(cursor)) out.exact = false;
  out.type = lowered(cursor.take_while(is_token_char));
  if (out.type.empty()) return std::nullopt;
  if (cursor.peek() != '/') out.exact = false;
  cursor.skip_cfws();
  if (!cursor.take('/')) return std::nullopt;
  if (!is_token_char(cursor.peek())) out.exact = false;
  cursor.skip_cfws();
  out.subtype = lowered(cursor.take_while(is_token_char));
  if (out.subtype.empty()) return std::nullopt;
  if (skips_comment(cursor)) out.exact = false;
  out.parameters = take_parameters(cursor, out.exact);
  const std::string* boundary = find_parameter(out.parameters, "boundary");
  if (boundary != nullptr && !is_plain_boundary(*boundary)) out.exact = false;
  return out;
}

std::optional<Disposition> parse_disposition(std::string_view raw) {
  Cursor cursor(raw);
  Disposition out;
  cursor.skip_cfws();
  out.type = lowered(cursor.take_while(is_token_char));
  if (out.type.empty()) return std::nullopt;
  out.parameters = take_parameters(cursor, out.exact);
  return out;
}

std::optional<std::string> parse_token(std::string_view raw) {
  Cursor cursor(raw);
  cursor.skip_cfws();
  std::string token = lowered(cursor.take_while(is_token_char));
  cursor.skip_cfws();
  if (token.empty() || !cursor.at_end()) return std::nullopt;
  return token;
}

std::vector<std::string> parse_languages(std::string_view raw) {
  std::vector<std::string> out;
  Cursor cursor(raw);
  while (!cursor.at_end() && out.size() < kLanguagesMax) {
    cursor.skip_cfws();
    const auto tag = cursor.take_while(is_token_char);
    if (!tag.empty() && tag.size() <= 255) out.emplace_back(tag);
    cursor.skip_cfws();
    if (!cursor.take(',')) cursor.take_while([](char c) { return c != ','; });
  }
  return out;
}

std::optional<std::uint32_t> parse_duration(std::string_view raw) {
  const auto token = parse_token(raw);
  if (!token || token->size() > 10) return std::nullopt;
  const auto seconds = parse_decimal(*token);
  if (!seconds || *seconds > 0xFFFFFFFFu) return std::nullopt;
  return static_cast<std::uint32_t>(*seconds);
}

bool is_mime_version_1(std::string_view raw) {
  Cursor cursor(raw);
  cursor.skip_cfws();
  const bool one = cursor.take('1');
  cursor.skip_cfws();
  const bool dot = cursor.take('.');
  cursor.skip_cfws();
  const bool zero = cursor.take('0');
  cursor.skip_cfws();
  return one && dot && zero && cursor.at_end();
}

std::string format_parameter(std::string_view name, std::string_view value) {
  std::string out(name);
  const auto is_printable = [](char c) { return c >= ' ' && c < 127; };
  if (!std::ranges::all_of(value, is_printable)) return out + "*=utf-8''" + percent_encoded(value);
  const bool token = !value.empty() && std::ranges::all_of(value, is_token_char);
  return out + "=" + (token ? std::string(value) : quoted(value));
}

}  // namespace paraph::mime
