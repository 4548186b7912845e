#include "wire/imap/section.h"

#include <algorithm>

#include "base/text.h"

namespace paraph::imap {
namespace {

using Index = std::optional<std::uint32_t>;

// The root of the message that a message/rfc822 part holds.
Index nested_root(const mail::Structure& structure, std::uint32_t part) {
  const auto& found = structure.parts[part];
  if (!found.message() || found.children.empty()) return std::nullopt;
  return found.children.front();
}

// Part `number` of the message whose root is `root`: one of a multipart's, or 1 for the only body there is.
Index part_of_message(const mail::Structure& structure, std::uint32_t root, std::uint32_t number) {
  const auto& found = structure.parts[root];
  if (!found.multipart()) return number == 1 ? Index(root) : std::nullopt;
  return number <= found.children.size() ? Index(found.children[number - 1]) : std::nullopt;
}

// Part `number` below `part`, which a number has named already.
Index part_below(const mail::Structure& structure, std::uint32_t part, std::uint32_t number) {
  if (structure.parts[part].multipart()) return part_of_message(structure, part, number);
  const Index root = nested_root(structure, part);
  return root ? part_of_message(structure, *root, number) : std::nullopt;
}

bool less_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, to_lower, to_lower);
}

// The field from `at` on: its lines, folded ones too.
std::string_view field_at(std::string_view header, std::size_t at) {
  auto end = at;
  do {
    const auto lf = header.find('\n', end);
    end = lf == std::string_view::npos ? header.size() : lf + 1;
  } while (end < header.size() && (header[end] == ' ' || header[end] == '\t'));
  return header.substr(at, end - at);
}

std::string_view field_name(std::string_view field) {
  const auto colon = field.find(':');
  return colon == std::string_view::npos ? std::string_view() : trimmed(field.substr(0, colon));
}

}  // namespace

std::optional<std::uint32_t> find_part(const mail::Structure& structure, const std::vector<std::uint32_t>& path) {
  if (path.empty()) return 0;
  Index part = part_of_message(structure, 0, path.front());
  for (std::size_t i = 1; i < path.size() && part; ++i) part = part_below(structure, *part, path[i]);
  return part;
}

std::optional<mail::Range> find_section(const mail::Structure& structure, const Section& section) {
  const Index part = find_part(structure, section.path);
  if (!part) return std::nullopt;
  const auto& found = structure.parts[*part];
  if (section.what == Section::What::Mime) return found.header;
  if (section.what == Section::What::Whole) return section.path.empty() ? mail::Range{0, structure.size} : found.body;
  const Index root = section.path.empty() ? part : nested_root(structure, *part);
  if (!root) return std::nullopt;
  const auto& message = structure.parts[*root];
  return section.what == Section::What::Text ? message.body : message.header;
}

mail::Range apply_partial(mail::Range range, const std::optional<Partial>& partial) {
  if (!partial) return range;
  const auto skipped = std::min(partial->offset, range.size());
  const auto begin = range.begin + skipped;
  return {begin, begin + std::min(partial->bytes, range.size() - skipped)};
}

void append_header_fields(std::string& out, std::string_view header, const Section& section) {
  const bool wanted = section.what == Section::What::HeaderFields;
  std::vector<std::string_view> names(section.fields.begin(), section.fields.end());
  std::ranges::sort(names, less_ignoring_case);
  for (std::size_t at = 0; at < header.size();) {
    const auto field = field_at(header, at);
    at += field.size();
    if (field == "\r\n" || field == "\n") break;
    if (std::ranges::binary_search(names, field_name(field), less_ignoring_case) != wanted) continue;
    out += field;
    if (!field.ends_with('\n')) out += "\r\n";
  }
  out += "\r\n";
}

}  // namespace paraph::imap
