#include "wire/imap/response.h"

#include <algorithm>
#include <array>
#include <optional>

#include "wire/imap/grammar.h"

namespace paraph::imap {
namespace {

constexpr std::array<std::string_view, 5> kConditions{"OK", "NO", "BAD", "BYE", "PREAUTH"};

enum class InCode { No, Yes };

/// Reads values, counting them and their depth.
class ValueReader {
 public:
  explicit ValueReader(Cursor& cursor) : cursor_(cursor) {}

  Result<Value> value(InCode in_code, unsigned depth) {
    if (++count_ > kResponseValuesMax) return fail(Code::TooLarge, "a response of too many values");
    if (depth > kResponseDepthMax) return fail(Code::TooLarge, "a response nested too deep");
    if (cursor_.take('(')) return list(depth);
    if (cursor_.take('~') || cursor_.peek() == '{') return literal();
    if (cursor_.peek() == '"') {
      PARAPH_TRY(auto text, string(cursor_));
      return Value{.kind = Value::Kind::String, .text = std::move(text)};
    }
    return atom(in_code);
  }

 private:
  // Lists of addresses and of bodies have no spaces between.
  Result<Value> list(unsigned depth) {
    Value found{.kind = Value::Kind::List};
    while (!cursor_.take(')')) {
      cursor_.take(' ');
      PARAPH_TRY(auto one, value(InCode::No, depth + 1));
      found.list.push_back(std::move(one));
    }
    return found;
  }

  Result<Value> literal() {
    PARAPH_CHECK(cursor_.need('{'));
    PARAPH_TRY(const auto bytes, number64(cursor_));
    PARAPH_CHECK(cursor_.need('}'));
    cursor_.take('\r');
    PARAPH_CHECK(cursor_.need('\n'));
    if (bytes > cursor_.rest().size()) return cursor_.expected("the literal's octets");
    return Value{.kind = Value::Kind::String,
                 .text = std::string(cursor_.take_octets(static_cast<std::size_t>(bytes)))};
  }

  // Anything up to a space or parenthesis; between brackets, as in BODY[HEADER.FIELDS (From)], those belong to it.
  Result<Value> atom(InCode in_code) {
    bool in_brackets = false;
    const auto text = cursor_.take_while([&](char c) {
      if (c == '\r' || c == '\n' || (c == ']' && !in_brackets && in_code == InCode::Yes)) return false;
      if (c == '[') in_brackets = true;
      if (c == ']') in_brackets = false;
      return in_brackets || (c != ' ' && c != '(' && c != ')' && c != '"');
    });
    if (text.empty()) return cursor_.expected("a value");
    if (text == "NIL") return Value{};
    return Value{.kind = Value::Kind::Atom, .text = std::string(text)};
  }

  Cursor& cursor_;
  std::size_t count_ = 0;
};

// resp-text: ["[" resp-text-code "]" SP] text
Result<> condition_text(Cursor& cursor, ValueReader& reader, Response& response) {
  cursor.take(' ');
  if (cursor.take('[')) {
    do {
      PARAPH_TRY(auto value, reader.value(InCode::Yes, 0));
      response.values.push_back(std::move(value));
    } while (cursor.take(' '));
    PARAPH_CHECK(cursor.need(']'));
    cursor.take(' ');
  }
  response.text = cursor.rest();
  return {};
}

bool is_condition(const Value& value) {
  for (const auto name : kConditions) {
    if (value.atom(name)) return true;
  }
  return false;
}

// The octets that the literal at the end of `line` (with its LF) announces.
std::optional<std::uint64_t> announced(std::string_view line) {
  line = trimmed(line.substr(line.size() - std::min<std::size_t>(line.size(), 32)));
  const auto brace = line.rfind('{');
  if (brace == std::string_view::npos || !line.ends_with('}')) return std::nullopt;
  return parse_decimal(line.substr(brace + 1, line.size() - brace - 2));
}

}  // namespace

bool Value::atom(std::string_view name) const { return kind == Kind::Atom && iequals(text, name); }

const Value* find_value(const std::vector<Value>& pairs, std::string_view name) {
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    if (pairs[i].atom(name)) return &pairs[i + 1];
  }
  return nullptr;
}

void ResponseFramer::feed(std::string_view octets) {
  buffer_.erase(0, begin_);
  line_ -= begin_;
  scanned_ -= begin_;
  begin_ = 0;
  buffer_.append(octets);
}

Result<bool> ResponseFramer::next(std::string_view& response) {
  for (;;) {
    const auto lf = scanned_ < buffer_.size() ? buffer_.find('\n', scanned_) : std::string::npos;
    const auto end = std::max(std::min(lf, buffer_.size()), line_);
    if (end - begin_ > bytes_max_) return fail(Code::TooLarge, "a response of too many octets");
    if (lf == std::string::npos) {
      scanned_ = std::max(scanned_, buffer_.size());
      return false;
    }
    const auto bytes = announced(std::string_view(buffer_).substr(line_, lf + 1 - line_));
    if (bytes && *bytes > bytes_max_) return fail(Code::TooLarge, "a literal of too many octets");
    line_ = scanned_ = lf + 1 + static_cast<std::size_t>(bytes.value_or(0));
    if (bytes) continue;
    response = std::string_view(buffer_).substr(begin_, lf - begin_);
    if (response.ends_with('\r')) response.remove_suffix(1);
    begin_ = line_;
    return true;
  }
}

Result<Response> parse_response(std::string_view text) {
  Response response;
  Cursor cursor(text);
  response.tag = cursor.take_while([](char c) { return c != ' '; });
  if (response.tag.empty()) return cursor.expected("a tag");
  cursor.take(' ');
  if (response.tag == "+") {
    response.text = cursor.rest();
    return response;
  }
  ValueReader reader(cursor);
  do {
    PARAPH_TRY(auto value, reader.value(InCode::No, 0));
    response.values.push_back(std::move(value));
    if (response.values.size() > 1 || !is_condition(response.values.front())) continue;
    PARAPH_CHECK(condition_text(cursor, reader, response));
    return response;
  } while (cursor.take(' '));
  PARAPH_CHECK(cursor.need_end());
  return response;
}

}  // namespace paraph::imap
