#include "mime/field.h"

#include <algorithm>
#include <array>
#include <bit>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/text.h"

namespace paraph::mime {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Length of the line at the start of `text`, its CRLF included; all of `text` when there is none.
std::size_t line_bytes(std::string_view text) {
  for (auto cr = text.find('\r'); cr != std::string_view::npos; cr = text.find('\r', cr + 1)) {
    if (cr + 1 < text.size() && text[cr + 1] == '\n') return cr + 2;
  }
  return text.size();
}

/// May this octet be of a field's name (RFC 5322 §2.2)?
constexpr std::array<bool, 256> kNameOctets = [] {
  std::array<bool, 256> may{};
  for (std::size_t c = '!'; c < 127; ++c) may[c] = c != ':';
  return may;
}();

std::string_view without_crlf(std::string_view line) {
  if (line.ends_with("\r\n")) line.remove_suffix(2);
  return line;
}

/// How a field begins: so many octets of name, then perhaps blanks, and the colon at `colon`.
struct FieldStart {
  std::size_t name_bytes = 0;
  std::size_t colon = 0;
};

/// So many octets of a field's name, seen sixteen at a time, are at the start of `line`: all of them, or sixteen.
std::size_t name_bytes_at_once([[maybe_unused]] std::string_view line) {
#if defined(__SSE2__)
  if (line.size() < 16) return 0;
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line.data()));
  const __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8(':')), _mm_cmpeq_epi8(text, _mm_set1_epi8(127)));
  const __m128i may = _mm_andnot_si128(ends, _mm_cmpgt_epi8(text, _mm_set1_epi8(' ')));  // past ASCII is below zero
  return static_cast<std::size_t>(std::countr_one(static_cast<std::uint16_t>(_mm_movemask_epi8(may))));
#else
  return 0;
#endif
}

/// nullopt when `line` begins with no field.
std::optional<FieldStart> field_start(std::string_view line) {
  FieldStart start{.name_bytes = name_bytes_at_once(line)};
  while (start.name_bytes < line.size() && kNameOctets[static_cast<unsigned char>(line[start.name_bytes])]) {
    ++start.name_bytes;
  }
  start.colon = start.name_bytes;
  while (start.colon < line.size() && is_blank(line[start.colon])) ++start.colon;
  if (start.name_bytes == 0 || start.colon == line.size() || line[start.colon] != ':') return std::nullopt;
  return start;
}

}  // namespace

LineKind line_kind(std::string_view line) {
  if (line.empty()) return LineKind::Empty;
  if (is_blank(line.front())) return LineKind::Continuation;
  return field_start(line) ? LineKind::Field : LineKind::Other;
}

Fields::Iterator& Fields::Iterator::operator++() {
  if (at_ == 0 && block_.starts_with("From ")) at_ = line_bytes(block_);
  const std::string_view rest = block_.substr(at_);
  const auto start = field_start(rest);  // a line end is no octet of a name, and no blank
  if (!start) {
    done_ = true;
    return *this;
  }
  std::size_t bytes = start->colon + line_bytes(rest.substr(start->colon));
  while (bytes < rest.size() && is_blank(rest[bytes])) bytes += line_bytes(rest.substr(bytes));
  const std::string_view whole = rest.substr(0, bytes);
  field_ = {.name = whole.substr(0, start->name_bytes),
            .value = without_crlf(whole.substr(start->colon + 1)),
            .range = {at_, at_ + bytes}};
  at_ += bytes;
  return *this;
}

std::optional<Field> find_field(std::string_view block, std::string_view name) {
  for (const Field& field : Fields(block)) {
    if (iequals(field.name, name)) return field;
  }
  return std::nullopt;
}

std::size_t count_fields(std::string_view block, std::string_view name) {
  std::size_t count = 0;
  for (const Field& field : Fields(block)) count += iequals(field.name, name) ? 1 : 0;
  return count;
}

std::optional<std::string> find_value(std::string_view block, std::string_view name) {
  const auto field = find_field(block, name);
  if (!field) return std::nullopt;
  return unfold(field->value);
}

std::string unfold(std::string_view raw) {
  const auto next_line_end = [&raw] {
    const auto found = std::ranges::find_if(raw, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
    return static_cast<std::size_t>(found - raw.begin());
  };
  bool one_line = true;  // as most are; all octets together, so that it is done many at a time
  for (const char c : raw) one_line &= c != '\r' && c != '\n' && c != '\0';
  if (one_line) return std::string(trimmed(raw));
  std::string out;
  out.reserve(raw.size());
  for (;;) {
    const auto stop = next_line_end();
    out += raw.substr(0, stop);
    raw.remove_prefix(stop);
    if (raw.empty()) return std::string(trimmed(out));
    const bool fold = raw.starts_with("\r\n") && raw.size() > 2 && is_blank(raw[2]);
    if (!fold) out += ' ';
    raw.remove_prefix(fold ? 2 : 1);
  }
}

std::vector<std::string> parse_message_ids(std::string_view raw, std::size_t max) {
  std::vector<std::string> ids;
  for (std::size_t at = raw.find('<'); at != std::string_view::npos && ids.size() < max; at = raw.find('<', at + 1)) {
    const auto end = raw.find_first_of("<>", at + 1);
    if (end == std::string_view::npos) break;
    if (raw[end] != '>') continue;
    std::string id;
    for (const char c : raw.substr(at, end + 1 - at)) {
      if (c > ' ' || static_cast<unsigned char>(c) >= 128) id += c;
    }
    if (id.size() > 2) ids.push_back(std::move(id));
  }
  return ids;
}

}  // namespace paraph::mime
