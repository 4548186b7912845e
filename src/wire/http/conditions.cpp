#include "wire/http/conditions.h"

#include <algorithm>

#include "base/text.h"

namespace paraph::http {
namespace {

/// etagc: %x21 / %x23-7E / obs-text
bool is_tag_octet(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet > 0x20 && octet != '"' && octet != 0x7f;
}

void skip_blanks(std::string_view& text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
}

/// entity-tag = [ "W/" ] opaque-tag
std::optional<EntityTag> take_tag(std::string_view& text) {
  EntityTag found;
  if (text.starts_with("W/")) {
    found.weak = true;
    text.remove_prefix(2);
  }
  if (!text.starts_with('"')) return std::nullopt;
  const auto end = text.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  found.tag = text.substr(1, end - 1);
  if (!std::ranges::all_of(found.tag, is_tag_octet)) return std::nullopt;
  text.remove_prefix(end + 1);
  return found;
}

}  // namespace

bool EntityTags::has_strong(std::string_view tag) const {
  return std::ranges::any_of(tags, [&](const EntityTag& one) { return !one.weak && one.tag == tag; });
}

bool EntityTags::has(std::string_view tag) const {
  return std::ranges::any_of(tags, [&](const EntityTag& one) { return one.tag == tag; });
}

Result<EntityTags> parse_entity_tags(std::string_view text) {
  EntityTags all;
  text = trimmed(text);
  if (text == "*") {
    all.any = true;
    return all;
  }
  for (;;) {
    skip_blanks(text);
    if (text.starts_with(',')) {  // RFC 9110 §5.6.1.2: empty elements are passed over
      text.remove_prefix(1);
      continue;
    }
    if (text.empty()) break;
    auto tag = take_tag(text);
    skip_blanks(text);
    if (!tag || (!text.empty() && !text.starts_with(',')))
      return fail(Code::BadInput, "a condition is neither * nor a list of entity tags in quotes");
    if (all.tags.size() == kEntityTagsMax) return fail(Code::BadInput, "a condition has too many entity tags");
    all.tags.push_back(std::move(*tag));
  }
  if (all.tags.empty()) return fail(Code::BadInput, "a condition is empty");
  return all;
}

std::string format_entity_tag(std::string_view tag) { return "\"" + std::string(tag) + "\""; }

RangeAnswer parse_range(std::string_view text, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  using Kind = RangeAnswer::Kind;
  if (!istarts_with(text, kUnit)) return {};
  text = trimmed(text.substr(kUnit.size()));
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return {};
  const auto first = text.substr(0, dash);
  const auto last = text.substr(dash + 1);
  const auto to = parse_decimal(last);
  if (first.empty()) {  // the last so many
    if (!to) return {};
    if (*to == 0 || size == 0) return {.kind = Kind::Unsatisfiable, .part = {}};
    return {.kind = Kind::Part, .part = {size - std::min(*to, size), size}};
  }
  const auto from = parse_decimal(first);
  if (!from || (!last.empty() && (!to || *to < *from))) return {};
  if (*from >= size) return {.kind = Kind::Unsatisfiable, .part = {}};
  const std::uint64_t end = last.empty() || *to >= size ? size : *to + 1;
  return {.kind = Kind::Part, .part = {*from, end}};
}

}  // namespace paraph::http
