#include "dkim/authentication_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "mime/field.h"

namespace paraph::dkim {
namespace {

constexpr std::size_t kColumns = 78;
constexpr std::size_t kValueBytesMax = 256;

/// RFC 2045's token; "@" may stand in a property's value (a mailbox).
bool is_token(std::string_view text, std::string_view also = "") {
  constexpr std::string_view kSpecials = "()<>@,;:\\\"/[]?=";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return c > ' ' && c < 127 &&
           (kSpecials.find(c) == std::string_view::npos || also.find(c) != std::string_view::npos);
  });
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, kValueBytesMax)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c >= ' ' && c < 127 ? c : '?';
  }
  return out + '"';
}

std::string value_text(std::string_view value) {
  return is_token(value, "@") && value.size() <= kValueBytesMax ? std::string(value) : quoted(value);
}

/// Reads a field's value as far as its authserv-id.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at(char c) const { return !text_.empty() && text_.front() == c; }
  bool ended() const { return text_.empty(); }

  /// Blanks, folds and nested comments; false: a comment has no end.
  bool skip_blanks() {
    std::size_t depth = 0;
    while (!text_.empty()) {
      const char c = text_.front();
      if (depth != 0 && c == '\\') {
        text_.remove_prefix(std::min<std::size_t>(2, text_.size()));
        continue;
      }
      if (c == '(') {
        ++depth;
      } else if (c == ')' && depth != 0) {
        --depth;
      } else if (depth == 0 && !trimmed(text_.substr(0, 1)).empty()) {
        break;
      }
      text_.remove_prefix(1);
    }
    return depth == 0;
  }

  /// A token or a quoted string.
  std::optional<std::string> take_value() {
    if (at('"')) return take_quoted();
    std::size_t bytes = 0;
    while (bytes < text_.size() &&
           (is_token(text_.substr(bytes, 1)) || static_cast<unsigned char>(text_[bytes]) >= 128))
      ++bytes;
    if (bytes == 0) return std::nullopt;
    std::string value(text_.substr(0, bytes));
    text_.remove_prefix(bytes);
    return value;
  }

 private:
  std::optional<std::string> take_quoted() {
    std::string value;
    for (std::size_t i = 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        text_.remove_prefix(i + 1);
        return value;
      }
      if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
      value += text_[i];
    }
    return std::nullopt;
  }

  std::string_view text_;
};

std::string_view without_final_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

bool claims(std::string_view raw, std::string_view authserv_id) {
  const std::string value = mime::unfold(raw);
  const bool named = ifind(value, authserv_id) != std::string_view::npos;
  Cursor cursor(value);
  if (!cursor.skip_blanks()) return named;
  const auto id = cursor.take_value();
  if (!id || !cursor.skip_blanks()) return named;
  if (iequals(without_final_dot(trimmed(*id)), without_final_dot(authserv_id))) return true;
  // A version may follow, then ";" or the end: anything else is not of the form, and others may read it otherwise.
  if (!cursor.at(';') && !cursor.ended() && (!cursor.take_value() || !cursor.skip_blanks())) return named;
  return !cursor.at(';') && !cursor.ended() && named;
}

}  // namespace

MethodResult result_of(const Outcome& outcome) {
  MethodResult result{
      .method = "dkim", .result = std::string(name_of(outcome.verdict)), .reason = outcome.reason, .properties = {}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) result.properties.push_back({.type = "header", .name = name, .value = value});
  };
  add("d", outcome.domain);
  add("s", outcome.selector);
  if (outcome.identity != "@") add("i", outcome.identity);
  add("a", outcome.algorithm);
  add("b", outcome.b);
  return result;
}

std::string format_authentication_results(std::string_view authserv_id, const std::vector<MethodResult>& results) {
  std::string field = "Authentication-Results: ";
  field += is_token(authserv_id) ? std::string(authserv_id) : quoted(authserv_id);
  if (results.empty()) return field + "; none\r\n";
  for (const auto& result : results) {
    field += ";\r\n\t";
    std::size_t column = 8;
    const auto word = [&](const std::string& text) {
      if (column != 8 && column + 1 + text.size() > kColumns) {
        field += "\r\n\t ";
        column = 9;
      } else if (column != 8) {
        field += ' ';
        ++column;
      }
      field += text;
      column += text.size();
    };
    word(fmt::format("{}={}", result.method, result.result));
    if (!result.reason.empty()) word("reason=" + quoted(result.reason));
    for (const auto& [type, name, value] : result.properties)
      word(fmt::format("{}.{}={}", type, name, value_text(value)));
  }
  return field + "\r\n";
}

std::vector<mail::Range> find_forged_results(std::string_view header, std::string_view authserv_id) {
  std::vector<mail::Range> found;
  for (const mime::Field& field : mime::Fields(header)) {
    if (iequals(field.name, "Authentication-Results") && claims(field.value, authserv_id)) found.push_back(field.range);
  }
  return found;
}

}  // namespace paraph::dkim
